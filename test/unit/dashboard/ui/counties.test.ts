import { describe, expect, test } from 'vitest';
import { bookOf, foldCities, readPaste, unfold } from '../../../../dashboard/ui/counties.ts';
import {
  cityEdges,
  layTiles,
  tileName,
  ZHEJIANG_TILES,
} from '../../../../dashboard/ui/tileLayout.ts';

const division = (code: string, nameZh: string, nameEn: string) => ({
  code,
  nameZh,
  nameEn,
  level: code.endsWith('0000') ? 'province' : code.endsWith('00') ? 'city' : 'county',
  parentCode: null,
});
const book = bookOf([
  division('330000', '浙江省', 'Zhejiang'),
  division('330100', '杭州市', 'Hangzhou'),
  division('330102', '上城区', 'Shangcheng District'),
  division('330106', '西湖区', 'Xihu District'),
  division('330700', '金华市', 'Jinhua'),
  division('330782', '义乌市', 'Yiwu City'),
  division('330784', '永康市', 'Yongkang City'),
]);

describe('a paste of places', () => {
  test('understands names with and without their kind, codes, cities and the province', () => {
    expect(readPaste('西湖 义乌市', book).codes).toEqual(['330106', '330782']);
    expect(readPaste('330784', book).codes).toEqual(['330784']);
    expect(readPaste('杭州', book).codes).toEqual(['330102', '330106']);
    expect(readPaste('330000', book).codes).toHaveLength(4);
  });

  test('takes any separator and says what it did not understand', () => {
    expect(readPaste('上城区，义乌、火星;330199', book)).toEqual({
      codes: ['330102', '330782'],
      unknown: ['火星', '330199'],
    });
  });
});

test('whole cities fold to one code and unfold to the same counties', () => {
  const picked = new Set(['330102', '330106', '330782']);
  const folded = foldCities(picked, book);
  expect(folded).toEqual(['330100', '330782']);
  expect(unfold(folded, book)).toEqual(picked);
});

describe('the tile map of Zhejiang', () => {
  test('has each of the ninety counties once, no two in one place', () => {
    expect(ZHEJIANG_TILES).toHaveLength(90);
    expect(new Set(ZHEJIANG_TILES.map(({ code }) => code)).size).toBe(90);
    expect(new Set(ZHEJIANG_TILES.map(({ col, row }) => `${col},${row}`)).size).toBe(90);
  });

  test('keeps every city in one piece', () => {
    const left = new Map(ZHEJIANG_TILES.map((tile) => [`${tile.col},${tile.row}`, tile]));
    const cities: string[] = [];
    for (const tile of ZHEJIANG_TILES) {
      if (!left.has(`${tile.col},${tile.row}`)) continue;
      cities.push(tile.code.slice(0, 4));
      const queue = [tile];
      for (let at = queue.pop(); at; at = queue.pop()) {
        left.delete(`${at.col},${at.row}`);
        for (const [dx, dy] of [
          [1, 0],
          [-1, 0],
          [0, 1],
          [0, -1],
        ] as const) {
          const next = left.get(`${at.col + dx},${at.row + dy}`);
          if (next && next.code.slice(0, 4) === at.code.slice(0, 4)) queue.push(next);
        }
      }
    }
    expect(cities).toHaveLength(11);
  });

  test('draws a joint only towards another city', () => {
    const cityAt = new Map([
      ['0,0', '3301'],
      ['1,0', '3302'],
      ['0,1', '3301'],
    ]);
    expect(cityEdges({ code: '330101', col: 0, row: 0 }, cityAt)).toEqual(['right']);
  });

  test('falls back to a row a city for other provinces', () => {
    const { tiles, columns, rows } = layTiles(['320102', '320104', '320205']);
    expect([columns, rows]).toEqual([2, 2]);
    expect(tiles.map((tile) => tile.row)).toEqual([0, 0, 1]);
  });

  test('shortens names to what a tile holds', () => {
    expect(tileName('景宁畲族自治县')).toBe('景宁');
    expect(tileName('西湖区')).toBe('西湖');
    expect(tileName('Kaihua County')).toBe('Kaihua');
  });
});
