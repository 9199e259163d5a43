/** Sums by any dimensions, with their names: the query that both reports are, and its rows. */
import { type SQL, sql } from 'drizzle-orm';
import { type Dimension, namesOf } from './dimensions.ts';

export interface DimensionValue {
  key: string;
  nameZh: string | null;
  nameEn: string | null;
}

export const idList = (ids: readonly number[]): SQL =>
  sql`(${`{${ids.join(',')}}`}::text::bigint[])`;

/**
 * `sums` of `from` by the dimensions' keys, at most `limit` rows, with names looked up for those rows only. `time`: in order of
 * the first key; else the greatest `measure` first.
 */
export function grouped(
  dimensions: readonly Dimension[],
  sums: SQL,
  from: SQL,
  order: { time: boolean; measure: SQL; limit: number; having?: SQL },
): SQL {
  const columns = dimensions.map(({ key }, i) => sql`${key} AS ${sql.identifier(`k${i}`)}`);
  const names = dimensions.flatMap((dimension, i) => {
    const [zh, en] = namesOf(dimension, sql.raw(`g.k${i}`));
    return [sql`${zh} AS ${sql.identifier(`n${i}`)}`, sql`${en} AS ${sql.identifier(`e${i}`)}`];
  });
  const places = sql.raw(dimensions.map((_, i) => i + 1).join(', '));
  const largest = sql`${order.measure} DESC NULLS LAST`;
  const by = order.time ? sql`1, ${largest}` : sql`${largest}, 1`;
  return sql`SELECT g.*, ${sql.join(names, sql`, `)} FROM (
    SELECT ${sql.join(columns, sql`, `)}, ${sums} ${from} GROUP BY ${places} HAVING ${order.having ?? sql`true`} ORDER BY ${by} LIMIT ${order.limit}
  ) g`;
}

export function valuesOf<D extends string>(
  by: readonly D[],
  row: Record<string, string | null>,
): Partial<Record<D, DimensionValue>> {
  const values: Partial<Record<D, DimensionValue>> = {};
  for (const [i, dimension] of by.entries()) {
    values[dimension] = {
      key: row[`k${i}`] ?? '',
      nameZh: row[`n${i}`] ?? null,
      nameEn: row[`e${i}`] ?? null,
    };
  }
  return values;
}

export const DEFAULT_ROWS = 1_000;
