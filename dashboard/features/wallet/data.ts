/** The wallet as the API has it. */
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useAdvertiserId } from '../../lib/acting.ts';
import { type Answer, api, read } from '../../lib/client.ts';
import type { Tone } from '../../ui/page.tsx';

const topUps = api.wallet['top-ups'];
export type Wallet = Answer<Awaited<ReturnType<typeof api.wallet.$get>>>;
export type TopUp = Answer<Awaited<ReturnType<typeof topUps.$get>>>['items'][number];
export type Journal = Answer<Awaited<ReturnType<typeof api.wallet.journals.$get>>>['items'][number];

export const WALLET = ['wallet'];

export function useWallet() {
  const advertiserId = String(useAdvertiserId());
  return useQuery({
    queryKey: [...WALLET, advertiserId],
    queryFn: () => read(api.wallet.$get({ query: { advertiserId } })),
    refetchInterval: 30_000,
  });
}

export function useTopUps() {
  const advertiserId = String(useAdvertiserId());
  return useQuery({
    queryKey: [...WALLET, 'top-ups', advertiserId],
    queryFn: () => read(topUps.$get({ query: { advertiserId, limit: '100' } })),
  });
}

export function useJournals() {
  const advertiserId = String(useAdvertiserId());
  return useInfiniteQuery({
    queryKey: [...WALLET, 'journals', advertiserId],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam }) =>
      read(api.wallet.journals.$get({ query: { advertiserId, limit: '100', cursor: pageParam } })),
    getNextPageParam: (page) => page.nextCursor ?? undefined,
  });
}

export const TOP_UP_TONES: Record<string, Tone> = {
  created: 'warn',
  paid: 'busy',
  credited: 'good',
  closed: 'quiet',
  refunded: 'quiet',
  part_refunded: 'quiet',
};
