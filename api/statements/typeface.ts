/**
 * Noto Sans SC for documents: from the web font's hundred slices, static TrueType subsets with only the glyphs a text needs.
 * pdfkit can embed neither WOFF2 nor one weight of a variable font; and a whole Chinese face would weigh ten megabytes.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

export interface Slice {
  name: string;
  /** A TrueType font. */
  font: Buffer;
}

export interface Typeface {
  slices: Slice[];
  /** The slice that has a character; undefined where the face has no such glyph. */
  sliceOf(character: string): string | undefined;
}

interface SliceRange {
  name: string;
  ranges: [number, number][];
}

const require = createRequire(import.meta.url);

/** Untyped CommonJS; its WebAssembly is loaded on the first call. */
const subsetFont = require('subset-font') as (
  font: Uint8Array,
  text: string,
  options: { targetFormat: 'truetype'; variationAxes: Record<string, number> },
) => Promise<Buffer>;

const folder = () => dirname(require.resolve('@fontsource-variable/noto-sans-sc/package.json'));

let index: SliceRange[] | undefined;

/** `"[119]": "U+20-7e,U+a0"` → slice 119 and its ranges. */
function sliceIndex(): SliceRange[] {
  index ??= Object.entries(
    JSON.parse(readFileSync(join(folder(), 'unicode.json'), 'utf8')) as Record<string, string>,
  ).map(([key, text]) => ({
    name: key.replace(/[[\]]/g, ''),
    ranges: text.split(',').map((range): [number, number] => {
      const [from = '', to = from] = range.replace('U+', '').split('-');
      return [Number.parseInt(from, 16), Number.parseInt(to, 16)];
    }),
  }));
  return index;
}

function nameOf(character: string): string | undefined {
  const point = character.codePointAt(0) ?? 0;
  const holds = ({ ranges }: SliceRange) =>
    ranges.some(([from, to]) => point >= from && point <= to);
  return sliceIndex().find(holds)?.name;
}

/** The face for a text, at a weight of 100 to 900. */
export async function typefaceFor(text: string, weight = 400): Promise<Typeface> {
  const characters = new Map<string, string>();
  const needed = new Map<string, string>();
  for (const character of new Set(text)) {
    const name = nameOf(character);
    if (name === undefined) continue;
    characters.set(character, name);
    needed.set(name, (needed.get(name) ?? '') + character);
  }
  const slices = await Promise.all(
    [...needed].map(async ([name, letters]): Promise<Slice> => {
      const file = join(folder(), 'files', `noto-sans-sc-${name}-wght-normal.woff2`);
      const options = { targetFormat: 'truetype', variationAxes: { wght: weight } } as const;
      return { name, font: await subsetFont(readFileSync(file), letters, options) };
    }),
  );
  return { slices, sliceOf: (character) => characters.get(character) };
}
