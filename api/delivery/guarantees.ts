/**
 * Dual prices of guaranteed line items, stepped every ten seconds on what was metered (bidding/engine/guaranteed.ts). Owns where
 * the controller's numbers come from; its state shares the table of the pacing controller, whose place it takes.
 */
import { sql } from 'drizzle-orm';
import {
  type GuaranteedState,
  startGuaranteed,
  stepAlpha,
} from '../../bidding/engine/guaranteed.ts';
import { MICRO_PER_CPM_FEN } from '../../bidding/engine/item.ts';
import type { SnapshotDelta } from '../../bidding/wire/snapshot.ts';
import type { Db } from '../../db/client.ts';
import { pacingState } from '../../db/schema/delivery.ts';
import { dayEndMs, dayOf, dayStartMs, hourOf, msOfDay } from '../../db/terms/day.ts';
import { shapedCurve } from './curve.ts';
import type { DeliveryContext } from './publish.ts';

type DualPrices = NonNullable<SnapshotDelta['guaranteed']>;

interface Promised {
  lineItemId: number;
  bidFen: number;
  budgetMicroCny: number;
  delivered: number;
  day: string | null;
  state: GuaranteedState | null;
}

async function readPromised(db: Db, nowMs: number): Promise<Promised[]> {
  const today = dayOf(nowMs);
  const rows = await db.execute<Record<string, string>>(sql`
    SELECT li.id, li.bid_fen, li.daily_budget_micro_cny AS budget, p.day, p.state,
      coalesce((SELECT sum(impressions) FROM rollup_hour
        WHERE line_item_id = li.id AND hour >= ${hourOf(dayStartMs(today))}
          AND hour < ${hourOf(dayEndMs(today))}), 0) AS delivered
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
    delivered: Number(row.delivered),
    day: row.day ?? null,
    state: (row.state as unknown as GuaranteedState | undefined) ?? null,
  }));
}

/**
 * One step of every guaranteed line item that serves today; returns the new dual prices. Its booking is its daily budget at
 * its bid. No county floors: a booking here names no shares.
 */
export async function stepGuarantees(ctx: DeliveryContext): Promise<DualPrices> {
  const nowMs = ctx.clock();
  const today = dayOf(nowMs);
  const prices: DualPrices = [];
  for (const line of await readPromised(ctx.db, nowMs)) {
    const priceMicroCny = line.bidFen * MICRO_PER_CPM_FEN;
    if (priceMicroCny <= 0) continue;
    const plan = {
      impressions: Math.floor(line.budgetMicroCny / priceMicroCny),
      priceMicroCny,
      curve: shapedCurve(),
      countyShare: {},
    };
    const isToday = line.day === today;
    const before =
      isToday && line.state ? line.state : startGuaranteed(plan, line.state ?? undefined);
    const state = stepAlpha(before, plan, line.delivered, msOfDay(nowMs));
    await keep(ctx.db, line.lineItemId, today, state, nowMs);
    prices.push([line.lineItemId, { alphaMicroCny: state.alpha, countyMicroCny: state.beta }]);
  }
  return prices;
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
