/** Outlets as the API has them. */
import { useQuery } from '@tanstack/react-query';
import { type Answer, api, read } from '../../lib/client.ts';
import { everyPage, PAGE_LIMIT } from '../../lib/pages.ts';

export type Outlet = Answer<Awaited<ReturnType<typeof api.outlets.$get>>>['items'][number];
export const OUTLETS = ['outlets'];

export const useOutlets = () =>
  useQuery({
    queryKey: OUTLETS,
    queryFn: () =>
      everyPage((cursor) => read(api.outlets.$get({ query: { limit: PAGE_LIMIT, cursor } }))),
  });
