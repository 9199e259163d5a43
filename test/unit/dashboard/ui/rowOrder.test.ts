import { describe, expect, test } from 'vitest';
import type { Column } from '../../../../dashboard/ui/column.ts';
import { matching, ordered } from '../../../../dashboard/ui/rowOrder.ts';

interface Row {
  name: string;
  spent: bigint | null;
}
const columns: Column<Row>[] = [
  { key: 'name', title: '名称', value: (row) => row.name },
  { key: 'spent', title: '消耗', value: (row) => row.spent },
];
const rows: Row[] = [
  { name: '单元 10', spent: 9_007_199_254_740_993n },
  { name: '单元 9', spent: 9_007_199_254_740_992n },
  { name: 'Alpha', spent: null },
];
const names = (list: readonly Row[]) => list.map(({ name }) => name);

describe('the rows of a table', () => {
  test('stand in the order of people: numbers in names by size, money exactly, nothing first', () => {
    expect(names(ordered(rows, columns, 'name')).slice(0, 2)).toEqual(['单元 9', '单元 10']);
    expect(names(ordered(rows, columns, 'spent'))).toEqual(['Alpha', '单元 9', '单元 10']);
    expect(names(ordered(rows, columns, '-spent'))).toEqual(['单元 10', '单元 9', 'Alpha']);
  });

  test('stay as they came where the address names no column', () => {
    expect(ordered(rows, columns, 'nothing')).toEqual(rows);
  });

  test('match a word in any column, case aside', () => {
    expect(names(matching(rows, columns, ' ALPHA '))).toEqual(['Alpha']);
    expect(names(matching(rows, columns, '740993'))).toEqual(['单元 10']);
    expect(matching(rows, columns, '')).toBe(rows);
  });
});
