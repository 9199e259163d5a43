/**
 * The ad archive: every approved version with its verdict and papers, where and how often it was shown, for three years after the
 * last time. Owns the reading and the dates; the rows are a trigger's and do not change.
 */
import { and, desc, eq, lt, sql } from 'drizzle-orm';
import { z } from 'zod';
import type { Db } from '../../db/client.ts';
import { creativeArchive } from '../../db/schema/archive.ts';
import { addDays, type Clock, dayOf } from '../../db/terms/day.ts';
import { idSchema } from '../../db/terms/id.ts';
import { notFound, type Ownership, ownedBy } from '../http/auth.ts';
import { decodeIdCursor, pageOf, pageQuery } from '../http/paging.ts';
import type { Actor } from '../identity/actor.ts';

export const archiveOwnership: Ownership = {
  table: creativeArchive,
  id: creativeArchive.id,
  advertiser: creativeArchive.advertiserId,
};
export const archiveQuery = pageQuery.extend({
  advertiserId: idSchema.optional(),
  creativeId: idSchema.optional(),
  /** In an advertiser's name or the shown title. */
  q: z.string().trim().min(1).max(60).optional(),
});

export async function listArchive(db: Db, actor: Actor, q: z.infer<typeof archiveQuery>) {
  const before = decodeIdCursor(q.cursor);
  const like = q.q && `%${q.q.replace(/[\\%_]/g, '\\$&')}%`;
  const rows = await db
    .select()
    .from(creativeArchive)
    .where(
      and(
        ownedBy(actor, { advertiser: creativeArchive.advertiserId }),
        q.advertiserId ? eq(creativeArchive.advertiserId, q.advertiserId) : undefined,
        q.creativeId ? eq(creativeArchive.creativeId, q.creativeId) : undefined,
        like
          ? sql`(${creativeArchive.advertiserName} LIKE ${like} OR ${creativeArchive.versionShown} -> 'content' ->> 'title' LIKE ${like})`
          : undefined,
        before === undefined ? undefined : lt(creativeArchive.id, before),
      ),
    )
    .orderBy(desc(creativeArchive.id))
    .limit(q.limit + 1);
  return pageOf(rows, q.limit, (row) => row.id);
}

/** One version with what was delivered of its creative, by outlet. */
export async function readArchive(db: Db, id: number) {
  const [row] = await db.select().from(creativeArchive).where(eq(creativeArchive.id, id));
  if (!row) throw notFound();
  const delivered = await db.execute<Record<string, string>>(sql`
    SELECT r.outlet_id, o.name, sum(r.impressions) AS impressions, sum(r.clicks) AS clicks,
      min(to_timestamp(r.hour * 3600.0) AT TIME ZONE 'Asia/Shanghai')::date::text AS first_day,
      max(to_timestamp(r.hour * 3600.0) AT TIME ZONE 'Asia/Shanghai')::date::text AS last_day
    FROM rollup_hour r JOIN outlet o ON o.id = r.outlet_id
    WHERE r.creative_id = ${row.creativeId} GROUP BY 1, 2 ORDER BY 3 DESC LIMIT 500`);
  return {
    ...row,
    delivered: delivered.map((one) => ({
      outletId: Number(one.outlet_id),
      outletName: one.name ?? '',
      impressions: Number(one.impressions),
      clicks: Number(one.clicks),
      firstDay: one.first_day ?? '',
      lastDay: one.last_day ?? '',
    })),
  };
}

/** Notes when versions were shown, and so until when they are kept; deletes those whose time is over. Daily. */
export async function keepArchive(ctx: { db: Db; clock: Clock }): Promise<void> {
  const today = dayOf(ctx.clock());
  await ctx.db.execute(sql`
    UPDATE creative_archive a SET first_shown_on = least(coalesce(a.first_shown_on, s.first_day), s.first_day),
      last_shown_on = greatest(coalesce(a.last_shown_on, s.last_day), s.last_day),
      keep_until = greatest(a.keep_until, (s.last_day + interval '3 years')::date)
    FROM (
      SELECT creative_id, min(to_timestamp(hour * 3600.0) AT TIME ZONE 'Asia/Shanghai')::date AS first_day,
        max(to_timestamp(hour * 3600.0) AT TIME ZONE 'Asia/Shanghai')::date AS last_day
      FROM rollup_hour WHERE hour >= ${Math.floor(Date.parse(`${addDays(today, -3)}T00:00:00+08:00`) / 3_600_000)} AND impressions > 0 GROUP BY 1
    ) s
    WHERE a.creative_id = s.creative_id AND a.last_shown_on IS DISTINCT FROM s.last_day
      AND a.id = (SELECT max(b.id) FROM creative_archive b WHERE b.creative_id = a.creative_id)`);
  await ctx.db.execute(sql`DELETE FROM creative_archive WHERE keep_until < ${today}::date`);
}
