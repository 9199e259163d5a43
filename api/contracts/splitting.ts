/**
 * Splitting charges under their contract versions, with the carry kept in the database. Owns the lock that makes it safe
 * for two billers to split under one version at once: the version's residual rows, taken in id order.
 */
import { sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { type Day, monthOf } from '../../db/terms/day.ts';
import { assert } from '../../db/terms/failure.ts';
import type { MicroCny } from '../../db/terms/money.ts';
import { versionsById } from './queries.ts';
import { cutByTier, splitAmount } from './split.ts';
import type { ContractVersion } from './version.ts';

export interface Portion {
  /** Null: the platform. */
  outletId: number | null;
  amountMicroCny: MicroCny;
}

export interface Splittable {
  contractVersionId: number;
  day: Day;
  /** Negative takes back. */
  amountMicroCny: MicroCny;
}

interface Carry {
  version: ContractVersion;
  /** By tier, by ordinal. */
  residuals: bigint[][];
  /** Month → gross so far. */
  gross: Map<string, MicroCny>;
  lastDay: Map<string, Day>;
}

/**
 * Splits each charge; portions of a charge sum to it exactly, zero portions left out. Call inside the transaction that
 * records the charges, and before it locks any ledger account: contracts first, then accounts, everywhere.
 */
export async function splitCharges(tx: Db, charges: readonly Splittable[]): Promise<Portion[][]> {
  if (charges.length === 0) return [];
  const ids = [...new Set(charges.map((charge) => charge.contractVersionId))].sort((a, b) => a - b);
  const carries = await lockCarries(tx, ids);
  const result = charges.map((charge) => {
    const carry = carries.get(charge.contractVersionId);
    assert(carry, `contract version ${charge.contractVersionId} is active`);
    return splitOne(carry, charge);
  });
  await saveCarries(tx, [...carries.values()]);
  return result;
}

function splitOne(carry: Carry, charge: Splittable): Portion[] {
  const month = monthOf(charge.day);
  const gross = carry.gross.get(month) ?? 0n;
  const starts = carry.version.tiers.map((tier) => tier.fromMicroCny);
  const sums = new Map<number | null, MicroCny>();
  for (const piece of cutByTier(gross, charge.amountMicroCny, starts)) {
    const parties = carry.version.tiers[piece.tier]?.parties ?? [];
    const shares = parties.map((party) => party.sharePpm);
    const split = splitAmount(piece.amountMicroCny, shares, carry.residuals[piece.tier] ?? []);
    carry.residuals[piece.tier] = split.residuals;
    for (const [i, party] of parties.entries()) {
      sums.set(party.outletId, (sums.get(party.outletId) ?? 0n) + (split.parts[i] as bigint));
    }
  }
  carry.gross.set(month, gross + charge.amountMicroCny);
  const last = carry.lastDay.get(month);
  if (!last || last < charge.day) carry.lastDay.set(month, charge.day);
  return [...sums]
    .filter(([, amount]) => amount !== 0n)
    .map(([outletId, amountMicroCny]) => ({ outletId, amountMicroCny }));
}

/** Splits amounts under a version's terms from a clean carry, as if nothing had been charged before. Writes nothing. */
export function splitReplay(
  version: ContractVersion,
  charges: readonly { day: Day; amountMicroCny: MicroCny }[],
): Portion[] {
  const residuals = version.tiers.map((tier) => tier.parties.map(() => 0n));
  const carry: Carry = { version, residuals, gross: new Map(), lastDay: new Map() };
  return charges.flatMap((charge) => splitOne(carry, { ...charge, contractVersionId: version.id }));
}

async function lockCarries(tx: Db, ids: readonly number[]): Promise<Map<number, Carry>> {
  const list = sql`(SELECT json_array_elements_text(${JSON.stringify(ids)}::text::json)::bigint)`;
  const locked = (await tx.execute(sql`
    SELECT contract_version_id AS id, tier, ordinal, residual FROM contract_residual
     WHERE contract_version_id IN ${list} ORDER BY contract_version_id, tier, ordinal FOR UPDATE`)) as unknown as {
    id: string;
    tier: number;
    ordinal: number;
    residual: string;
  }[];
  const volumes = (await tx.execute(sql`
    SELECT contract_version_id AS id, month, gross_micro_cny AS gross, last_day::text AS last_day
      FROM contract_volume WHERE contract_version_id IN ${list}`)) as unknown as {
    id: string;
    month: string;
    gross: string;
    last_day: string;
  }[];
  const carries = new Map<number, Carry>();
  for (const version of await versionsById(tx, ids)) {
    const residuals = version.tiers.map((tier) => tier.parties.map(() => 0n));
    carries.set(version.id, { version, residuals, gross: new Map(), lastDay: new Map() });
  }
  const active = new Set(locked.map((row) => Number(row.id)));
  for (const id of carries.keys()) if (!active.has(id)) carries.delete(id);
  for (const row of locked) {
    const tier = carries.get(Number(row.id))?.residuals[row.tier];
    if (tier) tier[row.ordinal] = BigInt(row.residual);
  }
  for (const row of volumes) {
    carries.get(Number(row.id))?.gross.set(row.month, BigInt(row.gross));
    carries.get(Number(row.id))?.lastDay.set(row.month, row.last_day);
  }
  return carries;
}

async function saveCarries(tx: Db, carries: readonly Carry[]): Promise<void> {
  const residuals = carries.flatMap((carry) =>
    carry.residuals.flatMap((tier, t) =>
      tier.map((residual, ordinal) => ({
        id: carry.version.id,
        tier: t,
        ordinal,
        residual: residual.toString(),
      })),
    ),
  );
  await tx.execute(sql`
    UPDATE contract_residual r SET residual = n.residual
      FROM json_to_recordset(${JSON.stringify(residuals)}::text::json)
        AS n(id bigint, tier smallint, ordinal smallint, residual bigint)
     WHERE r.contract_version_id = n.id AND r.tier = n.tier AND r.ordinal = n.ordinal
       AND r.residual <> n.residual`);
  const volumes = carries.flatMap((carry) =>
    [...carry.gross].map(([month, gross]) => ({
      id: carry.version.id,
      month,
      gross: gross.toString(),
      last: carry.lastDay.get(month),
    })),
  );
  await tx.execute(sql`
    INSERT INTO contract_volume AS v (contract_version_id, month, gross_micro_cny, last_day)
    SELECT n.id, n.month, n.gross, n.last
      FROM json_to_recordset(${JSON.stringify(volumes)}::text::json)
        AS n(id bigint, month text, gross bigint, last date)
    ON CONFLICT (contract_version_id, month) DO UPDATE
       SET gross_micro_cny = excluded.gross_micro_cny, last_day = excluded.last_day
     WHERE (v.gross_micro_cny, v.last_day) IS DISTINCT FROM (excluded.gross_micro_cny, excluded.last_day)`);
}
