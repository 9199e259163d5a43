/**
 * Money on OpenRTB's wire: decimal numbers of yuan per thousand. Owns the way in (floors round up) and the way out (exact).
 * Refuses binary floats: 2.13 must not become 2.12. One yuan CPM is 1,000 µCNY an impression.
 */

const DECIMAL = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;

/**
 * CPM yuan as JSON number text → µCNY an impression, rounded up; undefined when negative or above what a CPM can be
 * (one million yuan).
 */
export function floorMicroCny(text: string): number | undefined {
  if (text === '') return 0;
  const match = DECIMAL.exec(text);
  if (!match || match[1] === '-') return match && /^-0*(\.0*)?$/.test(text) ? 0 : undefined;
  const digits = `${match[2]}${match[3] ?? ''}`.replace(/^0+/, '');
  if (digits === '') return 0;
  const exponent = Number(match[4] ?? 0) - (match[3]?.length ?? 0) + 3;
  if (digits.length + exponent > 10) return undefined;
  if (digits.length + exponent <= 0) return 1;
  if (exponent >= 0) return within(Number(digits) * 10 ** exponent);
  const whole = Number(digits.slice(0, exponent));
  return within(/[1-9]/.test(digits.slice(exponent)) ? whole + 1 : whole);
}

const within = (value: number): number | undefined => (value <= 1_000_000_000 ? value : undefined);

/** µCNY an impression → CPM yuan as JSON number text, exact: 2130 → `2.13`. */
export function cpmYuan(microCny: number): string {
  const whole = Math.floor(microCny / 1000);
  const rest = microCny - whole * 1000;
  if (rest === 0) return whole.toString();
  return `${whole}.${rest.toString().padStart(3, '0').replace(/0+$/, '')}`;
}

/** What one event costs, µCNY → yuan text for `AUCTION_PRICE`-like macros that want a plain amount. */
export const yuan = (microCny: number): string =>
  `${Math.floor(microCny / 1_000_000)}.${(microCny % 1_000_000).toString().padStart(6, '0')}`;
