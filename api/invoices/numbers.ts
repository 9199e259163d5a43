/**
 * The numbers on an invoice: what makes its number and its amount of tax right. Pure.
 * Source: 国家税务总局公告 2024 年第 11 号 (数电发票, 20-digit numbers).
 */
import type { Day } from '../../db/terms/day.ts';

/** 20 digits, of which the first two are the year of issue. */
export const isInvoiceNo = (text: string, issuedOn: Day): boolean =>
  /^\d{20}$/.test(text) && text.slice(0, 2) === issuedOn.slice(2, 4);

const PPM = 1_000_000n;

/** Tax within a total that holds it, whole fen, half up (away from zero): total × r / (1 + r). */
export function taxWithin(totalFen: bigint, ratePpm: number): bigint {
  const rate = BigInt(ratePpm);
  const [numerator, denominator] = [totalFen * rate, PPM + rate];
  const half = denominator / 2n;
  return (numerator >= 0n ? numerator + half : numerator - half) / denominator;
}

/** The tax authority rounds line by line: a sum may be this far off. */
const TOLERANCE_FEN = 6n;

/** Whether amount, tax and total of an invoice belong together. */
export function taxFits(input: {
  amountFen: bigint;
  taxFen: bigint;
  totalFen: bigint;
  taxRatePpm: number;
}): boolean {
  const off = input.taxFen - taxWithin(input.totalFen, input.taxRatePpm);
  return (
    input.amountFen + input.taxFen === input.totalFen &&
    input.taxFen >= 0n &&
    off <= TOLERANCE_FEN &&
    off >= -TOLERANCE_FEN
  );
}
