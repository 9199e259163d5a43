/**
 * The unified social credit code (统一社会信用代码), which is an organisation's tax number: 18 characters, the last a check.
 * Source: GB 32100-2015.
 */
const SIGNS = '0123456789ABCDEFGHJKLMNPQRTUWXY';
const WEIGHTS = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];

/** The check character of the first 17; undefined where one of them is none. */
export function taxNoCheck(first17: string): string | undefined {
  let sum = 0;
  for (const [i, weight] of WEIGHTS.entries()) {
    const value = SIGNS.indexOf(first17[i] ?? '?');
    if (value < 0) return undefined;
    sum += value * weight;
  }
  return SIGNS[(31 - (sum % 31)) % 31];
}

export const isTaxNo = (text: string): boolean =>
  /^[0-9A-HJ-NPQRTUWXY]{18}$/.test(text) && taxNoCheck(text.slice(0, 17)) === text[17];
