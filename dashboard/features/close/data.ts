/** Accounting months as the API has them. */
import { useQuery } from '@tanstack/react-query';
import { type Answer, api, read } from '../../lib/client.ts';

export type Period = Answer<Awaited<ReturnType<typeof api.ledger.periods.$get>>>['items'][number];
export const PERIODS = ['periods'];

export const usePeriods = () =>
  useQuery({
    queryKey: PERIODS,
    queryFn: () => read(api.ledger.periods.$get()),
    // Two people turn one page: what the other did a moment ago counts.
    staleTime: 0,
  });
