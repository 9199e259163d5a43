/** Red letters (红字确认单) as the API has them, and whose step is next. */
import { useQuery } from '@tanstack/react-query';
import { type Answer, api, read } from '../../lib/client.ts';
import { type Me, useMe } from '../../lib/me.ts';
import { everyPage, PAGE_LIMIT } from '../../lib/pages.ts';
import type { Tone } from '../../ui/page.tsx';
import { INVOICES } from './data.ts';

type Letter = Answer<Awaited<ReturnType<(typeof api)['red-letters']['$get']>>>['items'][number];
/** `answer`: the other side confirms or declines; `issue`: the seller writes the red invoice. */
export type RedLetter = Letter & { awaits: 'answer' | 'issue' | undefined };

export const RED_LETTERS = [...INVOICES, 'red'];
export const RED_REASONS = ['issued_wrongly', 'service_ended', 'returned', 'allowance'] as const;
export const RED_STATUSES = ['requested', 'confirmed', 'declined', 'expired', 'issued'] as const;
export const RED_TONES: Record<Letter['status'], Tone> = {
  requested: 'warn',
  confirmed: 'busy',
  declined: 'bad',
  expired: 'quiet',
  issued: 'good',
};

/** Outlets and advertisers stand across from the platform: it buys of the former and sells to the latter. */
const sideOf = (letter: Letter, me: Me): 'seller' | 'buyer' =>
  (letter.advertiserId !== null) === (me.kind === 'platform') ? 'seller' : 'buyer';

/** What this desk has to do about it; nothing where it is the other side's turn. */
function stepOf(letter: Letter, me: Me): RedLetter['awaits'] {
  const side = sideOf(letter, me);
  if (letter.status === 'confirmed') return side === 'seller' ? 'issue' : undefined;
  if (letter.status !== 'requested' || new Date(letter.expiresAt) <= new Date()) return undefined;
  return side === letter.initiatedBy ? undefined : 'answer';
}

export function useRedLetters() {
  const me = useMe();
  return useQuery({
    queryKey: RED_LETTERS,
    queryFn: () =>
      everyPage((cursor) =>
        read(api['red-letters'].$get({ query: { limit: PAGE_LIMIT, cursor } })),
      ),
    select: (rows): RedLetter[] => rows.map((row) => ({ ...row, awaits: stepOf(row, me) })),
  });
}
