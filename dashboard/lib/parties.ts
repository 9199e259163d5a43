/** Advertisers and outlets as the API has them: whoever is asked about, by whichever screen. */
import { useQuery } from '@tanstack/react-query';
import { type Answer, api, read } from './client.ts';
import { everyPage, PAGE_LIMIT } from './pages.ts';

export type Advertiser = Answer<Awaited<ReturnType<typeof api.advertisers.$get>>>['items'][number];
export type Outlet = Answer<Awaited<ReturnType<typeof api.outlets.$get>>>['items'][number];
export const ADVERTISERS = ['advertisers'];
export const OUTLETS = ['outlets'];

export const useAdvertisers = (enabled = true) =>
  useQuery({
    queryKey: ADVERTISERS,
    queryFn: () =>
      everyPage((cursor) => read(api.advertisers.$get({ query: { limit: PAGE_LIMIT, cursor } }))),
    enabled,
  });

export const useOutlets = (enabled = true) =>
  useQuery({
    queryKey: OUTLETS,
    queryFn: () =>
      everyPage((cursor) => read(api.outlets.$get({ query: { limit: PAGE_LIMIT, cursor } }))),
    enabled,
  });
