/** Invoices as the API has them: of outlets to the platform (incoming), of the platform to advertisers (outgoing). */
import { useQuery } from '@tanstack/react-query';
import { useAdvertiserId, useOutletId } from '../../lib/acting.ts';
import { type Answer, api, read } from '../../lib/client.ts';
import { everyPage, PAGE_LIMIT } from '../../lib/pages.ts';
import type { Tone } from '../../ui/page.tsx';

export type Invoice = Answer<Awaited<ReturnType<typeof api.invoices.$get>>>['items'][number];
export const INVOICES = ['invoices'];

export const INVOICE_TONES: Record<Invoice['status'], Tone> = {
  requested: 'warn',
  issued: 'good',
  declined: 'bad',
  cancelled: 'quiet',
  registered: 'warn',
  verified: 'good',
  rejected: 'bad',
  reversed: 'quiet',
};

export const useInvoices = () =>
  useQuery({
    queryKey: INVOICES,
    queryFn: () =>
      everyPage((cursor) => read(api.invoices.$get({ query: { limit: PAGE_LIMIT, cursor } }))),
  });

export interface TitleOwner {
  outletId?: number;
  advertiserId?: number;
}

/** Whose title this desk enters: that of the outlet or advertiser it acts for; the platform's own has neither. */
export function useTitleOwner(): TitleOwner {
  const outletId = useOutletId();
  const advertiserId = useAdvertiserId();
  if (outletId > 0) return { outletId };
  return advertiserId > 0 ? { advertiserId } : {};
}

export function useTitles({ outletId, advertiserId }: TitleOwner) {
  const query = {
    ...(outletId ? { outletId: String(outletId) } : {}),
    ...(advertiserId ? { advertiserId: String(advertiserId) } : {}),
  };
  return useQuery({
    queryKey: [...INVOICES, 'titles', query],
    queryFn: () => read(api['invoice-titles'].$get({ query })),
  });
}
