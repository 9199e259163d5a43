/** Advertisers as the platform's people see them. */
import { useQuery } from '@tanstack/react-query';
import { type Answer, api, read } from '../../lib/client.ts';
import { everyPage, PAGE_LIMIT } from '../../lib/pages.ts';

export type Advertiser = Answer<Awaited<ReturnType<typeof api.advertisers.$get>>>['items'][number];
export const ADVERTISERS = ['advertisers'];

export const useAdvertisers = () =>
  useQuery({
    queryKey: ADVERTISERS,
    queryFn: () =>
      everyPage((cursor) => read(api.advertisers.$get({ query: { limit: PAGE_LIMIT, cursor } }))),
  });
