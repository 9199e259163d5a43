/** Bills, their lines, and cases as the API has them. */
import { useQuery } from '@tanstack/react-query';
import { type Answer, api, read } from '../../lib/client.ts';
import { everyPage, PAGE_LIMIT } from '../../lib/pages.ts';

const { bills, cases } = api.reconciliation;
export type Bill = Answer<Awaited<ReturnType<typeof bills.$get>>>['items'][number];
type LinesCall = (typeof bills)[':day']['lines']['$get'];
export type BillLine = Answer<Awaited<ReturnType<LinesCall>>>['items'][number];
export type Case = Answer<Awaited<ReturnType<typeof cases.$get>>>['items'][number];

export const RECONCILIATION = ['reconciliation'];
/** What a step of a case may have changed. */
export const CASE_REFRESH = [RECONCILIATION, ['payouts'], ['statements'], ['wallet']];

export const useBills = () =>
  useQuery({
    queryKey: [...RECONCILIATION, 'bills'],
    queryFn: () => read(bills.$get({ query: { limit: '200' } })),
  });

export const useBillLines = (day: string | undefined) =>
  useQuery({
    queryKey: [...RECONCILIATION, 'lines', day],
    enabled: day !== undefined,
    queryFn: () => read(bills[':day'].lines.$get({ param: { day: day ?? '' } })),
  });

export const useCases = () =>
  useQuery({
    queryKey: [...RECONCILIATION, 'cases'],
    queryFn: () =>
      everyPage((cursor) => read(cases.$get({ query: { limit: PAGE_LIMIT, cursor } }))),
  });
