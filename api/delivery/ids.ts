/** Which entities a reader of the market reads: those that changed, or all. */
import { inArray, type SQL } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';

/** Entity ids to read; undefined reads all. */
export type Ids = readonly number[] | undefined;

export const within = (column: PgColumn, ids: Ids): SQL | undefined =>
  ids === undefined ? undefined : inArray(column, [...ids]);
