/** Deals as the API has them, and whose turn it is. */
import { useQuery } from '@tanstack/react-query';
import { type Answer, api, read } from '../../lib/client.ts';
import type { Me } from '../../lib/me.ts';
import { everyPage, PAGE_LIMIT } from '../../lib/pages.ts';
import type { Tone } from '../../ui/page.tsx';

const one = api.deals[':id'];
export type Deal = Answer<Awaited<ReturnType<typeof api.deals.$get>>>['items'][number];
export type DealDetail = Answer<Awaited<ReturnType<typeof one.$get>>>;
export const DEALS = ['deals'];

export const DEAL_KINDS = ['pmp', 'preferred', 'guaranteed'] as const;
export const DEAL_TONES: Record<Deal['status'], Tone> = {
  proposed: 'warn',
  active: 'good',
  paused: 'busy',
  declined: 'quiet',
  ended: 'quiet',
};

export const useDeals = () =>
  useQuery({
    queryKey: DEALS,
    queryFn: () =>
      everyPage((cursor) => read(api.deals.$get({ query: { limit: PAGE_LIMIT, cursor } }))),
  });

export const useDeal = (id: string | undefined) =>
  useQuery({
    queryKey: [...DEALS, id],
    enabled: id !== undefined && id !== 'new',
    queryFn: () => read(one.$get({ param: { id: id ?? '' } })),
  });

/** Which side's word this person gives; undefined: only looks. The platform speaks for demand partners. */
export function sideOf(me: Me, deal: Deal): 'outlet' | 'buyer' | undefined {
  if (me.outletIds.includes(deal.outletId)) return 'outlet';
  if (deal.advertiserId !== null) {
    return me.advertiserIds.includes(deal.advertiserId) ? 'buyer' : undefined;
  }
  return me.kind === 'platform' ? 'buyer' : undefined;
}

/** Has this side not yet agreed to the terms as they stand? */
export const awaits = (deal: Deal, side: 'outlet' | 'buyer' | undefined): boolean =>
  deal.status === 'proposed' &&
  ((side === 'outlet' && deal.outletAgreedAt === null) ||
    (side === 'buyer' && deal.buyerAgreedAt === null));

export const buyerOf = (deal: Deal): string => deal.advertiserName ?? deal.demandPartnerName ?? '—';
