/** Reports as the API has them: spend (metered, with what is charged) and income (from charges). */
import { useQuery } from '@tanstack/react-query';
import { type Answer, api, read } from '../../lib/client.ts';
import type { Language } from '../../lib/words.ts';

const { spend, income } = api.reports;
export type SpendReport = Answer<Awaited<ReturnType<typeof spend.$get>>>;
export type SpendRow = SpendReport['items'][number];
export type IncomeReport = Answer<Awaited<ReturnType<typeof income.$get>>>;

export interface SpendFilter {
  from: string;
  to: string;
  by: string;
  advertiserId?: string;
  campaignId?: string;
  lineItemId?: string;
  outletId?: string;
  divisionCode?: string;
  limit?: string;
}

export const useSpend = (filter: SpendFilter, refetchMs?: number) =>
  useQuery({
    queryKey: ['reports', 'spend', filter],
    queryFn: () => read(spend.$get({ query: filter })),
    placeholderData: (old) => old,
    refetchInterval: refetchMs,
  });

export const useIncome = (filter: { from: string; to: string; by: string; outletId?: string }) =>
  useQuery({
    queryKey: ['reports', 'income', filter],
    queryFn: () => read(income.$get({ query: filter })),
    placeholderData: (old) => old,
  });

interface Dimension {
  key: string;
  nameZh: string | null;
  nameEn: string | null;
}

/** What a dimension's value is called; its key where it has no name. */
export const nameOf = (value: Dimension | undefined, language: Language): string =>
  (language === 'zh' ? value?.nameZh : (value?.nameEn ?? value?.nameZh)) ?? value?.key ?? '—';
