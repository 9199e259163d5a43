/**
 * Members by upload, and readers who ask to be forgotten. Owns the form of a list (one SHA-256 of an identifier a line; anything
 * else refuses the whole file, line by line) and the erasure, which reaches everything that is known by a pseudonym.
 */
import { desc, eq, sql } from 'drizzle-orm';
import { keys } from '../../bidding/wire/keys.ts';
import { HASHED_ID, readerHash } from '../../bidding/wire/reader.ts';
import type { Db } from '../../db/client.ts';
import { readerErasure, segment, segmentUpload } from '../../db/schema/audiences.ts';
import { houseOf } from '../../db/scope.ts';
import { addDays, dayOf } from '../../db/terms/day.ts';
import { Failure, type FailureDetail } from '../../db/terms/failure.ts';
import { record } from '../audit/audit.ts';
import { notFound } from '../http/auth.ts';
import { lockRow } from '../http/versioned.ts';
import type { Actor } from '../identity/actor.ts';
import type { AudienceContext } from './audiences.ts';
import { countMembers, textArray } from './writing.ts';

const MAX_LINES = 1_000_000;
const TOLD = 20;
const CHUNK = 10_000;

/** One hash a line, a heading allowed; fails with every wrong line up to twenty, and takes nothing then. */
export function hashesIn(text: string): string[] {
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  const wrong: FailureDetail[] = [];
  const hashes = new Set<string>();
  for (const [i, line] of lines.entries()) {
    const value = line.trim().replace(/^"|"$/g, '').toLowerCase();
    if (value === '' || (i === 0 && /^[a-z_0-9 ]{1,30}$/.test(value) && !HASHED_ID.test(value)))
      continue;
    if (HASHED_ID.test(value)) hashes.add(value);
    else if (wrong.length < TOLD) {
      wrong.push({
        pointer: `/file/lines/${i + 1}`,
        zh: `第 ${i + 1} 行不是 SHA-256（64 位十六进制）`,
        en: `line ${i + 1} is no SHA-256 (64 hexadecimal digits)`,
      });
    }
  }
  const [first, ...rest] = wrong;
  if (first) throw new Failure('invalid_input', first, ...rest);
  if (hashes.size === 0 || hashes.size > MAX_LINES) {
    throw new Failure('invalid_input', {
      pointer: '/file',
      zh: `文件应有 1 至 ${MAX_LINES} 行`,
      en: `the file must hold 1 to ${MAX_LINES} lines`,
    });
  }
  return [...hashes];
}

async function add(db: Db, segmentId: number, users: readonly string[], lastDay: string) {
  const [row] = await db.execute<{ n: string }>(sql`
    WITH added AS (
      INSERT INTO segment_member AS m (segment_id, user_hash, last_day)
      SELECT ${segmentId}::bigint, u, ${lastDay}::date FROM unnest(${textArray(users)}::text::text[]) AS u
      WHERE NOT EXISTS (SELECT FROM reader_erasure r WHERE r.user_hash = u)
      ON CONFLICT (segment_id, user_hash) DO UPDATE SET last_day = greatest(m.last_day, excluded.last_day)
      RETURNING 1
    ) SELECT count(*) AS n FROM added`);
  return Number(row?.n ?? 0);
}

/** Removed by giving them a day that is over: the worker then rewrites their records, and forgets them. */
async function remove(db: Db, segmentId: number, users: readonly string[], yesterday: string) {
  const [row] = await db.execute<{ n: string }>(sql`
    WITH gone AS (
      UPDATE segment_member SET last_day = ${yesterday}::date
      WHERE segment_id = ${segmentId} AND user_hash = ANY (${textArray(users)}::text::text[])
      RETURNING 1
    ) SELECT count(*) AS n FROM gone`);
  return Number(row?.n ?? 0);
}

/** All of the file in one transaction; auctions know it once the worker has written it, within seconds. */
export async function uploadMembers(
  ctx: AudienceContext,
  actor: Actor,
  id: number,
  text: string,
  act: 'add' | 'remove',
) {
  const hashes = hashesIn(text);
  return ctx.db.transaction(async (tx) => {
    const row = await lockRow(tx, segment, id);
    if (row.status === 'deleted') throw notFound();
    if (row.kind !== 'upload') {
      throw new Failure('conflict', {
        zh: '只有上传类人群包可以上传名单',
        en: 'only a segment by upload takes a list',
      });
    }
    const today = dayOf(ctx.clock());
    let changed = 0;
    for (let i = 0; i < hashes.length; i += CHUNK) {
      const users = hashes.slice(i, i + CHUNK).map((one) => readerHash(one, ctx.config.tokenKey));
      changed +=
        act === 'add'
          ? await add(tx, id, users, addDays(today, row.memberDays))
          : await remove(tx, id, users, addDays(today, -1));
    }
    const at = new Date(ctx.clock());
    const { advertiserId, consentBasis } = row;
    const [upload] = await tx
      .insert(segmentUpload)
      .values({
        segmentId: id,
        advertiserId,
        consentBasis,
        userId: actor.userId,
        act,
        lineCount: hashes.length,
        changed,
        at,
      })
      .returning();
    await tx.update(segment).set({ isDirty: true, refreshedAt: at }).where(eq(segment.id, id));
    await countMembers(tx, id, today);
    const subject = `segment:${id}` as const;
    await record(tx, {
      actor,
      action: `segment.${act}Members`,
      subject,
      after: { lines: hashes.length, changed },
    });
    return upload as typeof segmentUpload.$inferSelect;
  });
}

export async function listUploads(db: Db, segmentId: number) {
  const items = await db
    .select()
    .from(segmentUpload)
    .where(eq(segmentUpload.segmentId, segmentId))
    .orderBy(desc(segmentUpload.id))
    .limit(200);
  return { items, nextCursor: null };
}

/**
 * A reader is forgotten: every membership, interest and action, the counters and the record in Redis, at once; and no later
 * upload brings them back. Raw events keep the pseudonym until their day is dropped, and make no member any more.
 */
export async function eraseReader(ctx: AudienceContext, actor: Actor, idSha256: string) {
  const userHash = readerHash(idSha256.toLowerCase(), ctx.config.tokenKey);
  const at = new Date(ctx.clock());
  // Over the wall: whoever a reader turns to, all forget them.
  const found = await houseOf(ctx.db).transaction(async (tx) => {
    const { organizationId, userId } = actor;
    await tx
      .insert(readerErasure)
      .values({ userHash, organizationId, userId, at })
      .onConflictDoNothing();
    const [row] = await tx.execute<{ members: string; interests: string; actions: string }>(sql`
      WITH m AS (DELETE FROM segment_member WHERE user_hash = ${userHash} RETURNING segment_id),
        i AS (DELETE FROM reader_interest WHERE user_hash = ${userHash} RETURNING 1),
        a AS (DELETE FROM reader_action WHERE user_hash = ${userHash} RETURNING 1),
        s AS (UPDATE segment SET size = greatest(size - 1, 0) WHERE id IN (SELECT segment_id FROM m))
      SELECT (SELECT count(*) FROM m) AS members, (SELECT count(*) FROM i) AS interests,
        (SELECT count(*) FROM a) AS actions`);
    await record(tx, { actor, action: 'reader.erase', subject: `reader:${userHash}` });
    return row;
  });
  await ctx.redis.del(keys.segments(userHash), keys.caps(userHash));
  return {
    erasedAt: at,
    memberships: Number(found?.members ?? 0),
    interests: Number(found?.interests ?? 0),
    actions: Number(found?.actions ?? 0),
  };
}
