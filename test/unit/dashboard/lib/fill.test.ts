import { expect, test } from 'vitest';
import { fill } from '../../../../dashboard/lib/fill.ts';

test('a value stands in its place; a place without a value stays to be seen', () => {
  expect(fill('{{n}} of {{all}}', { n: 2, all: 3 })).toBe('2 of 3');
  expect(fill('{{n}} of {{all}}', { n: 2 })).toBe('2 of {{all}}');
  expect(fill('{{n}} rows')).toBe('{{n}} rows');
});

test('what is counted agrees with its number', () => {
  const rows = '{{n}} {{n|row|rows}}';
  expect(['0', 1, '1', 2, '1,001'].map((n) => fill(rows, { n }))).toEqual([
    '0 rows', '1 row', '1 row', '2 rows', '1,001 rows',
  ]); // biome-ignore format: one line
});
