/**
 * Supply partners are owed what they said each sale cleared at. Owns the difference to what was bid, a day at a time, once the day is
 * final: an adjustment of the current month that the house proposes and finance approves. Nothing booked is edited, and the reports stay
 * as they came; a price that came late moves the rest of its day. What was not billed, or cannot be read, settles nothing.
 */
import { sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { supplySettlement } from '../../db/schema/clearing.ts';
import { addDays, type Clock, type Day, dayOf, monthOf } from '../../db/terms/day.ts';
import { proposeAdjustment } from '../statements/statements.ts';

type Ctx = { db: Db; clock: Clock };

/** Days looked back: a bill notice is retried for minutes, a worker may be away for a week. */
const REACH_DAYS = 10;
const HOUSE = 'house';

interface Due {
  supplyPartnerId: number;
  outletId: number;
  day: Day;
  impressions: number;
  bidMicroCny: bigint;
  settledMicroCny: bigint;
  movedMicroCny: bigint;
}

const KEYS = ['supplyPartnerId', 'outletId', 'impressions'] as const;

/** Final days whose reported prices differ from what was bid by more than has been moved. */
async function dueDays(db: Db, from: Day): Promise<Due[]> {
  const rows = await db.execute<Record<string, string>>(sql`
    SELECT r.supply_partner_id AS "supplyPartnerId", r.outlet_id AS "outletId", r.day::text AS day, r.impressions,
      r.bid, r.settled, coalesce(s.moved, 0) AS moved
    FROM (
      SELECT p.supply_partner_id, p.outlet_id, p.day, count(*) AS impressions, sum(p.bid_micro_cny) AS bid,
        sum(p.settled_micro_cny) AS settled
      FROM partner_report p JOIN metering_final f ON f.day = p.day
      WHERE p.day >= ${from}::date AND p.settled_micro_cny IS NOT NULL
        AND EXISTS (SELECT 1 FROM event e WHERE e.day BETWEEN p.day - 1 AND p.day
          AND e.event_key = p.event_key || ':1' AND e.ivt = 0)
      GROUP BY 1, 2, 3
    ) r
    LEFT JOIN (SELECT supply_partner_id, day, sum(amount_micro_cny) AS moved FROM supply_settlement GROUP BY 1, 2) s
      ON s.supply_partner_id = r.supply_partner_id AND s.day = r.day
    WHERE r.settled - r.bid <> coalesce(s.moved, 0)
    ORDER BY r.day, r.supply_partner_id`);
  return rows.map((row) => {
    const [supplyPartnerId = 0, outletId = 0, impressions = 0] = KEYS.map((key) =>
      Number(row[key]),
    );
    return {
      supplyPartnerId,
      outletId,
      impressions,
      day: row.day as Day,
      bidMicroCny: BigInt(row.bid ?? 0),
      settledMicroCny: BigInt(row.settled ?? 0),
      movedMicroCny: BigInt(row.moved ?? 0),
    };
  });
}

/** Proposes what is due, all in one transaction; called by the worker. Returns how many days were settled. */
export function settleSupply(ctx: Ctx): Promise<number> {
  const today = dayOf(ctx.clock());
  return ctx.db.transaction(async (tx) => {
    await tx.execute(sql`SELECT pg_advisory_xact_lock(hashtext('supply_settlement'))`);
    const due = await dueDays(tx, addDays(today, -REACH_DAYS));
    for (const { movedMicroCny, ...one } of due) {
      const amountMicroCny = one.settledMicroCny - one.bidMicroCny - movedMicroCny;
      const adjustment = await proposeAdjustment(
        { ...ctx, db: tx },
        {
          outletId: one.outletId,
          month: monthOf(today),
          amountMicroCny,
          reason: `供应方报价结算 ${one.day}`,
          by: HOUSE,
        },
      );
      await tx.insert(supplySettlement).values({
        ...one,
        amountMicroCny,
        adjustmentId: adjustment.id,
        createdAt: new Date(ctx.clock()),
      });
    }
    return due.length;
  });
}

/** What finance has approved of it, by day: as good as charged, when a partner's own report is compared. */
export async function settledDays(
  db: Db,
  supplyPartnerId: number,
  { from, to }: { from: Day; to: Day },
): Promise<Map<Day, bigint>> {
  const rows = await db.execute<{ day: Day; amount: string }>(sql`
    SELECT s.day::text AS day, sum(s.amount_micro_cny) AS amount FROM supply_settlement s
    JOIN statement_adjustment a ON a.id = s.adjustment_id
    WHERE s.supply_partner_id = ${supplyPartnerId} AND a.approved_by IS NOT NULL
      AND s.day BETWEEN ${from}::date AND ${to}::date GROUP BY 1`);
  return new Map(rows.map(({ day, amount }) => [day, BigInt(amount)]));
}
