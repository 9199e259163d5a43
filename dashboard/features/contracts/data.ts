/** Versions of contracts as the API has them, and how far each has come: a version in force has a first and a last day. */
import { useQuery } from '@tanstack/react-query';
import { addDays, type Day } from '../../../db/terms/day.ts';
import { type Answer, api, read } from '../../lib/client.ts';
import { everyPage, PAGE_LIMIT } from '../../lib/pages.ts';
import type { Tone } from '../../ui/page.tsx';
import { today } from '../../ui/period.tsx';

export const contracts = api.contracts;
export type Version = Answer<Awaited<ReturnType<typeof contracts.$get>>>['items'][number];
export type Tier = Version['tiers'][number];
export type Party = Tier['parties'][number];

export const CONTRACTS = ['contracts'];
export const WHOLE_PPM = 1_000_000;
export const PPM_A_PERCENT = 10_000;

export const useContracts = () =>
  useQuery({
    queryKey: CONTRACTS,
    queryFn: () =>
      everyPage((cursor) => read(contracts.$get({ query: { limit: PAGE_LIMIT, cursor } }))),
  });

export const STANDINGS = ['draft', 'upcoming', 'inForce', 'ended', 'discarded'] as const;
export type Standing = (typeof STANDINGS)[number];
export const STANDING_TONES: Record<Standing, Tone> = {
  draft: 'warn',
  upcoming: 'busy',
  inForce: 'good',
  ended: 'quiet',
  discarded: 'quiet',
};

export function standingOf(version: Version, day: Day = today()): Standing {
  if (version.status !== 'active') return version.status;
  if (version.effectiveTo !== null && version.effectiveTo <= day) return 'ended';
  return version.effectiveFrom > day ? 'upcoming' : 'inForce';
}

/** The last day on which it holds: the API's end is the day after. */
export const lastDayOf = ({ effectiveTo }: Version): Day | null =>
  effectiveTo === null ? null : addDays(effectiveTo, -1);

export const percentOf = (ppm: number): string => `${ppm / PPM_A_PERCENT}%`;

/** What the outlets given get of a yuan in the first tier. */
export const shareOf = (version: Version, outletIds: readonly number[]): number =>
  version.parties
    .filter(({ outletId }) => outletId !== null && outletIds.includes(outletId))
    .reduce((sum, party) => sum + party.sharePpm, 0);
