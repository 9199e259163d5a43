/**
 * A month's taxes. VAT: prices hold it, so that of a gross amount g at rate r it is g·r/(1+r); what outlets invoiced is
 * deducted alike. Cultural construction fee (文化事业建设费): rate × (advertising revenue − publishing fees paid on), each with
 * VAT. Only what an outlet's invoice proves may be deducted: that is why the invoice gates the payout. Rounded to whole fen,
 * half up, as the returns are.
 */
import { sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import type { Day } from '../../db/terms/day.ts';
import { assert } from '../../db/terms/failure.ts';
import { MICRO_CNY_PER_FEN, type MicroCny } from '../../db/terms/money.ts';

export interface TaxRates {
  vatPpm: number;
  culturalFeePpm: number;
  sources: string[];
}

export interface Taxes {
  /** What advertisers were charged in the month. */
  grossMicroCny: MicroCny;
  /** What outlets earned of it and have invoiced. */
  invoicedMicroCny: MicroCny;
  outputVatMicroCny: MicroCny;
  inputVatMicroCny: MicroCny;
  vatMicroCny: MicroCny;
  culturalFeeMicroCny: MicroCny;
}

const PPM = 1_000_000n;

function toFen(numerator: bigint, denominator: bigint): MicroCny {
  const unit = denominator * MICRO_CNY_PER_FEN;
  const half = unit / 2n;
  const shifted = numerator >= 0n ? numerator + half : numerator - half;
  return (shifted / unit) * MICRO_CNY_PER_FEN;
}

/** Pure. A month with more deducted than earned has negative VAT (carried by the authority) and no fee. */
export function taxesOf(
  grossMicroCny: MicroCny,
  invoicedMicroCny: MicroCny,
  rates: Pick<TaxRates, 'vatPpm' | 'culturalFeePpm'>,
): Taxes {
  const vat = BigInt(rates.vatPpm);
  const outputVatMicroCny = toFen(grossMicroCny * vat, PPM + vat);
  const inputVatMicroCny = toFen(invoicedMicroCny * vat, PPM + vat);
  const base = grossMicroCny - invoicedMicroCny;
  return {
    grossMicroCny,
    invoicedMicroCny,
    outputVatMicroCny,
    inputVatMicroCny,
    vatMicroCny: outputVatMicroCny - inputVatMicroCny,
    culturalFeeMicroCny: base > 0n ? toFen(base * BigInt(rates.culturalFeePpm), PPM) : 0n,
  };
}

/** The rates in force on a day. */
export async function ratesOn(db: Db, day: Day): Promise<TaxRates> {
  const rows = await db.execute<{ kind: string; rate_ppm: number; source: string }>(sql`
    SELECT kind, rate_ppm, source FROM tax_rate
     WHERE effective_from <= ${day}::date AND effective_to > ${day}::date ORDER BY kind`);
  const of = (kind: string): number => {
    const found = rows.find((row) => row.kind === kind);
    assert(found, `a rate of ${kind} on ${day}`);
    return found.rate_ppm;
  };
  return {
    vatPpm: of('vat'),
    culturalFeePpm: of('cultural_fee'),
    sources: rows.map((row) => row.source),
  };
}

/** What was charged on the month's days, and what of the month's statements outlets have invoiced. */
export async function taxBase(
  db: Db,
  month: string,
  from: Day,
  to: Day,
): Promise<{ grossMicroCny: MicroCny; invoicedMicroCny: MicroCny }> {
  const [row] = await db.execute<{ gross: string; invoiced: string }>(sql`
    SELECT coalesce((SELECT sum(amount_micro_cny - absorbed_micro_cny) FROM charge
              WHERE day BETWEEN ${from}::date AND ${to}::date), 0)::bigint AS gross,
           coalesce((SELECT sum(total_micro_cny) FROM statement
              WHERE month = ${month} AND status <> 'superseded' AND invoice_no IS NOT NULL), 0)::bigint AS invoiced`);
  return { grossMicroCny: BigInt(row?.gross ?? 0), invoicedMicroCny: BigInt(row?.invoiced ?? 0) };
}
