/**
 * A month's taxes. VAT: prices hold it, so that of a gross amount g at rate r it is g·r/(1+r); the tax on
 * outlets' special invoices is deducted in the month they are used in. Cultural construction fee (文化事业建设费): rate × (advertising revenue − publishing fees paid on), each with
 * VAT. Only what an outlet's invoice proves may be deducted: that is why the invoice gates the payout. Rounded to whole fen,
 * half up, as the returns are.
 */
import { sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import type { Day } from '../../db/terms/day.ts';
import { fenToMicroCny, MICRO_CNY_PER_FEN, type MicroCny } from '../../db/terms/money.ts';
import { deductionsOf, type TaxRates } from '../invoices/invoices.ts';

export interface Taxes {
  /** What advertisers were charged in the month. */
  grossMicroCny: MicroCny;
  /** Publishing fees whose invoices are deducted in the month. */
  invoicedMicroCny: MicroCny;
  outputVatMicroCny: MicroCny;
  inputVatMicroCny: MicroCny;
  vatMicroCny: MicroCny;
  culturalFeeMicroCny: MicroCny;
}

export type TaxBase = Pick<Taxes, 'grossMicroCny' | 'invoicedMicroCny' | 'inputVatMicroCny'>;

const PPM = 1_000_000n;

function toFen(numerator: bigint, denominator: bigint): MicroCny {
  const unit = denominator * MICRO_CNY_PER_FEN;
  const half = unit / 2n;
  const shifted = numerator >= 0n ? numerator + half : numerator - half;
  return (shifted / unit) * MICRO_CNY_PER_FEN;
}

/** Pure. A month with more deducted than earned has negative VAT (carried by the authority) and no fee. */
export function taxesOf(
  { grossMicroCny, invoicedMicroCny, inputVatMicroCny }: TaxBase,
  rates: Pick<TaxRates, 'vatPpm' | 'culturalFeePpm'>,
): Taxes {
  const vat = BigInt(rates.vatPpm);
  const outputVatMicroCny = toFen(grossMicroCny * vat, PPM + vat);
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

/**
 * What was charged on the month's days (of agency contracts only the platform's share: the rest is the outlet's own sale),
 * and what outlets' invoices take off.
 */
export async function taxBase(db: Db, month: string, from: Day, to: Day): Promise<TaxBase> {
  const [row] = await db.execute<{ gross: string }>(sql`
    SELECT coalesce(sum(CASE k.kind WHEN 'resale' THEN c.amount_micro_cny - c.absorbed_micro_cny
             ELSE (SELECT coalesce(sum(s.amount_micro_cny), 0) FROM charge_share s
                    WHERE s.charge_id = c.id AND s.outlet_id IS NULL) END), 0)::bigint AS gross
      FROM charge c JOIN contract_version v ON v.id = c.contract_version_id JOIN contract k ON k.id = v.contract_id
     WHERE c.day BETWEEN ${from}::date AND ${to}::date`);
  const deducted = await deductionsOf(db, month);
  return {
    grossMicroCny: BigInt(row?.gross ?? 0),
    invoicedMicroCny: fenToMicroCny(deducted.totalFen),
    inputVatMicroCny: fenToMicroCny(deducted.taxFen),
  };
}
