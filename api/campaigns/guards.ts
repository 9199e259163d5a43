/** The rules of a plan that need the database: what is spent, which things exist, whose creatives these are. */
import { and, eq, gte, inArray, isNotNull, lt, ne, type SQL, sql } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import { targetProblems } from '../../bidding/engine/targetProblems.ts';
import type { Db } from '../../db/client.ts';
import { segment } from '../../db/schema/audiences.ts';
import type { CampaignStatus } from '../../db/schema/campaigns.ts';
import { creative } from '../../db/schema/creatives.ts';
import { division } from '../../db/schema/delivery.ts';
import { rollupHour } from '../../db/schema/metering.ts';
import { outlet, placement, property } from '../../db/schema/outlets.ts';
import { type Day, dayEndMs, dayStartMs, hourOf } from '../../db/terms/day.ts';
import { Failure, type FailureDetail } from '../../db/terms/failure.ts';
import type { MicroCny } from '../../db/terms/money.ts';
import type { Target } from '../../db/terms/target.ts';
import { namedIn, targetShapeProblem } from './rules.ts';

/** Throws `invalid_input` with whatever of these is a problem. */
export function refuse(...problems: (FailureDetail | undefined)[]): void {
  const [first, ...rest] = problems.filter((one) => one !== undefined);
  if (first) throw new Failure('invalid_input', first, ...rest);
}

/** What was metered so far, or on one day, µCNY: ahead of the hourly charge, so that a budget cannot slip below it. */
export async function spentBy(
  db: Db,
  by: { lineItemId: number } | { campaignId: number },
  day?: Day,
): Promise<MicroCny> {
  const mine =
    'lineItemId' in by
      ? eq(rollupHour.lineItemId, by.lineItemId)
      : eq(rollupHour.campaignId, by.campaignId);
  const [row] = await db
    .select({ spent: sql<string>`coalesce(sum(${rollupHour.spendMicroCny}), 0)` })
    .from(rollupHour)
    .where(
      and(
        mine,
        day && gte(rollupHour.hour, hourOf(dayStartMs(day))),
        day && lt(rollupHour.hour, hourOf(dayEndMs(day))),
      ),
    );
  return BigInt(row?.spent ?? 0);
}

export interface Committed {
  /** Metered so far, or still out in grants to the bidding nodes: all of it may yet be billed. */
  totalMicroCny: MicroCny;
  /** As much of it as belongs to today. */
  todayMicroCny: MicroCny;
}

/** What a budget must at least cover. */
export async function committedBy(
  db: Db,
  by: { lineItemId: number } | { campaignId: number },
  today: Day,
): Promise<Committed> {
  const mine =
    'lineItemId' in by ? sql`l.id = ${by.lineItemId}` : sql`l.campaign_id = ${by.campaignId}`;
  const [row] = await db.execute<{ total: string; today: string }>(sql`
    SELECT coalesce(sum(o.rest), 0) AS total, coalesce(sum(o.rest) FILTER (WHERE o.day = ${today}::date), 0)
      + coalesce(sum(o.billed) FILTER (WHERE o.day = ${today}::date), 0) AS today
    FROM (
      SELECT g.day, b.billed, greatest(g.granted_micro_cny + g.prior_micro_cny - b.billed, 0) AS rest
      FROM budget_grant g JOIN line_item l ON l.id = g.line_item_id AND ${mine},
      LATERAL (SELECT coalesce(sum(s.spend_micro_cny), 0) AS billed FROM lease_spend s
        WHERE s.line_item_id = g.line_item_id AND s.day = g.day) b
    ) o`);
  const spent = await spentBy(db, by);
  const spentToday = await spentBy(db, by, today);
  const outToday = BigInt(row?.today ?? 0);
  return {
    totalMicroCny: spent + BigInt(row?.total ?? 0),
    todayMicroCny: outToday > spentToday ? outToday : spentToday,
  };
}

const MAX_NAMED = 20;

