/**
 * Pacing, centrally: every ten seconds each line item's controller (bidding/engine/pacing.ts) takes a step on what was metered,
 * and the new multipliers go out as one delta. Owns where the controller's numbers come from and where its state is kept.
 */
import { sql } from 'drizzle-orm';
import {
  multiplierOf,
  type PacingState,
  startPacing,
  stepPacing,
} from '../../bidding/engine/pacing.ts';
import { FLAT_CURVE, passed } from '../../bidding/engine/trafficForecast.ts';
import type { Db } from '../../db/client.ts';
import { pacingState } from '../../db/schema/delivery.ts';
import { type Day, dayEndMs, dayOf, dayStartMs, hourOf, msOfDay } from '../../db/terms/day.ts';
import { MICRO_CNY_PER_FEN } from '../../db/terms/money.ts';
import type { Target } from '../../db/terms/target.ts';
import { stepSurge } from './arrivals.ts';
import { readPromised, stepGuarantees } from './guarantees.ts';
import { type DeliveryContext, publishChanges } from './publish.ts';
import { trafficOf } from './traffic.ts';

/** Multipliers that moved less are not sent. */
const LEAST_CHANGE = 0.005;
/** Of the day's traffic: before that a line item is neither on plan nor off it. */
const LEAST_SHARE = 0.1;
/** Clicks of a line item without history: one in two hundred impressions, worth ten clicks. */
const PRIOR_CLICKS = 10;
const PRIOR_IMPRESSIONS = 2_000;

interface PacedLine {
  lineItemId: number;
  pricing: string;
  bidFen: number;
  target: Target;
  budgetMicroCny: number;
  billedMicroCny: number;
  impressions: number;
  clicks: number;
}

async function readPaced(db: Db, today: Day): Promise<PacedLine[]> {
  const fromHour = hourOf(dayStartMs(today));
  const untilHour = hourOf(dayEndMs(today));
  const rows = await db.execute<Record<string, string> & { target: Target }>(sql`
    SELECT li.id, li.pricing, li.bid_fen, li.target,
      least(li.daily_budget_micro_cny, li.total_budget_micro_cny - coalesce(b.before, 0)) AS budget,
      coalesce(b.today, 0) AS billed, coalesce(r.impressions, 0) AS impressions, coalesce(r.clicks, 0) AS clicks
    FROM line_item li
    JOIN campaign c ON c.id = li.campaign_id
    LEFT JOIN (SELECT line_item_id, sum(spend_micro_cny) FILTER (WHERE day < ${today}::date) AS before,
        sum(spend_micro_cny) FILTER (WHERE day = ${today}::date) AS today
      FROM lease_spend GROUP BY 1) b ON b.line_item_id = li.id
    LEFT JOIN (SELECT line_item_id, sum(impressions) AS impressions, sum(clicks) AS clicks
      FROM rollup_hour WHERE hour >= ${fromHour} AND hour < ${untilHour} GROUP BY 1) r ON r.line_item_id = li.id
    WHERE li.status = 'active' AND c.status = 'active' AND li.pacing = 'even' AND li.priority <> 'guaranteed'
      AND ${today}::date BETWEEN li.starts_on AND li.ends_on
    ORDER BY li.id`);
  return rows.map((row) => ({
    lineItemId: Number(row.id),
    pricing: row.pricing ?? 'CPM',
    bidFen: Number(row.bid_fen),
    target: row.target,
    budgetMicroCny: Number(row.budget),
    billedMicroCny: Number(row.billed),
    impressions: Number(row.impressions),
    clicks: Number(row.clicks),
  }));
}

/** Clicks are expected before they happen: impressions × the rate seen so far, drawn towards the usual one. */
function expectedMicroCny(line: PacedLine, unitMicroCny: number): number {
  if (unitMicroCny === 0) return line.billedMicroCny;
  const rate = (line.clicks + PRIOR_CLICKS) / (line.impressions + PRIOR_IMPRESSIONS);
  return line.impressions * rate * unitMicroCny;
}

/** One step for every evenly paced line item that serves today; returns how many multipliers moved. */
export async function pace(ctx: DeliveryContext): Promise<number> {
  const nowMs = ctx.clock();
  const today = dayOf(nowMs);
  const lines = await readPaced(ctx.db, today);
  const known = new Map(
    (await ctx.db.select().from(pacingState)).map((row) => [row.lineItemId, row]),
  );
  const promised = await readPromised(ctx.db, nowMs);
  const traffic = await trafficOf(ctx, today, [...lines, ...promised]);
  const impressions = lines.reduce((sum, line) => sum + line.impressions, 0);
  const surgeOf = stepSurge(ctx.db, nowMs, traffic.forecast, impressions);
  const moved: [number, number][] = [];
  const rows: (typeof pacingState.$inferInsert)[] = [];
  for (const line of lines) {
    const row = known.get(line.lineItemId);
    const before = stateOf(row?.state);
    const state = before && row?.day === today ? before : startPacing(nowMs, before);
    const mine = traffic.lines.get(line.lineItemId);
    const unitMicroCny = line.pricing === 'CPM' ? 0 : line.bidFen * Number(MICRO_CNY_PER_FEN);
    const next = stepPacing(state, {
      atMs: nowMs,
      msOfDay: msOfDay(nowMs),
      budgetMicroCny: line.budgetMicroCny,
      billedMicroCny: line.billedMicroCny,
      expectedMicroCny: expectedMicroCny(line, unitMicroCny),
      unitMicroCny,
      curve: mine?.curve ?? FLAT_CURVE,
      surge: surgeOf?.(mine?.countyShare ?? {}) ?? 1,
    });
    const multiplier = multiplierOf(next);
    if (Math.abs(multiplier - (row?.multiplier ?? 1)) >= LEAST_CHANGE) {
      moved.push([line.lineItemId, multiplier]);
    }
    rows.push({
      lineItemId: line.lineItemId,
      day: today,
      state: { ...next, toPlan: toPlan(line, passed(mine?.curve ?? FLAT_CURVE, msOfDay(nowMs))) },
      multiplier: moved.at(-1)?.[0] === line.lineItemId ? multiplier : (row?.multiplier ?? 1),
      updatedAt: new Date(nowMs),
    });
  }
  await keep(ctx.db, rows);
  const guaranteed = await stepGuarantees(ctx, promised, traffic.lines);
  if (moved.length + guaranteed.length > 0) {
    await publishChanges(ctx, { rankMultipliers: moved, guaranteed });
  }
  return moved.length;
}

/** What was billed of what the day's traffic so far had room for; null while too little of the day is over to say. */
function toPlan({ budgetMicroCny, billedMicroCny }: PacedLine, share: number): number | null {
  return share < LEAST_SHARE || budgetMicroCny <= 0
    ? null
    : billedMicroCny / (budgetMicroCny * share);
}

/** Undefined for a line item that was guaranteed until now: that is another controller's state. */
const stateOf = (state: Record<string, unknown> | undefined): PacingState | undefined =>
  typeof state?.y === 'number' ? (state as unknown as PacingState) : undefined;

async function keep(db: Db, rows: readonly (typeof pacingState.$inferInsert)[]): Promise<void> {
  for (let i = 0; i < rows.length; i += 1_000) {
    await db
      .insert(pacingState)
      .values(rows.slice(i, i + 1_000))
      .onConflictDoUpdate({
        target: pacingState.lineItemId,
        set: {
          day: sql`excluded.day`,
          state: sql`excluded.state`,
          multiplier: sql`excluded.multiplier`,
          updatedAt: sql`excluded.updated_at`,
        },
      });
  }
}
