/**
 * Replay: what days would have paid under other terms, before anyone signs them. Splits anew, from a clean carry, what was really
 * charged on those days and would be this version's: not what a contract of a narrower place (a property, a placement, a deal)
 * governs. Both sides hold the minimum guarantee, by days, as statements add it once a month is over. Writes nothing.
 */
import { inArray, type SQL, sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { outlet } from '../../db/schema/outlets.ts';
import { addDays, type Day, monthOf } from '../../db/terms/day.ts';
import type { MicroCny } from '../../db/terms/money.ts';
import {
  type ContractVersion,
  type Force,
  minimumDue,
  splitReplay,
  versionById,
} from '../contracts/contracts.ts';

/** Both inclusive. */
interface Days {
  from: Day;
  to: Day;
}

export interface ReplayLine {
  /** Null: the platform, which bears what is missing to a minimum. */
  outletId: number | null;
  outletName: string | null;
  /** What the party got under the versions then in force, and what it would have got. */
  actualMicroCny: MicroCny;
  replayedMicroCny: MicroCny;
}

export interface Replay {
  charges: number;
  grossMicroCny: MicroCny;
  /** What the lines hold of the outlet's minimum: of the contracts of this very place, and of this version. */
  guarantee: { actualMicroCny: MicroCny; replayedMicroCny: MicroCny };
  lines: ReplayLine[];
}

type Sums = Map<number | null, MicroCny>;
const add = (sums: Sums, outletId: number | null, amount: MicroCny) =>
  sums.set(outletId, (sums.get(outletId) ?? 0n) + amount);

/** The platform gives the outlet what is missing to its minimum. */
function topUp(sums: Sums, outletId: number, amount: MicroCny): void {
  if (amount === 0n) return;
  add(sums, outletId, amount);
  add(sums, null, -amount);
}

/** Under one of a contract's versions, draft or not. @throws Failure `not_found`. */
export async function replayContract(
  db: Db,
  { versionId, ...days }: Days & { versionId: number },
): Promise<Replay> {
  const version = await versionById(db, versionId);
  const { outletId } = version;
  const governed = chargesUnder(version, days);
  const charged = await chargedByDay(db, governed);
  const actual = await paidUnder(db, governed);
  const running = await minimaInForce(db, version);
  const [before, after]: [Sums, Sums] = [new Map(), new Map()];
  for (const one of actual) add(before, one.outletId, one.amountMicroCny);
  const own = (row: { outletId: number | null }) => row.outletId === outletId;
  let [actualMicroCny, replayedMicroCny] = [0n, 0n];
  for (const part of monthsOf(days)) {
    const ofMonth = charged.filter(({ day }) => monthOf(day) === part.month);
    const portions = splitReplay(version, ofMonth);
    for (const one of portions) add(after, one.outletId, one.amountMicroCny);
    const due = minimumDue(version.minimumMonthlyMicroCny, part);
    replayedMicroCny += missing(due, portions.filter(own));
    for (const one of running) {
      const earned = actual.filter((row) => row.versionId === one.id && row.month === part.month);
      actualMicroCny += missing(minimumDue(one.minimumMicroCny, part, one), earned.filter(own));
    }
  }
  topUp(before, outletId, actualMicroCny);
  topUp(after, outletId, replayedMicroCny);
  return {
    charges: charged.reduce((sum, one) => sum + one.charges, 0),
    grossMicroCny: charged.reduce((sum, one) => sum + one.amountMicroCny, 0n),
    guarantee: { actualMicroCny, replayedMicroCny },
    lines: await linesOf(db, before, after),
  };
}

async function linesOf(db: Db, before: Sums, after: Sums): Promise<ReplayLine[]> {
  const parties = [...new Set([...before.keys(), ...after.keys()])];
  const ids = parties.filter((id) => id !== null);
  const rows = await db
    .select({ id: outlet.id, name: outlet.name })
    .from(outlet)
    .where(inArray(outlet.id, ids));
  const names = new Map(rows.map(({ id, name }) => [id, name]));
  return parties.map((outletId) => ({
    outletId,
    outletName: (outletId !== null && names.get(outletId)) || null,
    actualMicroCny: before.get(outletId) ?? 0n,
    replayedMicroCny: after.get(outletId) ?? 0n,
  }));
}

/** Charges within the place of a version, but those that a contract of a narrower place governs. */
const chargesUnder = ({ scope, outletId }: ContractVersion, { from, to }: Days): SQL => {
  const width = (of: SQL) =>
    sql`array_position(ARRAY['outlet', 'property', 'placement', 'deal'], split_part(${of}, ':', 1))`;
  return sql`(
    SELECT c.id, c.day, c.amount_micro_cny, c.contract_version_id
      FROM charge c JOIN placement p ON p.id = c.placement_id LEFT JOIN deal d ON d.id = c.deal_id
      JOIN contract_version v ON v.id = c.contract_version_id
     WHERE c.outlet_id = ${outletId} AND c.day BETWEEN ${from}::date AND ${to}::date
       AND ${scope} IN ('deal:' || d.code || ':' || p.outlet_id, 'placement:' || p.id, 'property:' || p.property_id,
                        'outlet:' || p.outlet_id)
       AND ${width(sql`v.scope`)} <= ${width(sql`${scope}::text`)})`;
};

/** By days: tiers tell months apart, and a day's sum splits like its charges, up to a µCNY that is carried. */
async function chargedByDay(db: Db, governed: SQL) {
  const rows = await db.execute<{ day: string; charges: number; amount: string }>(sql`
    SELECT day::text AS day, count(*)::int AS charges, sum(amount_micro_cny)::bigint AS amount
      FROM ${governed} g GROUP BY 1 ORDER BY 1`);
  return rows.map(({ amount, ...row }) => ({ ...row, amountMicroCny: BigInt(amount) }));
}

/** What each party was given, by month and by the version that gave it. */
async function paidUnder(db: Db, governed: SQL) {
  const rows = await db.execute<{
    outlet_id: string | null;
    version_id: string;
    month: string;
    amount: string;
  }>(sql`
    SELECT s.outlet_id, g.contract_version_id AS version_id, to_char(g.day, 'YYYY-MM') AS month,
           sum(s.amount_micro_cny)::bigint AS amount
      FROM ${governed} g JOIN charge_share s ON s.charge_id = g.id GROUP BY 1, 2, 3`);
  return rows.map((row) => ({
    outletId: row.outlet_id === null ? null : Number(row.outlet_id),
    versionId: Number(row.version_id),
    month: row.month,
    amountMicroCny: BigInt(row.amount),
  }));
}

interface Minimum extends Force {
  id: number;
  minimumMicroCny: MicroCny;
}

async function minimaInForce(db: Db, { scope }: ContractVersion): Promise<Minimum[]> {
  const rows = await db.execute<{ id: string; from: Day; until: Day | null; least: string }>(sql`
    SELECT id, effective_from::text AS "from", effective_to::text AS until, minimum_monthly_micro_cny AS least
      FROM contract_version WHERE scope = ${scope} AND status = 'active' AND minimum_monthly_micro_cny > 0`);
  return rows.map(({ id, least, ...days }) => ({
    ...days,
    id: Number(id),
    minimumMicroCny: BigInt(least),
  }));
}

interface MonthPart extends Days {
  month: string;
}

function monthsOf({ from, to }: Days): MonthPart[] {
  const parts: MonthPart[] = [];
  for (let start = from; start <= to; ) {
    const month = monthOf(start);
    const next = `${monthOf(addDays(`${month}-01`, 31))}-01`;
    const last = addDays(next, -1);
    parts.push({ month, from: start, to: last < to ? last : to });
    start = next;
  }
  return parts;
}

function missing(due: MicroCny, earned: readonly { amountMicroCny: MicroCny }[]): MicroCny {
  const rest = earned.reduce((left, one) => left - one.amountMicroCny, due);
  return rest > 0n ? rest : 0n;
}
