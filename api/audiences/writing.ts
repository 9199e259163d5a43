/**
 * Memberships into Redis, where auctions read them. Owns the record of a reader, which is always written whole from what
 * PostgreSQL says, so that order and repetition do not matter; and its rebuilding after a lost Redis.
 */
import { eq, sql } from 'drizzle-orm';
import { keys } from '../../bidding/wire/keys.ts';
import { packMemberships } from '../../bidding/wire/reader.ts';
import type { Db } from '../../db/client.ts';
import type { RedisStore } from '../../db/redis.ts';
import { segment, segmentMember } from '../../db/schema/audiences.ts';
import { type Clock, type Day, dayOf, dayStartMs } from '../../db/terms/day.ts';

interface WritingContext {
  db: Db;
  redis: RedisStore;
  clock: Clock;
}

const CHUNK = 2_000;
const DAY_MS = 86_400_000;
/** Days since the epoch, of Shanghai: the form in the packed record. */
const dayNumber = (day: Day): number => Math.floor(dayStartMs(day) / DAY_MS) + 1;

export const textArray = (values: readonly string[]): string => `{${values.join(',')}}`;

/** Writes the records of these readers as they now are; who is in nothing any more has none. */
export async function writeReaders(ctx: WritingContext, hashes: readonly string[]): Promise<void> {
  const today = dayOf(ctx.clock());
  for (let i = 0; i < hashes.length; i += CHUNK) {
    const chunk = hashes.slice(i, i + CHUNK);
    const rows = await ctx.db.execute<{ user_hash: string; ids: string[]; days: string[] }>(sql`
      SELECT m.user_hash, array_agg(m.segment_id::text) AS ids, array_agg(m.last_day::text) AS days
      FROM segment_member m JOIN segment s ON s.id = m.segment_id
      WHERE m.user_hash = ANY (${textArray(chunk)}::text::text[]) AND s.status = 'active'
        AND m.last_day >= ${today}::date GROUP BY m.user_hash`);
    const found = new Map(rows.map((row) => [row.user_hash, row]));
    await Promise.all(
      chunk.map((userHash) => {
        const row = found.get(userHash);
        if (!row) return ctx.redis.del(keys.segments(userHash));
        const memberships = row.ids.map((id, at) => ({
          segmentId: Number(id),
          lastDay: dayNumber(row.days[at] as Day),
        }));
        const last = Math.max(...memberships.map((one) => one.lastDay));
        const seconds = Math.max(3_600, (last + 1) * 86_400 - Math.floor(ctx.clock() / 1_000));
        return ctx.redis.set(keys.segments(userHash), packMemberships(memberships), 'EX', seconds);
      }),
    );
  }
}

/** All members of a segment, chunk by chunk in order of their pseudonyms. */
async function writeMembers(ctx: WritingContext, segmentId: number): Promise<void> {
  let after = '';
  for (;;) {
    const rows = await ctx.db
      .select({ userHash: segmentMember.userHash })
      .from(segmentMember)
      .where(
        sql`${segmentMember.segmentId} = ${segmentId} AND ${segmentMember.userHash} > ${after}`,
      )
      .orderBy(segmentMember.userHash)
      .limit(CHUNK);
    if (rows.length === 0) return;
    await writeReaders(
      ctx,
      rows.map((row) => row.userHash),
    );
    after = rows.at(-1)?.userHash ?? '';
  }
}

/**
 * Writes what changed: the segments marked so, or all of them when Redis has lost its mark. A crash before the mark is taken
 * back writes them again. Members of deleted segments are deleted. Returns how many segments it wrote.
 */
export async function writeSegments(ctx: WritingContext): Promise<number> {
  const isLost = (await ctx.redis.exists(keys.segmentsWritten)) === 0;
  const marked = isLost
    ? sql`${segment.status} <> 'deleted' OR ${segment.isDirty}`
    : segment.isDirty;
  const rows = await ctx.db
    .select({ id: segment.id, status: segment.status })
    .from(segment)
    .where(sql`${marked}`)
    .orderBy(segment.id)
    .limit(isLost ? 100_000 : 20);
  for (const { id, status } of rows) {
    // Taken back first: a change that comes while we write marks it again.
    await ctx.db.update(segment).set({ isDirty: false }).where(eq(segment.id, id));
    try {
      await writeMembers(ctx, id);
    } catch (error) {
      await ctx.db.update(segment).set({ isDirty: true }).where(eq(segment.id, id));
      throw error;
    }
    if (status === 'deleted') {
      await ctx.db.delete(segmentMember).where(eq(segmentMember.segmentId, id));
    }
    await countMembers(ctx.db, id, dayOf(ctx.clock()));
  }
  if (isLost) await ctx.redis.set(keys.segmentsWritten, '1');
  return rows.length;
}

export async function countMembers(db: Db, segmentId: number, today: Day): Promise<void> {
  await db.execute(sql`UPDATE segment SET size = (SELECT count(*) FROM segment_member
    WHERE segment_id = ${segmentId} AND last_day >= ${today}::date) WHERE id = ${segmentId}`);
}

/** Memberships and traces past their day are deleted: PIPL 19, no longer than needed. */
export async function forgetExpired(ctx: Pick<WritingContext, 'db' | 'clock'>): Promise<void> {
  const today = dayOf(ctx.clock());
  await ctx.db.execute(sql`DELETE FROM segment_member WHERE last_day < ${today}::date`);
  await ctx.db.execute(sql`DELETE FROM reader_action WHERE day < ${today}::date - 90`);
  await ctx.db.execute(sql`DELETE FROM reader_interest WHERE day < ${today}::date - 30`);
}
