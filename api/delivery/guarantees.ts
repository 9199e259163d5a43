/**
 * Dual prices of guaranteed line items, stepped every ten seconds on what was metered (bidding/engine/guaranteed.ts). Owns where
 * the controller's numbers come from; its state shares the table of the pacing controller, whose place it takes.
 */
import { sql } from 'drizzle-orm';
import {
  BETA_STEP_MS,
  type DealPlan,
  type GuaranteedState,
  startGuaranteed,
  stepAlpha,
  stepBeta,
} from '../../bidding/engine/guaranteed.ts';
import { MICRO_PER_CPM_FEN } from '../../bidding/engine/item.ts';
import { FLAT_CURVE } from '../../bidding/engine/trafficForecast.ts';
import type { SnapshotDelta } from '../../bidding/wire/snapshot.ts';
import type { Db } from '../../db/client.ts';
import { pacingState } from '../../db/schema/delivery.ts';
import { dayEndMs, dayOf, dayStartMs, hourOf, msOfDay } from '../../db/terms/day.ts';
import type { Target } from '../../db/terms/target.ts';
import type { DeliveryContext } from './publish.ts';
import type { LineTraffic } from './traffic.ts';

type DualPrices = NonNullable<SnapshotDelta['guaranteed']>;

/** A guaranteed line item that serves today, with what was delivered. */
export interface PromisedLine {
  lineItemId: number;
  bidFen: number;
  budgetMicroCny: number;
  target: Target;
  delivered: number;
  /** By county of the reader. */
  deliveredByCounty: Record<string, number>;
  day: string | null;
  steppedAtMs: number;
  state: GuaranteedState | null;
}

interface PromisedRow {
  target: Target;
  delivered: Record<string, number> | null;
  state: GuaranteedState | null;
}

export async function readPromised(db: Db, nowMs: number): Promise<PromisedLine[]> {
  const today = dayOf(nowMs);
  const rows = await db.execute<Record<string, string> & PromisedRow>(sql`
    SELECT li.id, li.bid_fen, li.daily_budget_micro_cny AS budget, li.target, p.day, p.state, p.updated_at,
      (SELECT jsonb_object_agg(county, impressions) FROM (
        SELECT left(division_code, 6) AS county, sum(impressions) AS impressions FROM rollup_hour
        WHERE line_item_id = li.id AND hour >= ${hourOf(dayStartMs(today))}
          AND hour < ${hourOf(dayEndMs(today))} GROUP BY 1) c) AS delivered
    FROM line_item li
    JOIN campaign c ON c.id = li.campaign_id
    LEFT JOIN pacing_state p ON p.line_item_id = li.id
    WHERE li.status = 'active' AND c.status = 'active' AND li.priority = 'guaranteed'
      AND ${today}::date BETWEEN li.starts_on AND li.ends_on
    ORDER BY li.id`);
  return rows.map((row) => ({
    lineItemId: Number(row.id),
    bidFen: Number(row.bid_fen),
    budgetMicroCny: Number(row.budget),
    target: row.target,
    delivered: Object.values(row.delivered ?? {}).reduce((sum, n) => sum + n, 0),
    deliveredByCounty: row.delivered ?? {},
    day: row.day ?? null,
    steppedAtMs: row.updated_at ? new Date(row.updated_at).getTime() : nowMs,
    state: row.state,
  }));
}

/**
 * One step of every guaranteed line item that serves today; returns the new dual prices. Its booking is its daily budget at
 * its bid; its counties are owed their part of it by their part of its traffic.
 */
export async function stepGuarantees(
  ctx: DeliveryContext,
  lines: readonly PromisedLine[],
  traffic: ReadonlyMap<number, LineTraffic>,
): Promise<DualPrices> {
  const nowMs = ctx.clock();
  const today = dayOf(nowMs);
  const prices: DualPrices = [];
  for (const line of lines) {
    const priceMicroCny = line.bidFen * MICRO_PER_CPM_FEN;
    if (priceMicroCny <= 0) continue;
    const { curve = FLAT_CURVE, countyShare = {} } = traffic.get(line.lineItemId) ?? {};
    const impressions = Math.floor(line.budgetMicroCny / priceMicroCny);
    const state = stepLine(line, { impressions, priceMicroCny, curve, countyShare }, nowMs);
    await keep(ctx.db, line.lineItemId, today, state, nowMs);
    prices.push([line.lineItemId, { alphaMicroCny: state.alpha, countyMicroCny: state.beta }]);
  }
  return prices;
}

function stepLine(line: PromisedLine, plan: DealPlan, nowMs: number): GuaranteedState {
  // A line item that was paced until now has another controller's state.
  const before = typeof line.state?.alpha === 'number' ? line.state : undefined;
  if (line.day !== dayOf(nowMs) || !before) return startGuaranteed(plan, before);
  const elapsedMs = nowMs - line.steppedAtMs;
  const state = stepAlpha(before, plan, line.delivered, msOfDay(nowMs), elapsedMs);
  const minute = (ms: number): number => Math.floor(ms / BETA_STEP_MS);
  // One county has nobody to lag behind.
  if (minute(nowMs) === minute(line.steppedAtMs) || Object.keys(plan.countyShare).length < 2) {
    return state;
  }
  return stepBeta(state, plan, line.deliveredByCounty);
}

async function keep(
  db: Db,
  lineItemId: number,
  day: string,
  state: GuaranteedState,
  nowMs: number,
): Promise<void> {
  const row = { day, state: { ...state }, multiplier: 1, updatedAt: new Date(nowMs) };
  await db
    .insert(pacingState)
    .values({ lineItemId, ...row })
    .onConflictDoUpdate({ target: pacingState.lineItemId, set: row });
}
