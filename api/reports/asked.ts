/**
 * What may be asked of a report, and whose figures it then holds. Owns the query's form and its limits; a report is confined to
 * the actor's own advertisers or outlets before anything is read, whether a browser asks or a job.
 */
import { z } from 'zod';
import { addDays, type Day, daySchema, dayStartMs } from '../../db/terms/day.ts';
import { divisionCodeSchema } from '../../db/terms/division.ts';
import { idSchema } from '../../db/terms/id.ts';
import { assertActsFor } from '../http/auth.ts';
import type { Actor } from '../identity/actor.ts';
import { unknownByDeal } from './dealt.ts';
import { INCOME_DIMENSIONS, SPEND_DIMENSIONS } from './dimensions.ts';
import type { IncomeQuery } from './income.ts';
import { METRICS } from './metrics.ts';
import type { SpendQuery } from './spend.ts';

const MAX_DAYS = 400;

/** `a,b` of a query string, or a list as stored with a job. */
const list = <const Values extends readonly [string, ...string[]]>(values: Values, max: number) =>
  z
    .union([z.string(), z.array(z.string())])
    .default('')
    .transform((text) => (text === '' ? [] : typeof text === 'string' ? text.split(',') : text))
    .pipe(z.array(z.enum(values)).max(max));

const range = {
  from: daySchema,
  to: daySchema,
  limit: z.coerce.number().int().min(1).max(50_000).default(1_000),
};
const inOrder = (q: { from: string; to: string }): boolean =>
  q.from <= q.to && (dayStartMs(q.to) - dayStartMs(q.from)) / 86_400_000 < MAX_DAYS;
const ORDER = { message: 'from must not be after to, and at most 400 days', path: ['to'] };

const canBeTold = (q: Parameters<typeof unknownByDeal>[0]): boolean =>
  unknownByDeal(q) === undefined;
const UNTOLD = {
  message: 'of deals neither counties, creatives nor devices are known: ask for them apart',
  path: ['by'],
};

const spendFilters = {
  by: list(SPEND_DIMENSIONS, 4),
  metrics: list(METRICS, METRICS.length),
  /** The largest first; left out: by time where a day or hour leads, else by spend. */
  sort: z.enum(METRICS).optional(),
  advertiserId: idSchema.optional(),
  campaignId: idSchema.optional(),
  lineItemId: idSchema.optional(),
  outletId: idSchema.optional(),
  dealId: idSchema.optional(),
  divisionCode: divisionCodeSchema.optional(),
};
const incomeFilters = { by: list(INCOME_DIMENSIONS, 4), outletId: idSchema.optional() };
/** With the same days before them, or of a year ago. */
const compare = { compare: z.enum(['previous', 'lastYear']).optional() };
const format = { format: z.enum(['csv', 'xlsx']).default('csv') };

export const spendQuery = z
  .object({ ...range, ...spendFilters, ...compare })
  .refine(inOrder, ORDER)
  .refine(canBeTold, UNTOLD);
export const incomeQuery = z.object({ ...range, ...incomeFilters }).refine(inOrder, ORDER);
export const spendFile = z
  .object({ ...range, ...spendFilters, ...format })
  .refine(inOrder, ORDER)
  .refine(canBeTold, UNTOLD);
export const incomeFile = z
  .object({ ...range, ...incomeFilters, ...format })
  .refine(inOrder, ORDER);
/** Without days: a schedule brings its own. */
export const standingQuery = {
  spend: z.strictObject(spendFilters).refine(canBeTold, UNTOLD),
  income: z.strictObject(incomeFilters),
};

/** An advertiser sees its own; an outlet what ran on its placements; the platform everything. */
export function spendOf(actor: Actor, q: z.infer<typeof spendFile> | z.infer<typeof spendQuery>) {
  const asked: SpendQuery = q;
  if (actor.kind === 'advertiser' || actor.kind === 'agency') {
    if (q.advertiserId !== undefined) assertActsFor(actor, { advertiserId: q.advertiserId });
    return { ...asked, advertiserIds: actor.advertiserIds };
  }
  if (actor.kind === 'outlet') {
    if (q.outletId !== undefined) assertActsFor(actor, { outletId: q.outletId });
    return { ...asked, outletIds: actor.outletIds };
  }
  return asked;
}

export function incomeOf(actor: Actor, q: z.infer<typeof incomeQuery>): IncomeQuery {
  if (q.outletId !== undefined) {
    assertActsFor(actor, { outletId: q.outletId });
    return { ...q, outletIds: [q.outletId] };
  }
  return { ...q, outletIds: actor.kind === 'platform' ? undefined : actor.outletIds };
}

export interface DayRange {
  from: Day;
  to: Day;
}

const yearBefore = (day: Day): Day => {
  const [year = '', ...rest] = day.split('-');
  const same = [Number(year) - 1, ...rest].join('-');
  // 29 February has no year before.
  return daySchema.safeParse(same).success ? same : addDays(`${Number(year) - 1}-03-01`, -1);
};

/** The days to compare with, and by how many days a day of them is moved to lie on its counterpart. */
export function comparedWith(
  { from, to }: DayRange,
  how: 'previous' | 'lastYear',
): DayRange & { shiftDays: number } {
  const start = how === 'lastYear' ? yearBefore(from) : undefined;
  const days = (dayStartMs(to) - dayStartMs(from)) / 86_400_000 + 1;
  const first = start ?? addDays(from, -days);
  const shiftDays = (dayStartMs(from) - dayStartMs(first)) / 86_400_000;
  return { from: first, to: addDays(first, days - 1), shiftDays };
}
