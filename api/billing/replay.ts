/**
 * Replay: what a month would have paid under other terms, before anyone signs them. Reads the charges that were really made
 * and splits them anew, from a clean carry, in the order they were charged; writes nothing.
 */
import { sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import type { Day } from '../../db/terms/day.ts';
import type { MicroCny } from '../../db/terms/money.ts';
import { splitReplay, versionById } from '../contracts/contracts.ts';

export interface ReplayLine {
  /** Null: the platform. */
  outletId: number | null;
  /** What the party got under the versions then in force, and what it would have got. */
  actualMicroCny: MicroCny;
  replayedMicroCny: MicroCny;
}

/**
 * The charges within a contract's scope over days (inclusive), under one of its versions, draft or not.
 * @throws Failure `not_found`.
 */
export async function replayContract(
  db: Db,
  input: { versionId: number; from: Day; to: Day },
): Promise<{ charges: number; grossMicroCny: MicroCny; lines: ReplayLine[] }> {
  const version = await versionById(db, input.versionId);
  const rows = await db.execute<{ id: string; day: string; amount: string }>(sql`
    SELECT c.id, c.day::text AS day, c.amount_micro_cny AS amount
      FROM charge c JOIN placement p ON p.id = c.placement_id LEFT JOIN deal d ON d.id = c.deal_id
     WHERE ${version.scope} IN ('deal:' || d.code || ':' || p.outlet_id, 'placement:' || p.id, 'property:' || p.property_id, 'outlet:' || p.outlet_id)
       AND c.day BETWEEN ${input.from}::date AND ${input.to}::date ORDER BY c.id`);
  const charges = rows.map((row) => ({ day: row.day, amountMicroCny: BigInt(row.amount) }));
  const sums = new Map<number | null, { actual: MicroCny; replayed: MicroCny }>();
  const of = (outletId: number | null) => {
    const found = sums.get(outletId) ?? { actual: 0n, replayed: 0n };
    sums.set(outletId, found);
    return found;
  };
  for (const portion of splitReplay(version, charges)) {
    of(portion.outletId).replayed += portion.amountMicroCny;
  }
  const ids = JSON.stringify(rows.map((row) => row.id));
  const actual = await db.execute<{ outlet_id: string | null; amount: string }>(sql`
    SELECT outlet_id, sum(amount_micro_cny)::bigint AS amount FROM charge_share
     WHERE charge_id IN (SELECT json_array_elements_text(${ids}::text::json)::bigint) GROUP BY 1`);
  for (const row of actual) {
    of(row.outlet_id === null ? null : Number(row.outlet_id)).actual += BigInt(row.amount);
  }
  return {
    charges: charges.length,
    grossMicroCny: charges.reduce((sum, charge) => sum + charge.amountMicroCny, 0n),
    lines: [...sums].map(([outletId, { actual, replayed }]) => ({
      outletId,
      actualMicroCny: actual,
      replayedMicroCny: replayed,
    })),
  };
}
