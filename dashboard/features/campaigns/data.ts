/** Campaigns and line items as the API has them. */
import { useQuery } from '@tanstack/react-query';
import { type Answer, api, read } from '../../lib/client.ts';
import { everyPage, PAGE_LIMIT } from '../../lib/pages.ts';

const lineItems = api['line-items'];
const oneItem = lineItems[':id'];
export type Campaign = Answer<Awaited<ReturnType<typeof api.campaigns.$get>>>['items'][number];
export type LineItem = Answer<Awaited<ReturnType<typeof lineItems.$get>>>['items'][number];
export type Status = Campaign['status'];
export type Diagnosis = Answer<Awaited<ReturnType<(typeof oneItem)['diagnosis']['$get']>>>;

export const CAMPAIGNS = ['campaigns'];
export const LINE_ITEMS = ['line-items'];

export const useCampaigns = () =>
  useQuery({
    queryKey: CAMPAIGNS,
    queryFn: () =>
      everyPage((cursor) => read(api.campaigns.$get({ query: { limit: PAGE_LIMIT, cursor } }))),
  });

export const useCampaign = (id: string) =>
  useQuery({
    queryKey: [...CAMPAIGNS, id],
    queryFn: () => read(api.campaigns[':id'].$get({ param: { id } })),
  });

export const useLineItems = (filter: { campaignId?: string; status?: Status } = {}) =>
  useQuery({
    queryKey: [...LINE_ITEMS, filter],
    queryFn: () =>
      everyPage((cursor) =>
        read(lineItems.$get({ query: { ...filter, limit: PAGE_LIMIT, cursor } })),
      ),
  });

export const useLineItem = (id: string) =>
  useQuery({
    queryKey: [...LINE_ITEMS, id],
    queryFn: () => read(oneItem.$get({ param: { id } })),
  });

export const useDiagnosis = (id: string) =>
  useQuery({
    queryKey: [...LINE_ITEMS, id, 'diagnosis'],
    queryFn: () => read(oneItem.diagnosis.$get({ param: { id } })),
  });
