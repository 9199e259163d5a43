/** Dated tax rates: what held on a day, and the text it comes from. A change of the law is a row, never an edit. */
import { sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import type { Day } from '../../db/terms/day.ts';
import { assert } from '../../db/terms/failure.ts';

export interface TaxRates {
  vatPpm: number;
  culturalFeePpm: number;
  sources: string[];
}

export interface TaxRateRow {
  kind: 'vat' | 'cultural_fee';
  effectiveFrom: Day;
  /** Exclusive; null while no end is known. */
  effectiveTo: Day | null;
  ratePpm: number;
  source: string;
}

/** The whole table, oldest first. */
export async function taxRates(db: Db): Promise<TaxRateRow[]> {
  const rows = await db.execute(sql`
    SELECT kind, effective_from::text AS "effectiveFrom",
           CASE WHEN isfinite(effective_to) THEN effective_to::text END AS "effectiveTo", rate_ppm AS "ratePpm", source
      FROM tax_rate ORDER BY kind, effective_from`);
  return rows as unknown as TaxRateRow[];
}

/** The rates in force on a day. */
export async function ratesOn(db: Db, day: Day): Promise<TaxRates> {
  const rows = (await taxRates(db)).filter(
    (row) => row.effectiveFrom <= day && (row.effectiveTo === null || row.effectiveTo > day),
  );
  const of = (kind: TaxRateRow['kind']): number => {
    const found = rows.find((row) => row.kind === kind);
    assert(found, `a rate of ${kind} on ${day}`);
    return found.ratePpm;
  };
  return {
    vatPpm: of('vat'),
    culturalFeePpm: of('cultural_fee'),
    sources: rows.map((row) => row.source),
  };
}
