/** Payouts as the API has them. */
import { useQuery } from '@tanstack/react-query';
import { type Answer, api, read } from '../../lib/client.ts';
import { everyPage, PAGE_LIMIT } from '../../lib/pages.ts';
import type { Tone } from '../../ui/page.tsx';

const one = api.payouts[':id'];
export type Payout = Answer<Awaited<ReturnType<typeof api.payouts.$get>>>['items'][number];
export type PayoutDetail = Answer<Awaited<ReturnType<typeof one.$get>>>;
export type PayoutStatus = Payout['status'];

export const PAYOUTS = ['payouts'];
export const AFTER_PAYOUT = [PAYOUTS, ['statements']];

export const usePayouts = (status?: PayoutStatus) =>
  useQuery({
    queryKey: [...PAYOUTS, { status }],
    queryFn: () =>
      everyPage((cursor) =>
        read(api.payouts.$get({ query: { status, limit: PAGE_LIMIT, cursor } })),
      ),
    refetchInterval: 15_000,
  });

export const usePayout = (id: number | undefined) =>
  useQuery({
    queryKey: [...PAYOUTS, id],
    enabled: id !== undefined,
    queryFn: () => read(one.$get({ param: { id: String(id) } })),
    refetchInterval: 15_000,
  });

export const PAYOUT_TONES: Record<string, Tone> = {
  created: 'warn',
  cancelled: 'quiet',
  approved: 'busy',
  sending: 'busy',
  unknown: 'warn',
  succeeded: 'good',
  part_succeeded: 'warn',
  failed: 'bad',
  reconciled: 'good',
  returned: 'bad',
  pending: 'quiet',
};
