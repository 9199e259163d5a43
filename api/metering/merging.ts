/**
 * Hourly sums kept few: the parts that batches added (sums.ts) made one row again. Owns when that is worth it; what it reads as
 * stays the same throughout.
 */
import { sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { type Clock, hourOf } from '../../db/terms/day.ts';

/** Fewer parts are not worth a merge … */
const WORTH_ROWS = 5_000;
/** … until their hour is so long past that hardly any come any more. */
const CALM_HOURS = 48;

/**
 * Merges each hour that has more parts than what is merged of it: so a sum is written some few times in all, however long its
 * hour goes on. Returns how many hours it merged. One at a time is enough: the leader's task.
 */
export async function mergeSums(
  ctx: { db: Db; clock: Clock },
  worthRows = WORTH_ROWS,
): Promise<number> {
  const calm = hourOf(ctx.clock()) - CALM_HOURS;
  const due = await ctx.db.execute<{ hour: number }>(sql`
    SELECT p.hour FROM (SELECT hour, count(*) AS row_count FROM rollup_part GROUP BY 1) p
    WHERE p.hour < ${calm} OR p.row_count >=
      ${worthRows}::bigint + (SELECT count(*) FROM rollup_merged m WHERE m.hour = p.hour)
    ORDER BY 1`);
  if (due.length === 0) return 0;
  const hours = `{${due.map(({ hour }) => hour).join(',')}}`;
  await ctx.db.execute(sql`SELECT metering_merge(${hours}::text::integer[])`);
  return due.length;
}
