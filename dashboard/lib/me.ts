/** The person at the desk, as the API knows them. */
import { queryOptions, useQuery } from '@tanstack/react-query';
import { type Answer, api, read } from './client.ts';
import { Problem } from './problem.ts';
import { announceExpiry } from './session.ts';

export type Desk = 'advertiser' | 'outlet' | 'finance' | 'operator';
export type Session = Answer<Awaited<ReturnType<typeof api.session.$get>>>;
export type Me = NonNullable<Session['me']>;

/** Nobody is an answer of the API (no browser logs it as an error), and a Problem here. */
export const NOBODY = new Problem(401, 'unauthenticated', { zh: '请先登录', en: 'Sign in first' });

export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: async () => {
    const session = await read(api.session.$get());
    if (session.person) return session;
    announceExpiry();
    throw NOBODY;
  },
  staleTime: 60_000,
});

/** Inside the layout somebody is signed in, and acts for an organisation. */
export function useMe(): Me {
  const { data } = useQuery(sessionQuery);
  if (!data?.me) throw new Error('assertion failed: a screen of the layout was shown to nobody');
  return data.me;
}

export const useExchangeUrl = (): string => useQuery(sessionQuery).data?.exchangeUrl ?? '';

export function deskOf(me: Me): Desk {
  if (me.kind === 'outlet') return 'outlet';
  if (me.kind !== 'platform') return 'advertiser';
  return me.roles.includes('finance') ? 'finance' : 'operator';
}
