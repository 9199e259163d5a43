/** Months with other deployments as the API has them, and the two sides in which each deployment stands in our books. */
import { useQuery } from '@tanstack/react-query';
import { type Answer, api, read } from '../../lib/client.ts';
import { everyPage, PAGE_LIMIT } from '../../lib/pages.ts';
import { useDemandPartners, useSupplyPartners } from '../partners/data.ts';

export const nettings = api.nettings;
export type Netting = Answer<Awaited<ReturnType<typeof nettings.$get>>>['items'][number];

export const NETTINGS = ['nettings'];
export const NETTING_TONES = {
  proposed: 'busy',
  agreed: 'warn',
  differs: 'bad',
  posted: 'good',
} as const;

export const useNettings = () =>
  useQuery({
    queryKey: NETTINGS,
    queryFn: () =>
      everyPage((cursor) => read(nettings.$get({ query: { limit: PAGE_LIMIT, cursor } }))),
  });

/** Only what keys were exchanged with is a deployment. */
export function useDeployments() {
  const sellers = useSupplyPartners().data?.filter(({ chainKey }) => chainKey !== null) ?? [];
  const buyers = useDemandPartners().data?.filter(({ hasCallKey }) => hasCallKey) ?? [];
  const nameOf = ({ supplyPartnerId: id }: { supplyPartnerId: number }) =>
    sellers.find((row) => row.id === id)?.name ?? `#${id}`;
  return { sellers, buyers, nameOf };
}

/** What is still to be paid and received once the set-off is booked. */
export function restOf(row: Netting): { owed: bigint; due: bigint } {
  const setOff = BigInt(row.setOffMicroCny ?? 0);
  return { owed: BigInt(row.owedMicroCny) - setOff, due: BigInt(row.dueMicroCny) - setOff };
}
