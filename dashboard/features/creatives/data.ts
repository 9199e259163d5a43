/** Creatives as the API has them. */
import { useQuery } from '@tanstack/react-query';
import { type Answer, api, read } from '../../lib/client.ts';
import { everyPage, PAGE_LIMIT } from '../../lib/pages.ts';

export type Creative = Answer<Awaited<ReturnType<typeof api.creatives.$get>>>['items'][number];
export const CREATIVES = ['creatives'];

export const useCreatives = (status?: Creative['status']) =>
  useQuery({
    queryKey: [...CREATIVES, { status }],
    queryFn: () =>
      everyPage((cursor) =>
        read(api.creatives.$get({ query: { status, limit: PAGE_LIMIT, cursor } })),
      ),
  });
