/** Counties as pickers and maps need them: codes with both names and their city. */
import type { TileCounty } from './tileMap.tsx';

export interface Division {
  code: string;
  nameZh: string;
  nameEn: string;
  level: string;
  parentCode: string | null;
}

export interface CountyBook {
  counties: readonly TileCounty[];
  cities: readonly { code: string; nameZh: string; nameEn: string; counties: readonly string[] }[];
  byCode: ReadonlyMap<string, Division>;
}

export function bookOf(divisions: readonly Division[]): CountyBook {
  const byCode = new Map(divisions.map((division) => [division.code, division]));
  const counties = divisions
    .filter((division) => division.level === 'county')
    .map(({ code, nameZh, nameEn }) => {
      const city = byCode.get(`${code.slice(0, 4)}00`);
      return { code, nameZh, nameEn, cityZh: city?.nameZh ?? '', cityEn: city?.nameEn ?? '' };
    });
  const cities = divisions
    .filter((division) => division.level === 'city')
    .map(({ code, nameZh, nameEn }) => ({
      code,
      nameZh,
      nameEn,
      counties: counties.filter((c) => c.code.startsWith(code.slice(0, 4))).map((c) => c.code),
    }));
  return { counties, cities, byCode };
}

/** What a paste meant: the codes understood, and the words that were not. */
export function readPaste(text: string, book: CountyBook): { codes: string[]; unknown: string[] } {
  const codes = new Set<string>();
  const unknown: string[] = [];
  for (const word of text.split(/[\s,，、;；|]+/).filter(Boolean)) {
    const found = meaningOf(word, book);
    if (found.length === 0) unknown.push(word);
    for (const code of found) codes.add(code);
  }
  return { codes: [...codes], unknown };
}

const bare = (name: string) =>
  name.replace(/(畲族)?自治县$/, '').replace(/[省市区县]$/, '') || name;

function meaningOf(word: string, book: CountyBook): string[] {
  if (/^\d{2,6}$/.test(word)) {
    const prefix = word.replace(/(00)+$/, '');
    return book.counties.filter((c) => c.code.startsWith(prefix)).map((c) => c.code);
  }
  const lower = word.toLowerCase();
  const same = (zh: string, en: string) =>
    zh === word || bare(zh) === bare(word) || en.toLowerCase() === lower;
  const exact = book.counties.filter((c) => c.nameZh === word || c.cityZh + c.nameZh === word);
  if (exact.length > 0) return exact.map((c) => c.code);
  const city = book.cities.find((c) => same(c.nameZh, c.nameEn));
  if (city) return [...city.counties];
  return book.counties.filter((c) => same(c.nameZh, c.nameEn)).map((c) => c.code);
}

/** Codes of whole cities in place of all their counties: how a target is stored and told. */
export function foldCities(picked: ReadonlySet<string>, book: CountyBook): string[] {
  return book.cities.flatMap((city) => {
    const inside = city.counties.filter((code) => picked.has(code));
    return inside.length === city.counties.length && inside.length > 0 ? [city.code] : inside;
  });
}

/** Province and city codes as the counties they hold. */
export function unfold(codes: readonly string[], book: CountyBook): Set<string> {
  const out = new Set<string>();
  for (const code of codes) {
    const prefix = code.replace(/(00)+$/, '');
    for (const county of book.counties) if (county.code.startsWith(prefix)) out.add(county.code);
  }
  return out;
}
