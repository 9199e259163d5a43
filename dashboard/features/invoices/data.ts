/** Invoices as the API has them: of outlets to the platform (incoming), of the platform to advertisers (outgoing). */
import { useQuery } from '@tanstack/react-query';
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

export const useTitles = () =>
  useQuery({
    queryKey: [...INVOICES, 'titles'],
    queryFn: () => read(api['invoice-titles'].$get({ query: {} })),
  });
