/** The wizard's form: its shape, its beginning, and its copy in the browser so that no typing is lost. */
import { addDays } from '../../../db/terms/day.ts';
import type { DEVICES, TIERS } from '../../../db/terms/market.ts';
import { dropKept, keep, readKept } from '../../lib/kept.ts';
import { today } from '../../ui/period.tsx';
import { ALL_HOURS } from './target.ts';

export interface Draft {
  campaignName: string;
  totalFen: number | null;
  startsOn: string;
  endsOn: string;
  counties: string[];
  hours: number[];
  devices: (typeof DEVICES)[number][];
  tiers: (typeof TIERS)[number][];
  anyOf: number[];
  allOf: number[];
  noneOf: number[];
  itemName: string;
  pricing: 'CPM' | 'CPC';
  bidFen: number | null;
  dailyFen: number | null;
  pacing: 'even' | 'asap';
  dailyCap: number;
  creativeIds: number[];
}

const NAME = 'campaign';

export const emptyDraft = (): Draft => ({
  campaignName: '',
  totalFen: null,
  startsOn: today(),
  endsOn: addDays(today(), 13),
  counties: [],
  hours: ALL_HOURS,
  devices: [],
  tiers: [],
  anyOf: [],
  allOf: [],
  noneOf: [],
  itemName: '',
  pricing: 'CPM',
  bidFen: 2500,
  dailyFen: null,
  pacing: 'even',
  dailyCap: 3,
  creativeIds: [],
});

/** What was left unfinished in this tab; undefined where there is nothing. */
export function keptDraft(): Draft | undefined {
  const kept = readKept<Draft>(NAME);
  return kept && { ...emptyDraft(), ...kept };
}

export const keepDraft = (draft: Draft): void => keep(NAME, draft);
export const dropDraft = (): void => dropKept(NAME);
