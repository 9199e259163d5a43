/**
 * Money: integers only. Owns the ledger unit and its conversions; refuses floats, silently lost
 * fractions and anything that is not a decimal string.
 *
 * 1 yuan = 100 fen = 1,000,000 µCNY. One fen CPM is exactly 10 µCNY an impression, so a gross charge
 * is never rounded.
 */
import { z } from 'zod';

/** An amount in µCNY (one millionth of a yuan). The ledger's unit, in PostgreSQL as in TypeScript. */
export type MicroCny = bigint;

export const MICRO_CNY_PER_YUAN = 1_000_000n;
export const MICRO_CNY_PER_FEN = 10_000n;
/** One impression's price at a CPM of one fen. */
export const MICRO_CNY_PER_CPM_FEN = 10n;

/** Greatest amount a request may name: one hundred million yuan. */
export const MAX_MICRO_CNY = 100_000_000n * MICRO_CNY_PER_YUAN;

export const fenToMicroCny = (fen: number | bigint): MicroCny => BigInt(fen) * MICRO_CNY_PER_FEN;

/** Whole fen in an amount, rounded towards minus infinity: what a payout may carry. */
export function microCnyToFenFloor(amount: MicroCny): bigint {
  const fen = amount / MICRO_CNY_PER_FEN;
  return amount < 0n && amount % MICRO_CNY_PER_FEN !== 0n ? fen - 1n : fen;
}

/** µCNY of `impressions` at a CPM price in fen; exact. */
export const cpmMicroCny = (cpmFen: number, impressions: number): MicroCny =>
  BigInt(cpmFen) * MICRO_CNY_PER_CPM_FEN * BigInt(impressions);

const DECIMAL = /^(-?)(\d{1,13})(?:\.(\d{1,6}))?$/;

/** `"12.34"` yuan → µCNY. Returns undefined for anything but a plain decimal of at most six places. */
export function parseYuan(text: string): MicroCny | undefined {
  const match = DECIMAL.exec(text);
  if (!match) return undefined;
  const [, sign, whole = '0', fraction = ''] = match;
  const amount = BigInt(whole) * MICRO_CNY_PER_YUAN + BigInt(fraction.padEnd(6, '0'));
  return sign ? -amount : amount;
}

/** µCNY → yuan text, with at least two places and no more than are needed: `"12.34"`, `"0.000010"`. */
export function formatYuan(amount: MicroCny): string {
  const abs = amount < 0n ? -amount : amount;
  const whole = abs / MICRO_CNY_PER_YUAN;
  const fraction = (abs % MICRO_CNY_PER_YUAN).toString().padStart(6, '0');
  const places = fraction.slice(2).replace(/0+$/, '');
  return `${amount < 0n ? '-' : ''}${whole}.${fraction.slice(0, 2)}${places}`;
}

/** Fen → yuan text with exactly two places, as banks and Alipay write it. */
export const fenToYuan = (fen: number | bigint): string =>
  formatYuan(fenToMicroCny(fen)).replace(/^(-?\d+\.\d\d).*$/, '$1');

/** A decimal number with commas between thousands: `1234567.50` → `1,234,567.50`. */
export const grouped = (decimal: string | number): string =>
  String(decimal).replace(/^-?\d+/, (whole) => whole.replace(/\B(?=(\d{3})+$)/g, ','));

/** µCNY on the wire: an integer in a decimal string. */
export const microCnySchema = z
  .string()
  .regex(/^-?\d{1,19}$/)
  .transform((text) => BigInt(text));

/** A positive fen amount on the wire, at most a hundred million yuan. */
export const fenSchema = z.number().int().min(0).max(10_000_000_000);
