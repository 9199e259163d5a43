/**
 * Cases of feedback at the review desk: queued by urgency, locked, answered; the advertiser may reply. Owns the verdict and what
 * follows from it: an upheld case takes the creative out by a stop and counts against its advertiser.
 */
import { and, desc, eq, type SQL, sql } from 'drizzle-orm';
import { z } from 'zod';
import type { Db } from '../../db/client.ts';
import { advertiser } from '../../db/schema/campaigns.ts';
import { creative } from '../../db/schema/creatives.ts';
import { CASE_STATUSES, feedback, feedbackCase } from '../../db/schema/feedback.ts';
import { houseOf } from '../../db/scope.ts';
import { Failure } from '../../db/terms/failure.ts';
import { idSchema } from '../../db/terms/id.ts';
import { placeStop } from '../delivery/delivery.ts';
import { notFound, type Ownership, ownedBy } from '../http/auth.ts';
import { decodeCursor, encodeCursor, pageQuery } from '../http/paging.ts';
import { lockRow, saveEdit } from '../http/versioned.ts';
import type { Actor } from '../identity/actor.ts';
import type { FeedbackContext } from './feedback.ts';

const LOCK_MS = 10 * 60_000;

export const caseOwnership: Ownership = {
  table: feedbackCase,
  id: feedbackCase.id,
  advertiser: feedbackCase.advertiserId,
};

export const caseQuery = pageQuery.extend({
  status: z.enum(CASE_STATUSES).optional(),
  kind: z.enum(['report', 'notInterested']).optional(),
  advertiserId: idSchema.optional(),
  outletId: idSchema.optional(),
  divisionCode: z
    .string()
    .regex(/^\d{6}$/)
    .optional(),
});

const shown = { case: feedbackCase, advertiserName: advertiser.name, creativeName: creative.name };

const said = (condition: SQL): SQL =>
  sql`EXISTS (SELECT FROM ${feedback} f WHERE f.case_id = ${feedbackCase.id} AND ${condition})`;

/** The most urgent first; an advertiser sees its own, an outlet what was said on its media. */
export async function listCases(db: Db, actor: Actor, q: z.infer<typeof caseQuery>) {
  const before = decodeCursor(q.cursor)?.split(' ').map(Number);
  const outlets = `{${actor.outletIds.join(',')}}`;
  const mine =
    actor.kind === 'outlet'
      ? said(sql`f.outlet_id = ANY (${outlets}::text::bigint[])`)
      : ownedBy(actor, { advertiser: feedbackCase.advertiserId });
  // Over the wall: an outlet sees by name who was shown on its pages.
  const rows = await (actor.kind === 'outlet' ? houseOf(db) : db)
    .select(shown)
    .from(feedbackCase)
    .leftJoin(advertiser, eq(advertiser.id, feedbackCase.advertiserId))
    .leftJoin(creative, eq(creative.id, feedbackCase.creativeId))
    .where(
      and(
        mine,
        q.status ? eq(feedbackCase.status, q.status) : undefined,
        q.kind ? eq(feedbackCase.kind, q.kind) : undefined,
        q.advertiserId ? eq(feedbackCase.advertiserId, q.advertiserId) : undefined,
        q.outletId ? said(sql`f.outlet_id = ${q.outletId}`) : undefined,
        q.divisionCode ? said(sql`left(f.division_code, 6) = ${q.divisionCode}`) : undefined,
        before
          ? sql`(${feedbackCase.urgency}, ${feedbackCase.id}) < (${before[0]}::int, ${before[1]}::bigint)`
          : undefined,
      ),
    )
    .orderBy(desc(feedbackCase.urgency), desc(feedbackCase.id))
    .limit(q.limit + 1);
  const items = rows.slice(0, q.limit).map(({ case: row, ...names }) => ({ ...row, ...names }));
  const last = items.at(-1);
  const more = rows.length > q.limit && last !== undefined;
  return { items, nextCursor: more ? encodeCursor(`${last.urgency} ${last.id}`) : null };
}

/** A case with where it was said: by outlet and by county. */
export async function readCase(db: Db, id: number) {
  const [row] = await db
    .select(shown)
    .from(feedbackCase)
    .leftJoin(advertiser, eq(advertiser.id, feedbackCase.advertiserId))
    .leftJoin(creative, eq(creative.id, feedbackCase.creativeId))
    .where(eq(feedbackCase.id, id));
  if (!row) throw notFound();
  const where = await db.execute<Record<string, string>>(sql`
    SELECT f.outlet_id, o.name AS outlet_name, left(f.division_code, 6) AS division_code, d.name_zh,
      count(*) AS sayings, count(DISTINCT nullif(f.user_hash, '')) AS readers
    FROM feedback f LEFT JOIN outlet o ON o.id = f.outlet_id LEFT JOIN division d ON d.code = left(f.division_code, 6)
    WHERE f.case_id = ${id} GROUP BY 1, 2, 3, 4 ORDER BY 5 DESC LIMIT 200`);
  const { case: found, ...names } = row;
  return {
    ...found,
    ...names,
    places: where.map((one) => ({
      outletId: Number(one.outlet_id),
      outletName: one.outlet_name ?? '',
      divisionCode: one.division_code ?? '',
      divisionName: one.name_zh ?? '',
      sayings: Number(one.sayings),
      readers: Number(one.readers),
    })),
  };
}

