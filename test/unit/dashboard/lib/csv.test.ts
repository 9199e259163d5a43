import { expect, test } from 'vitest';
import { csvText } from '../../../../dashboard/lib/csv.ts';

test('a spreadsheet opens Chinese as Chinese: the text begins with a BOM', () => {
  expect(csvText([['媒体']]).startsWith('\uFEFF')).toBe(true);
});

test('quotes, commas and line breaks stay inside their cell', () => {
  expect(csvText([['a"b', 'c,d', 'e\nf']])).toBe('\uFEFF"a""b","c,d","e\nf"\r\n');
});

test('a cell that a spreadsheet would run is made text; a negative number stays one', () => {
  expect(csvText([['=1+1', '@x', '+1', '-cmd', '-12.5', -3]])).toBe(
    "\uFEFF'=1+1,'@x,'+1,'-cmd,-12.5,-3\r\n",
  );
});
