/** Cases of readers' feedback as the API has them. */
import { useQuery } from '@tanstack/react-query';
import { type Answer, api, read } from '../../lib/client.ts';
import { everyPage, PAGE_LIMIT } from '../../lib/pages.ts';
import type { Tone } from '../../ui/page.tsx';

const cases = api['feedback-cases'];
export type FeedbackCase = Answer<Awaited<ReturnType<typeof cases.$get>>>['items'][number];
export type FeedbackDetail = Answer<Awaited<ReturnType<(typeof cases)[':id']['$get']>>>;
export type Standing = Answer<
  Awaited<ReturnType<typeof api.feedback.standing.$get>>
>['items'][number];
export const FEEDBACK = ['feedback-cases'];

export const CASE_STATUSES = ['open', 'upheld', 'dismissed'] as const;
export type CaseStatus = (typeof CASE_STATUSES)[number];
export const CASE_TONES: Record<CaseStatus, Tone> = {
  open: 'warn',
  upheld: 'bad',
  dismissed: 'quiet',
};

export const useFeedbackCases = () =>
  useQuery({
    queryKey: FEEDBACK,
    queryFn: () =>
      everyPage((cursor) => read(cases.$get({ query: { limit: PAGE_LIMIT, cursor } }))),
    refetchInterval: 30_000,
  });

export const useFeedbackCase = (id: string) =>
  useQuery({
    queryKey: [...FEEDBACK, 'one', id],
    queryFn: () => read(cases[':id'].$get({ param: { id } })),
  });

export const useStanding = (days: string) =>
  useQuery({
    queryKey: [...FEEDBACK, 'standing', days],
    queryFn: async () => (await read(api.feedback.standing.$get({ query: { days } }))).items,
  });
