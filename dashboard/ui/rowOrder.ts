/** Which rows of a table match a word, and in which order they stand. Pure; made for 50,000 rows. */
import type { CsvCell } from '../lib/csv.ts';
import type { Column } from './column.ts';

/** Rows of which any column holds the word, case aside. */
export function matching<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  query: string,
): readonly Row[] {
  const needle = query.trim().toLowerCase();
  if (!needle) return rows;
  return rows.filter((row) =>
    columns.some(({ value }) =>
      String(value(row) ?? '')
        .toLowerCase()
        .includes(needle),
    ),
  );
}

/** By a column's values, `-key` from the greatest; unknown columns leave the rows as they came. */
export function ordered<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  order: string,
): Row[] {
  const column = columns.find(({ key }) => key === order.replace(/^-/, ''));
  if (!column) return [...rows];
  const values = rows.map((row) => column.value(row));
  const rank = rankOf(values);
  const down = order.startsWith('-') ? -1 : 1;
  const keyed = rows.map((row, at) => ({ row, value: rank(values[at]) }));
  keyed.sort((a, b) => compare(a.value, b.value) * down);
  return keyed.map(({ row }) => row);
}

type Value = CsvCell | bigint;
const collator = new Intl.Collator('zh-Hans-CN', { numeric: true });

/**
 * Texts as their place among all texts: the collator, which is dear, then compares each pair of different texts instead of
 * each pair of rows. Other values stand for themselves.
 */
function rankOf(values: readonly Value[]): (value: Value) => Value {
  const texts = new Set(values.filter((value) => typeof value === 'string'));
  const places = new Map([...texts].sort(collator.compare).map((text, place) => [text, place]));
  return (value) => (typeof value === 'string' ? places.get(value) : value);
}

function compare(a: Value, b: Value): number {
  if (a === b) return 0;
  if (a === null || a === undefined) return -1;
  if (b === null || b === undefined) return 1;
  return a < b ? -1 : 1;
}
