/** The person at the desk, as the API knows them. */
import { queryOptions, useQuery } from '@tanstack/react-query';
import { type Answer, api, read } from './client.ts';

export type Desk = 'advertiser' | 'outlet' | 'finance' | 'operator';
export type Me = Answer<Awaited<ReturnType<typeof api.me.$get>>>;

export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: () => read(api.me.$get()),
  staleTime: 60_000,
});

/** Inside the layout somebody is signed in. */
export function useMe(): Me {
  const { data } = useQuery(meQuery);
  if (!data) throw new Error('assertion failed: a screen of the layout was shown to nobody');
  return data;
}

export function deskOf(me: Me): Desk {
  if (me.kind === 'outlet') return 'outlet';
  if (me.kind !== 'platform') return 'advertiser';
  return me.roles.includes('finance') ? 'finance' : 'operator';
}
