/** Segments of readers as the API has them, and the lists that came for one. */
import { useQuery } from '@tanstack/react-query';
import { type Answer, api, read } from '../../lib/client.ts';
import { everyPage, PAGE_LIMIT } from '../../lib/pages.ts';
import type { Tone } from '../../ui/page.tsx';

const one = api.audiences[':id'];
export type Audience = Answer<Awaited<ReturnType<typeof api.audiences.$get>>>['items'][number];
export type ListSent = Answer<Awaited<ReturnType<typeof one.uploads.$get>>>['items'][number];
export type NewAudience = Parameters<typeof api.audiences.$post>[0]['json'];

export const AUDIENCES = ['audiences'];
export const AUDIENCE_KINDS = ['upload', 'behaviour', 'interest'] as const;
export const AUDIENCE_TONES: Record<Audience['status'], Tone> = {
  active: 'good',
  paused: 'busy',
  deleted: 'quiet',
};

export const useAudiences = () =>
  useQuery({
    queryKey: AUDIENCES,
    queryFn: () =>
      everyPage((cursor) => read(api.audiences.$get({ query: { limit: PAGE_LIMIT, cursor } }))),
  });

export const useListsSent = (id: number) =>
  useQuery({
    queryKey: [...AUDIENCES, id, 'uploads'],
    queryFn: () => read(one.uploads.$get({ param: { id: String(id) } })),
  });
