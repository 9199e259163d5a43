/** Orders of fixed days, the buyer's side, and what is free. */
import { useQuery } from '@tanstack/react-query';
import { type Answer, api, read } from '../../lib/client.ts';
import { everyPage, PAGE_LIMIT } from '../../lib/pages.ts';
import type { Tone } from '../../ui/page.tsx';

const one = api.orders[':id'];
export type Order = Answer<Awaited<ReturnType<typeof api.orders.$get>>>['items'][number];
export type OrderDetail = Answer<Awaited<ReturnType<typeof one.$get>>>;
export type NewOrder = Parameters<typeof api.orders.$post>[0]['json'];

export const ORDERS = ['orders'];
export const ORDER_TONES: Record<Order['status'], Tone> = {
  draft: 'quiet',
  pending: 'warn',
  reserved: 'warn',
  booked: 'good',
  in_flight: 'good',
  completed: 'quiet',
  cancelled: 'quiet',
};

const WHOLE_PPM = 1_000_000n;

/** What a discount gives away, µCNY: the total is what is left of the list price. */
export function givenAway({ discountPpm, totalMicroCny }: Order | OrderDetail): bigint {
  const left = WHOLE_PPM - BigInt(discountPpm);
  return left > 0n ? (BigInt(totalMicroCny) * BigInt(discountPpm)) / left : 0n;
}

export const useOrders = () =>
  useQuery({
    queryKey: ORDERS,
    queryFn: () =>
      everyPage((cursor) => read(api.orders.$get({ query: { limit: PAGE_LIMIT, cursor } }))),
  });

export const useOrder = (id: string) =>
  useQuery({ queryKey: [...ORDERS, id], queryFn: () => read(one.$get({ param: { id } })) });