/** Ten minutes for one reviewer. */
export async function lockCase(ctx: FeedbackContext, actor: Actor, id: number) {
  const now = new Date(ctx.clock()).toISOString();
  const lockedUntil = new Date(ctx.clock() + LOCK_MS);
  const [taken] = await ctx.db
    .update(feedbackCase)
    .set({ lockedBy: actor.userId, lockedUntil })
    .where(
      and(
        eq(feedbackCase.id, id),
        eq(feedbackCase.status, 'open'),
        sql`(${feedbackCase.lockedBy} IS NULL OR ${feedbackCase.lockedBy} = ${actor.userId}
          OR ${feedbackCase.lockedUntil} < ${now}::timestamptz)`,
      ),
    )
    .returning({ id: feedbackCase.id, version: feedbackCase.version });
  if (taken) return { ...taken, lockedUntil };
  throw new Failure('conflict', {
    zh: '该反馈已处理，或另一位审核员正在处理',
    en: 'the case is answered, or another reviewer is at it',
  });
}

export const verdictSchema = z.strictObject({
  version: z.number().int().positive(),
  verdict: z.enum(['upheld', 'dismissed']),
  answer: z.string().trim().min(2).max(1_000),
  /** Take the creative out everywhere at once; only with an upheld case. */
  stop: z.boolean().default(false),
});

export async function decideCase(
  ctx: FeedbackContext,
  actor: Actor,
  id: number,
  input: z.infer<typeof verdictSchema>,
) {
  const now = ctx.clock();
  const saved = await ctx.db.transaction(async (tx) => {
    const row = await lockRow(tx, feedbackCase, id, input.version);
    const holds = row.lockedBy === actor.userId && (row.lockedUntil?.getTime() ?? 0) >= now;
    if (row.status !== 'open' || !holds) {
      throw new Failure('conflict', {
        zh: '请先锁定再处理',
        en: 'take the lock before you decide',
      });
    }
    return saveEdit(tx, {
      table: feedbackCase,
      row,
      changes: {
        status: input.verdict,
        answer: input.answer,
        decidedBy: actor.userId,
        decidedAt: new Date(now),
        lockedBy: null,
        lockedUntil: null,
      },
      actor,
      action: `feedback.${input.verdict}`,
      subject: `feedbackCase:${id}`,
      nowMs: now,
    });
  });
  if (input.stop && input.verdict === 'upheld') {
    const place = { divisionCode: null, outletId: null };
    const reason = `公众反馈成立：${input.answer}`.slice(0, 500);
    await placeStop(
      ctx,
      { scope: 'creative', subject: String(saved.creativeId), ...place, reason },
      actor,
    );
  }
  return saved;
}

/** What the advertiser says to it; once, before or after the verdict. */
export async function replyToCase(ctx: FeedbackContext, actor: Actor, id: number, reply: string) {
  return ctx.db.transaction(async (tx) => {
    const row = await lockRow(tx, feedbackCase, id);
    if (row.advertiserReply !== null) {
      throw new Failure('conflict', { zh: '已回复过', en: 'there is a reply already' });
    }
    return saveEdit(tx, {
      table: feedbackCase,
      row,
      changes: { advertiserReply: reply },
      actor,
      action: 'feedback.reply',
      subject: `feedbackCase:${id}`,
      nowMs: ctx.clock(),
    });
  });
}

/** How advertisers stand with readers: sayings per million impressions and upheld cases, last so many days. */
export async function standing(
  ctx: Pick<FeedbackContext, 'db' | 'clock'>,
  actor: Actor,
  days: number,
) {
  const since = new Date(ctx.clock() - days * 86_400_000);
  const hour = Math.floor(since.getTime() / 3_600_000);
  const mine = ownedBy(actor, { advertiser: advertiser.id }) ?? sql`true`;
  const rows = await ctx.db.execute<Record<string, string>>(sql`
    SELECT ${advertiser.id} AS id, ${advertiser.name} AS name,
      (SELECT count(*) FROM feedback f WHERE f.advertiser_id = ${advertiser.id} AND f.at >= ${since.toISOString()}::timestamptz AND f.kind = 'report') AS reports,
      (SELECT count(*) FROM feedback f WHERE f.advertiser_id = ${advertiser.id} AND f.at >= ${since.toISOString()}::timestamptz AND f.kind = 'notInterested') AS dislikes,
      (SELECT count(*) FROM feedback_case c WHERE c.advertiser_id = ${advertiser.id} AND c.status = 'upheld' AND c.decided_at >= ${since.toISOString()}::timestamptz) AS upheld,
      (SELECT coalesce(sum(r.impressions), 0) FROM rollup_hour r WHERE r.advertiser_id = ${advertiser.id} AND r.hour >= ${hour}) AS impressions
    FROM ${advertiser} WHERE ${mine} ORDER BY 5 DESC, 3 DESC LIMIT 500`);
  return {
    items: rows.map((row) => {
      const impressions = Number(row.impressions);
      const reports = Number(row.reports);
      return {
        advertiserId: Number(row.id),
        advertiserName: row.name ?? '',
        reports,
        notInterested: Number(row.dislikes),
        upheld: Number(row.upheld),
        impressions,
        reportsPerMillion: impressions > 0 ? Math.round((reports / impressions) * 1e8) / 100 : null,
      };
    }),
    nextCursor: null,
  };
}
