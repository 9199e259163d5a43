/** What the forms hold, and what the API is sent of it: the same names, but for the platform among parties and the last day. */
import { addDays, type Day, monthOf } from '../../../db/terms/day.ts';
import type { contracts, Version } from './data.ts';
import { lastDayOf, PPM_A_PERCENT } from './data.ts';

export interface PartyValues {
  outletId?: number;
  /** Parts per million; shown as a percentage. */
  sharePpm?: number | null;
}
export interface TierValues {
  /** µCNY as text; absent in the first tier, which begins at nothing. */
  fromMicroCny?: string | null;
  parties: PartyValues[];
}
export interface TermValues {
  effectiveFrom: Day;
  lastDay?: Day | null;
  minimumMonthlyMicroCny?: string | null;
  tiers: TierValues[];
}

/** An option of a select is never null. */
export const PLATFORM = 0;

type NewDraft = Parameters<typeof contracts.$post>[0]['json'];
export type NewTerms = Pick<
  NewDraft,
  'effectiveFrom' | 'effectiveTo' | 'minimumMonthlyMicroCny' | 'tiers'
>;

export const termsOf = (values: TermValues): NewTerms => ({
  effectiveFrom: values.effectiveFrom,
  effectiveTo: values.lastDay ? addDays(values.lastDay, 1) : null,
  minimumMonthlyMicroCny: values.minimumMonthlyMicroCny ?? '0',
  tiers: values.tiers.map(({ fromMicroCny, parties }, at) => ({
    fromMicroCny: at === 0 ? '0' : (fromMicroCny ?? '0'),
    parties: parties.map(({ outletId, sharePpm }) => ({
      outletId: outletId === PLATFORM ? null : (outletId ?? null),
      sharePpm: sharePpm ?? 0,
    })),
  })),
});

/** The terms of a version, to begin its successor with. */
export const valuesOf = (version: Version): Omit<TermValues, 'effectiveFrom' | 'lastDay'> => ({
  minimumMonthlyMicroCny:
    version.minimumMonthlyMicroCny === '0' ? null : version.minimumMonthlyMicroCny,
  tiers: version.tiers.map(({ fromMicroCny, parties }) => ({
    fromMicroCny,
    parties: parties.map(({ outletId, sharePpm }) => ({
      outletId: outletId ?? PLATFORM,
      sharePpm,
    })),
  })),
});

/** Of a draft, its days too: it is changed, not succeeded. */
export const daysOf = (version: Version): Pick<TermValues, 'effectiveFrom' | 'lastDay'> => ({
  effectiveFrom: version.effectiveFrom,
  lastDay: lastDayOf(version),
});

/** The first of the next month: what was charged stays charged, and a month keeps to one version. */
export const nextMonth = (day: Day): Day => `${monthOf(addDays(`${monthOf(day)}-01`, 31))}-01`;

export const sumOf = (parties: readonly PartyValues[] | undefined): number =>
  (parties ?? []).reduce((sum, party) => sum + (party?.sharePpm ?? 0), 0);

/** Parts per million in a field of percent: spread into its Form.Item. */
export const asPercent = {
  getValueProps: (ppm?: number | null) => ({ value: ppm == null ? null : ppm / PPM_A_PERCENT }),
  normalize: (percent?: number | null) =>
    percent == null ? null : Math.round(percent * PPM_A_PERCENT),
};
