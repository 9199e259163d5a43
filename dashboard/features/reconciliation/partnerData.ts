/** Partners' reports and differences as the API has them, and the reading of pasted days. */
import { useQuery } from '@tanstack/react-query';
import { parseYuan } from '../../../db/terms/money.ts';
import { type Answer, api, read } from '../../lib/client.ts';
import { everyPage, PAGE_LIMIT } from '../../lib/pages.ts';
import type { Tone } from '../../ui/page.tsx';
import { useDemandPartners, useSupplyPartners } from '../partners/data.ts';

export const differences = api['partner-differences'];
export const reports = api['partner-statements'];
export type Difference = Answer<Awaited<ReturnType<typeof differences.$get>>>['items'][number];
export type Report = Parameters<typeof reports.$post>[0]['json'];
export type Received = Answer<Awaited<ReturnType<typeof reports.$get>>>['items'][number];
export const CLEARING = ['clearing'];

export const TONES: Record<Difference['status'], Tone> = {
  open: 'bad',
  proposed: 'warn',
  closed: 'quiet',
};

export const gapOf = (row: Difference): bigint =>
  BigInt(row.theirMicroCny) - BigInt(row.ourMicroCny);

export const useDifferences = () =>
  useQuery({
    queryKey: CLEARING,
    queryFn: () =>
      everyPage((cursor) => read(differences.$get({ query: { limit: PAGE_LIMIT, cursor } }))),
  });

export const useReports = () =>
  useQuery({
    queryKey: [...CLEARING, 'reports'],
    queryFn: () =>
      everyPage((cursor) => read(reports.$get({ query: { limit: PAGE_LIMIT, cursor } }))),
  });

export const useReport = (id: string) =>
  useQuery({
    queryKey: [...CLEARING, 'reports', id],
    queryFn: () => read(reports[':id'].$get({ param: { id } })),
  });

/** The name of a side's partner; its number until the names are here. */
export function usePartnerName(): (side: Difference['side'], id: number) => string {
  const demand = useDemandPartners();
  const supply = useSupplyPartners();
  return (side, id) =>
    (side === 'demand' ? demand : supply).data?.find((row) => row.id === id)?.name ?? `#${id}`;
}

/** Lines of day, quantity and yuan, by tab, comma or space; the number of the first line that is none. */
export function readDays(text: string): { rows: Report['rows'] } | { wrongLine: number } {
  const rows: Report['rows'] = [];
  for (const [at, line] of text.trim().split(/\r?\n/).entries()) {
    const [day = '', quantity = '', yuan = '', ...rest] = line.trim().split(/[\t,，\s]+/);
    const amount = parseYuan(yuan);
    const isRow = /^\d{4}-\d{2}-\d{2}$/.test(day) && /^\d{1,12}$/.test(quantity);
    if (!isRow || amount === undefined || rest.length > 0) return { wrongLine: at + 1 };
    rows.push({ day, quantity: Number(quantity), amountMicroCny: String(amount) });
  }
  return { rows };
}
