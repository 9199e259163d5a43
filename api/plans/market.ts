/** What there is to plan with: traffic by tier as forecast and at lately paid prices, placements to book with their free days. */
import { sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import type { PlanBrief } from '../../db/schema/plans.ts';
import { addDays, type Clock, dayOf, dayStartMs, daysBetween, hourOf } from '../../db/terms/day.ts';
import { covers } from '../../db/terms/division.ts';
import { type PropertyKind, type RateUnit, TIERS, type Tier } from '../../db/terms/market.ts';
import type { Target } from '../../db/terms/target.ts';
import { forecastTarget } from '../delivery/delivery.ts';
import type { FixedOffer, TierOffer } from './allocation.ts';

type PlanContext = { db: Db; clock: Clock };

const LOOK_BACK_DAYS = 14;
/** Where nothing was sold lately. */
const USUAL_CTR = 0.005;
const USUAL_CPM_FEN = 1_200;

export const tierTarget = (brief: PlanBrief, tier: Tier): Target => ({
  all: [
    { attribute: 'division', in: brief.divisionCodes },
    { attribute: 'tier', in: [tier] },
    ...(brief.devices.length > 0 ? [{ attribute: 'device' as const, in: brief.devices }] : []),
    ...(brief.hoursOfWeek ? [{ attribute: 'hourOfWeek' as const, in: brief.hoursOfWeek }] : []),
  ],
});

const tiersOf = (brief: PlanBrief): readonly Tier[] =>
  brief.tiers.length > 0 ? brief.tiers : TIERS;

/** Price and response of each tier over the last fortnight. */
async function paidLately(db: Db, nowMs: number) {
  const since = hourOf(dayStartMs(addDays(dayOf(nowMs), -LOOK_BACK_DAYS)));
  const rows = await db.execute<Record<string, string>>(sql`
    SELECT o.tier, sum(r.impressions) AS impressions, sum(r.clicks) AS clicks, sum(r.spend_micro_cny) AS spend
      FROM rollup_hour r JOIN outlet o ON o.id = r.outlet_id WHERE r.hour >= ${since} GROUP BY 1`);
  return new Map(
    rows.map((row) => {
      const impressions = Math.max(1, Number(row.impressions));
      // µCNY an impression over ten are fen a thousand.
      const cpmFen = Math.round(Number(row.spend) / impressions / 10);
      return [row.tier as Tier, { cpmFen, ctr: Number(row.clicks) / impressions }];
    }),
  );
}

export async function tierOffers(ctx: PlanContext, brief: PlanBrief): Promise<TierOffer[]> {
  const paid = await paidLately(ctx.db, ctx.clock());
  const offers: TierOffer[] = [];
  for (const tier of tiersOf(brief)) {
    const { unbooked, reach } = await forecastTarget(ctx, tierTarget(brief, tier));
    const { cpmFen = 0, ctr = 0 } = paid.get(tier) ?? {};
    offers.push({
      tier,
      availsADay: unbooked.expected,
      availsLow: unbooked.low,
      availsHigh: unbooked.high,
      reachADay: reach.expected,
      cpmFen: cpmFen > 0 ? cpmFen : USUAL_CPM_FEN,
      ctr: ctr > 0 ? ctr : USUAL_CTR,
    });
  }
  return offers;
}

export interface Named {
  tier: Tier;
  outletName: string;
  placementName: string;
}

const MOST_OFFERS = 3_000;

/** Placements with a fixed price in force, in or above the brief's places, with how many days from its first are free. */
export async function fixedOffers(
  ctx: PlanContext,
  brief: PlanBrief,
): Promise<(FixedOffer & Named)[]> {
  const counties = await countiesOf(ctx.db, brief.divisionCodes);
  const rows = await ctx.db.execute<Record<string, string>>(sql`
    SELECT p.id, p.name, p.outlet_id, o.name AS outlet_name, o.tier, o.division_code, r.kind, c.unit, c.price_fen,
           (SELECT min(s.day)::text FROM (
              SELECT b.day FROM booking_slot b WHERE b.placement_id = p.id
                 AND b.day BETWEEN ${brief.startsOn}::date AND ${brief.endsOn}::date
               GROUP BY b.day HAVING count(*) >= p.daily_slots) s) AS first_full
      FROM placement p
      JOIN outlet o ON o.id = p.outlet_id AND o.status = 'active'
      JOIN property r ON r.id = p.property_id AND r.status = 'active'
      JOIN LATERAL (
        SELECT unit, price_fen FROM rate_card
         WHERE placement_id = p.id AND unit <> 'CPM' AND effective_from <= ${brief.startsOn}::date
         ORDER BY effective_from DESC LIMIT 1) c ON true
     WHERE p.status = 'active' ORDER BY p.id LIMIT ${MOST_OFFERS}`);
  return rows.flatMap((row) => {
    const code = row.division_code ?? '';
    const tier = row.tier as Tier;
    if (!tiersOf(brief).includes(tier)) return [];
    const reached = counties.filter((county) => covers(code, county));
    if (reached.length === 0) return [];
    return [
      {
        placementId: Number(row.id),
        placementName: row.name ?? '',
        outletId: Number(row.outlet_id),
        outletName: row.outlet_name ?? '',
        tier,
        kind: row.kind as PropertyKind,
        unit: row.unit as RateUnit,
        slotFen: Number(row.price_fen),
        counties: reached,
        freeDays: daysBetween(brief.startsOn, row.first_full ?? addDays(brief.endsOn, 1)),
      },
    ];
  });
}

async function countiesOf(db: Db, codes: readonly string[]): Promise<string[]> {
  const rows = await db.execute<{ code: string }>(sql`
    SELECT code FROM division WHERE level = 'county' AND valid_to IS NULL ORDER BY code`);
  return rows.map((row) => row.code).filter((code) => codes.some((outer) => covers(outer, code)));
}

export interface PromiseOffer extends Named {
  placementId: number;
  outletId: number;
  kind: PropertyKind;
  cpmFen: number;
  /** Impressions a day it has shown lately. */
  shownADay: number;
}

/** Placements sold by the thousand that showed most lately inside the brief's places. */
export async function promiseOffers(ctx: PlanContext, brief: PlanBrief): Promise<PromiseOffer[]> {
  const since = hourOf(dayStartMs(addDays(dayOf(ctx.clock()), -LOOK_BACK_DAYS)));
  const rows = await ctx.db.execute<Record<string, string>>(sql`
    SELECT p.id, p.name, p.outlet_id, o.name AS outlet_name, o.tier, o.division_code, r.kind, c.price_fen,
           m.impressions
      FROM (SELECT placement_id, sum(impressions) AS impressions FROM rollup_hour
             WHERE hour >= ${since} GROUP BY 1 ORDER BY 2 DESC LIMIT 200) m
      JOIN placement p ON p.id = m.placement_id AND p.status = 'active'
      JOIN outlet o ON o.id = p.outlet_id AND o.status = 'active'
      JOIN property r ON r.id = p.property_id AND r.status = 'active'
      JOIN LATERAL (
        SELECT price_fen FROM rate_card
         WHERE placement_id = p.id AND unit = 'CPM' AND effective_from <= ${brief.startsOn}::date
         ORDER BY effective_from DESC LIMIT 1) c ON true
     ORDER BY m.impressions DESC`);
  return rows
    .filter(
      (row) =>
        tiersOf(brief).includes(row.tier as Tier) &&
        brief.divisionCodes.some((code) => covers(code, row.division_code ?? '')),
    )
    .map((row) => ({
      placementId: Number(row.id),
      placementName: row.name ?? '',
      outletId: Number(row.outlet_id),
      outletName: row.outlet_name ?? '',
      tier: row.tier as Tier,
      kind: row.kind as PropertyKind,
      cpmFen: Number(row.price_fen),
      shownADay: Math.floor(Number(row.impressions) / LOOK_BACK_DAYS),
    }));
}
