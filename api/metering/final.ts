/**
 * From provisional to final: the whole day's events looked at once, when none can come any more. What a single consumer could not
 * see, a user faster than a person over all of them, is taken out of sums and budgets; billing finds the difference and
 * corrects it with a further revision. Raw events stay, marked.
 */
import { sql } from 'drizzle-orm';
import { EVENT_KIND, IVT } from '../../bidding/wire/event.ts';
import type { Db } from '../../db/client.ts';
import { meteringFinal } from '../../db/schema/metering.ts';
import { addDays, type Clock, type Day, dayEndMs, dayOf } from '../../db/terms/day.ts';
import { VELOCITY_PER_MINUTE } from './ivt.ts';

/** Clicks may follow a day after the auction; then the day is complete. */
const COMPLETE_AFTER_MS = 25 * 3_600_000;
/** Days looked back for one that is not final: a worker that was away. */
const REACH_DAYS = 7;

export interface Finalized {
  day: Day;
  removedEvents: number;
  removedMicroCny: bigint;
}

/** Makes a day final; a day that is so already is left alone (undefined). One transaction. */
export async function finalizeDay(
  ctx: { db: Db; clock: Clock },
  day: Day,
): Promise<Finalized | undefined> {
  return ctx.db.transaction(async (tx) => {
    const [mine] = await tx
      .insert(meteringFinal)
      .values({ day, finalizedAt: new Date(ctx.clock()), removedEvents: 0, removedMicroCny: 0n })
      .onConflictDoNothing()
      .returning();
    if (!mine) return undefined;
    // Of deals, conversions are counted since 0285: what was never added is not taken away.
    const [row] = await tx.execute<{ removed: string; amount: string }>(sql`
      WITH fast AS (
        SELECT user_hash, at_ms / 60000 AS minute FROM event
        WHERE day = ${day}::date AND ivt = 0 AND user_hash <> ''
        GROUP BY 1, 2
        HAVING count(*) FILTER (WHERE kind = ${EVENT_KIND.impression}) > ${VELOCITY_PER_MINUTE.userImpressions}
          OR count(*) FILTER (WHERE kind = ${EVENT_KIND.click}) > ${VELOCITY_PER_MINUTE.userClicks}
      ),
      doomed AS (
        SELECT e.* FROM event e JOIN fast f ON f.user_hash = e.user_hash AND f.minute = e.at_ms / 60000
        WHERE e.day = ${day}::date AND e.ivt = 0
      ),
      marked AS (
        UPDATE event e SET ivt = ${IVT.velocity}, price_micro_cny = 0 FROM doomed d
        WHERE e.day = ${day}::date AND e.event_key = d.event_key
      ),
      rolled AS (
        INSERT INTO rollup_hour (hour, outlet_id, placement_id, division_code, advertiser_id, campaign_id, line_item_id,
          creative_id, device, impressions, viewables, clicks, conversions, invalid, spend_micro_cny)
        SELECT hour, outlet_id, placement_id, division_code, advertiser_id, campaign_id, line_item_id, creative_id, device,
          -count(*) FILTER (WHERE kind = 1), -count(*) FILTER (WHERE kind = 2), -count(*) FILTER (WHERE kind = 3),
          -count(*) FILTER (WHERE kind = 4), count(*), -sum(price_micro_cny)
        FROM doomed WHERE kind <= 4 GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9
      ),
      undealt AS (
        UPDATE deal_hour h SET impressions = h.impressions - d.impressions, viewables = h.viewables - d.viewables,
          clicks = h.clicks - d.clicks, conversions = greatest(h.conversions - d.conversions, 0),
          invalid = h.invalid + d.removed, spend_micro_cny = h.spend_micro_cny - d.spend
        FROM (
          SELECT deal_id, hour, line_item_id, placement_id,
            count(*) FILTER (WHERE kind = 1) AS impressions, count(*) FILTER (WHERE kind = 2) AS viewables,
            count(*) FILTER (WHERE kind = 3) AS clicks, count(*) FILTER (WHERE kind = 4) AS conversions, count(*) AS removed, sum(price_micro_cny) AS spend
          FROM doomed WHERE kind <= 4 AND deal_id IS NOT NULL GROUP BY 1, 2, 3, 4
        ) d
        WHERE h.deal_id = d.deal_id AND h.hour = d.hour AND h.line_item_id = d.line_item_id
          AND h.placement_id = d.placement_id
      ),
      returned AS (
        INSERT INTO lease_spend AS l (day, line_item_id, lease_id, spend_micro_cny)
        SELECT ${day}::date, line_item_id, 0, -sum(price_micro_cny) FROM doomed
        WHERE price_micro_cny > 0 GROUP BY 2
        ON CONFLICT (line_item_id, day, lease_id) DO UPDATE
          SET spend_micro_cny = l.spend_micro_cny + excluded.spend_micro_cny
      )
      SELECT count(*) AS removed, coalesce(sum(price_micro_cny), 0) AS amount FROM doomed`);
    const removed = {
      removedEvents: Number(row?.removed ?? 0),
      removedMicroCny: BigInt(row?.amount ?? 0),
    };
    await tx.update(meteringFinal).set(removed).where(sql`${meteringFinal.day} = ${day}`);
    return { day, ...removed };
  });
}

/** Finalizes the days of the last week that are complete and not final yet. */
export async function finalizeDays(ctx: { db: Db; clock: Clock }): Promise<Finalized[]> {
  const nowMs = ctx.clock();
  const done: Finalized[] = [];
  for (let ago = REACH_DAYS; ago >= 1; ago--) {
    const day = addDays(dayOf(nowMs), -ago);
    if (nowMs < dayEndMs(day) + COMPLETE_AFTER_MS) continue;
    const one = await finalizeDay(ctx, day);
    if (one) done.push(one);
  }
  return done;
}