async function missing(
  db: Db,
  column: PgColumn,
  named: { pointer: string; value: string | number }[],
  say: (value: string | number) => { zh: string; en: string },
  among?: SQL,
): Promise<FailureDetail[]> {
  if (named.length === 0) return [];
  const values = [...new Set(named.map((one) => one.value))];
  const rows = await db
    .select({ value: column })
    .from(column.table)
    .where(and(inArray(column, values), among));
  const known = new Set(rows.map((row) => String(row.value)));
  return named
    .filter((one) => !known.has(String(one.value)))
    .slice(0, MAX_NAMED)
    .map((one) => ({ pointer: one.pointer, ...say(one.value) }));
}

/** Divisions that are no more, each with what took its place: nobody is located in them. */
async function abolished(
  db: Db,
  named: { pointer: string; value: string | number }[],
): Promise<FailureDetail[]> {
  if (named.length === 0) return [];
  const codes = [...new Set(named.map((one) => String(one.value)))];
  const rows = await db
    .select()
    .from(division)
    .where(and(inArray(division.code, codes), isNotNull(division.validTo)));
  const gone = new Map(rows.map((row) => [row.code, row]));
  return named.flatMap(({ pointer, value }) => {
    const old = gone.get(String(value));
    if (!old) return [];
    const { nameZh, nameEn, validTo, successorCode } = old;
    return [
      {
        pointer,
        zh: `${nameZh}已于 ${validTo} 撤销${successorCode ? `，请改选 ${successorCode}` : ''}`,
        en: `${nameEn} was abolished on ${validTo}${successorCode ? `; choose ${successorCode}` : ''}`,
      },
    ];
  });
}

/** Every division, outlet, property, placement and own segment that a target names must exist; each that does not is pointed at. */
export async function assertTarget(db: Db, target: Target, advertiserId: number): Promise<void> {
  refuse(targetShapeProblem(target));
  // What can never match, and what is wanted and unwanted at once, is refused where it is written.
  refuse(
    ...targetProblems(target, {}).map(({ pointer, zh, en }) => ({
      pointer: `/target${pointer}`,
      zh,
      en,
    })),
  );
  const thing = (zh: string, en: string) => (value: string | number) => ({
    zh: `没有这个${zh}：${value}`,
    en: `there is no ${en} ${value}`,
  });
  // Townships (nine digits) have no rows of their own: their county must exist.
  const divisions = namedIn(target, ['division', 'outletDivision']).map((one) => ({
    ...one,
    value: String(one.value).slice(0, 6),
  }));
  refuse(
    ...(await missing(db, division.code, divisions, thing('行政区划', 'division'))),
    ...(await abolished(db, divisions)),
    ...(await missing(db, outlet.id, namedIn(target, ['outlet']), thing('媒体', 'outlet'))),
    ...(await missing(db, property.id, namedIn(target, ['property']), thing('站点', 'property'))),
    ...(await missing(
      db,
      placement.id,
      namedIn(target, ['placement']),
      thing('广告位', 'placement'),
    )),
    ...(await missing(
      db,
      segment.id,
      namedIn(target, ['segment']),
      thing('人群包', 'segment'),
      // Another's segment is as good as missing.
      and(eq(segment.advertiserId, advertiserId), ne(segment.status, 'deleted')),
    )),
  );
}

/** Creatives of a line item must be the same advertiser's; others are as good as missing. */
export async function assertCreatives(
  db: Db,
  advertiserId: number,
  creativeIds: readonly number[],
  at = '',
): Promise<void> {
  if (creativeIds.length === 0) return;
  const rows = await db
    .select({ id: creative.id })
    .from(creative)
    .where(and(inArray(creative.id, [...creativeIds]), eq(creative.advertiserId, advertiserId)));
  const known = new Set(rows.map((row) => row.id));
  const problems = creativeIds.flatMap((id, i) =>
    known.has(id)
      ? []
      : [
          {
            pointer: `${at}/creativeIds/${i}`,
            zh: `没有这个创意：${id}`,
            en: `there is no creative ${id}`,
          },
        ],
  );
  refuse(...problems);
}

export function assertEditable(status: CampaignStatus): void {
  if (status !== 'archived' && status !== 'ended') return;
  throw new Failure('conflict', {
    zh: '已结束或已归档，不能修改；可复制后修改',
    en: 'it has ended or is archived; copy it to change it',
  });
}
