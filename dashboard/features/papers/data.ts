/** Papers of advertisers as the API has them: licences, permits, proofs, each with its end and a reviewer's word. */
import { useQuery } from '@tanstack/react-query';
import { addDays } from '../../../db/terms/day.ts';
import { type Answer, api, read } from '../../lib/client.ts';
import { everyPage, PAGE_LIMIT } from '../../lib/pages.ts';
import type { Tone } from '../../ui/page.tsx';
import { today } from '../../ui/period.tsx';

const { qualifications } = api;
export type Paper = Answer<Awaited<ReturnType<typeof qualifications.$get>>>['items'][number];
export type NewPaper = Parameters<typeof qualifications.$post>[0]['json'];

export const PAPERS = ['qualifications'];
export const PAPER_KINDS = [
  'business_licence',
  'ad_approval',
  'trade_licence',
  'authorisation',
  'trademark',
  'proof',
  'other',
] as const satisfies readonly Paper['kind'][];

/** What is to be done about a paper: its status, and its end where that is nearer. */
export const STANDINGS = ['pending', 'expired', 'ending', 'verified', 'rejected'] as const;
export type Standing = (typeof STANDINGS)[number];
export const STANDING_TONES: Record<Standing, Tone> = {
  pending: 'warn',
  expired: 'bad',
  ending: 'warn',
  verified: 'good',
  rejected: 'bad',
};
const ENDING_DAYS = 30;

export function standingOf({ status, isExpired, validUntil }: Paper): Standing {
  if (status === 'pending' || status === 'rejected') return status;
  if (isExpired) return 'expired';
  return validUntil !== null && validUntil <= addDays(today(), ENDING_DAYS) ? 'ending' : 'verified';
}

export const usePapers = () =>
  useQuery({
    queryKey: PAPERS,
    queryFn: () =>
      everyPage((cursor) => read(qualifications.$get({ query: { limit: PAGE_LIMIT, cursor } }))),
    select: byUrgency,
  });

const urgency = (paper: Paper): string =>
  `${STANDINGS.indexOf(standingOf(paper))} ${paper.validUntil ?? '9999'}`;

/** What waits first, then what has ended or ends soonest. */
function byUrgency(papers: readonly Paper[]): Paper[] {
  return [...papers].sort((a, b) => (urgency(a) < urgency(b) ? -1 : 1));
}
