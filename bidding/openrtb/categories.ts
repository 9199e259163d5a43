/**
 * Content categories of others (IAB Content Taxonomy, AdCOM 1.0 "Category Taxonomies") in the house's words. Owns the map; where a
 * category of theirs is wider or narrower than ours, blocking errs on the side of blocking and allowing on the side of refusing.
 */
import { CATEGORIES, type Category } from '../../db/terms/market.ts';
import { isOfProducts, productCovers, productTouches } from './products.ts';

/** Taxonomy 1.0: `IAB8-5`. */
const IAB_1: Record<string, readonly Category[]> = {
  IAB1: ['culture'],
  IAB2: ['auto'],
  'IAB3-2': ['agriculture', 'pesticide'],
  'IAB3-7': ['government'],
  IAB5: ['education'],
  IAB7: ['medical', 'drug', 'medical_device', 'health_food'],
  IAB8: ['food', 'beverage', 'alcohol'],
  'IAB8-5': ['alcohol'],
  'IAB8-6': ['beverage'],
  'IAB8-18': ['alcohol'],
  'IAB9-30': ['game'],
  IAB10: ['home'],
  IAB11: ['government'],
  IAB13: ['finance'],
  IAB16: ['veterinary'],
  IAB17: ['sports'],
  IAB18: ['apparel', 'cosmetics'],
  'IAB18-1': ['cosmetics'],
  'IAB18-5': ['apparel'],
  IAB19: ['internet', 'telecom'],
  'IAB19-6': ['telecom'],
  IAB20: ['tourism', 'hotel'],
  'IAB20-12': ['hotel'],
  IAB21: ['realestate'],
  IAB22: ['retail'],
};

/** Taxonomies 2.0 to 3.x share the numbers of these upper nodes. */
const IAB_2: Record<string, readonly Category[]> = {
  '1': ['auto'],
  '132': ['education'],
  '210': ['food', 'beverage', 'alcohol'],
  '211': ['alcohol'],
  '223': ['health_food'],
  '274': ['home'],
  '286': ['medical', 'drug', 'medical_device'],
  '391': ['finance'],
  '422': ['veterinary'],
  '441': ['realestate'],
  '473': ['retail'],
  '483': ['sports'],
  '552': ['apparel', 'cosmetics'],
  '596': ['internet', 'telecom'],
  '653': ['tourism', 'hotel'],
  '680': ['game'],
};
const SECOND = new Set([2, 5, 6, 7, 9]);
const NONE: readonly Category[] = [];

const isOurs = (code: string): code is Category => (CATEGORIES as readonly string[]).includes(code);

/** House categories that a code touches at all: what a block of it bars. */
export function touchedBy(code: string, taxonomy: number): readonly Category[] {
  if (isOurs(code)) return [code];
  if (SECOND.has(taxonomy)) return IAB_2[code] ?? NONE;
  if (isOfProducts(taxonomy)) return productTouches(code, taxonomy);
  const upper = code.toUpperCase();
  return IAB_1[upper] ?? IAB_1[upper.split('-')[0] as string] ?? NONE;
}

/** House categories that a code covers wholly: what allowing it lets in. */
export function coveredBy(code: string, taxonomy: number): readonly Category[] {
  if (isOurs(code)) return [code];
  if (isOfProducts(taxonomy)) return productCovers(code, taxonomy);
  return (SECOND.has(taxonomy) ? IAB_2[code] : IAB_1[code.toUpperCase()]) ?? NONE;
}

/** Callers send the same few lists: what was made of one is kept. */
const MAX_LISTS = 1_000;
const MAX_KEY_CHARS = 1_000;
const known = new Map<string, readonly string[]>();
const NOTHING: readonly string[] = [];

/** What may not be shown: categories that `bcat` touches, or all but those that `acat` covers. */
export function blockedCategories(
  bcat: readonly string[],
  acat: readonly string[],
  taxonomy: number,
): readonly string[] {
  if (bcat.length === 0 && acat.length === 0) return NOTHING;
  const key = JSON.stringify([taxonomy, bcat, acat]);
  const before = known.get(key);
  if (before) return before;
  const blocked = blockedBy(bcat, acat, taxonomy);
  if (key.length > MAX_KEY_CHARS) return blocked;
  if (known.size >= MAX_LISTS) known.clear();
  known.set(key, blocked);
  return blocked;
}

function blockedBy(bcat: readonly string[], acat: readonly string[], taxonomy: number): string[] {
  if (acat.length === 0)
    return [...new Set([...bcat, ...bcat.flatMap((code) => touchedBy(code, taxonomy))])];
  const allowed = new Set(acat.flatMap((code) => coveredBy(code, taxonomy)));
  return CATEGORIES.filter((category) => !allowed.has(category));
}

/** Whether one code is another or lies below it: `IAB8-5` in `IAB8`. */
export const isWithin = (code: string, above: string): boolean =>
  code === above || code.startsWith(`${above}-`);
