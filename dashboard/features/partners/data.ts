/** Demand and supply partners as the API has them. */
import { useQuery } from '@tanstack/react-query';
import { addDays } from '../../../db/terms/day.ts';
import { type Answer, api, read } from '../../lib/client.ts';
import { everyPage, PAGE_LIMIT } from '../../lib/pages.ts';
import { today } from '../../ui/period.tsx';

export const demand = api['demand-partners'];
export const supply = api['supply-partners'];
export type DemandPartner = Answer<Awaited<ReturnType<typeof demand.$get>>>['items'][number];
export type SupplyPartner = Answer<Awaited<ReturnType<typeof supply.$get>>>['items'][number];
type DaysCall = (typeof supply)[':id']['days']['$get'];
export type PartnerDay = Answer<Awaited<ReturnType<DaysCall>>>['items'][number];

export const PARTNERS = ['partners'];
export const PARTNER_STATUSES = ['active', 'paused', 'closed'] as const;
export const PARTNER_TONES = { active: 'good', paused: 'warn', closed: 'quiet' } as const;

export const useDemandPartners = () =>
  useQuery({
    queryKey: [...PARTNERS, 'demand'],
    queryFn: () =>
      everyPage((cursor) => read(demand.$get({ query: { limit: PAGE_LIMIT, cursor } }))),
  });

export const useSupplyPartners = () =>
  useQuery({
    queryKey: [...PARTNERS, 'supply'],
    queryFn: () =>
      everyPage((cursor) => read(supply.$get({ query: { limit: PAGE_LIMIT, cursor } }))),
  });

/** The last two weeks, a day a row. */
export function usePartnerDays(side: 'demand' | 'supply', id: number) {
  const query = { from: addDays(today(), -13), to: today() };
  const param = { id: String(id) };
  return useQuery({
    queryKey: [...PARTNERS, side, id, 'days', query],
    queryFn: () =>
      side === 'demand'
        ? read(demand[':id'].days.$get({ param, query }))
        : read(supply[':id'].days.$get({ param, query })),
  });
}

export const useDemandHealth = (id: number) =>
  useQuery({
    queryKey: [...PARTNERS, 'demand', id, 'health'],
    queryFn: () => read(demand[':id'].health.$get({ param: { id: String(id) } })),
    refetchInterval: 5_000,
  });
