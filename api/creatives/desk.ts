/**
 * The review desk. Owns locks and verdicts; refuses a verdict without the lock, on content that changed meanwhile, on one's
 * own second approval of a sensitive category, and on papers that the law asks for. An overruled rule is recorded as such.
 */
import { and, asc, desc, eq, gt, isNull, lt, ne, or, sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { advertiser } from '../../db/schema/campaigns.ts';
import { creative, creativeReview, reviewTask } from '../../db/schema/creatives.ts';
import { user } from '../../db/schema/identity.ts';
import { dayOf } from '../../db/terms/day.ts';
import { Failure } from '../../db/terms/failure.ts';
import type { Category } from '../../db/terms/market.ts';
import { record } from '../audit/audit.ts';
import { notFound, ownedBy } from '../http/auth.ts';
import { decodeIdCursor, type PageQuery, pageOf } from '../http/paging.ts';
import { lockRow, saveEdit } from '../http/versioned.ts';
import type { Actor } from '../identity/actor.ts';
import { type CreativeContext, reviewable } from './creatives.ts';
import { papersOf } from './findings.ts';
import { SENSITIVE } from './law.ts';

const LOCK_MS = 10 * 60_000;

/** What waits, oldest first; what a colleague holds is shown as such. */
export async function reviewQueue(db: Db, page: PageQuery & { category?: string | undefined }) {
  const after = decodeIdCursor(page.cursor);
  const rows = await db
    .select({
      creative,
      advertiserName: advertiser.name,
      submittedAt: reviewTask.submittedAt,
      appeal: reviewTask.appeal,
      findings: reviewTask.findings,
      lockedBy: reviewTask.lockedBy,
      lockedByName: user.name,
      lockedUntil: reviewTask.lockedUntil,
      firstApprover: reviewTask.firstApprover,
    })
    .from(reviewTask)
    .innerJoin(creative, eq(creative.id, reviewTask.creativeId))
    .innerJoin(advertiser, eq(advertiser.id, creative.advertiserId))
    .leftJoin(user, eq(user.id, reviewTask.lockedBy))
    .where(
      and(
        eq(creative.status, 'pending'),
        page.category ? eq(creative.category, page.category) : undefined,
        after === undefined ? undefined : gt(creative.id, after),
      ),
    )
    .orderBy(asc(creative.id))
    .limit(page.limit + 1);
  const flat = rows.map(({ creative: row, ...rest }) => ({
    ...row,
    ...rest,
    needsTwo: SENSITIVE.includes(row.category as Category),
  }));
  return pageOf(flat, page.limit, (row) => row.id);
}

/** Ten minutes for one reviewer; a colleague's lock is a `conflict` that says whose it is. */
export async function lockReview(ctx: CreativeContext, actor: Actor, creativeId: number) {
  const now = new Date(ctx.clock());
  const lockedUntil = new Date(ctx.clock() + LOCK_MS);
  const [taken] = await ctx.db
    .update(reviewTask)
    .set({ lockedBy: actor.userId, lockedUntil })
    .where(
      and(
        eq(reviewTask.creativeId, creativeId),
        // Who approved first must leave it to a colleague.
        or(isNull(reviewTask.firstApprover), ne(reviewTask.firstApprover, actor.userId)),
        or(
          isNull(reviewTask.lockedBy),
          eq(reviewTask.lockedBy, actor.userId),
          lt(reviewTask.lockedUntil, now),
        ),
      ),
    )
    .returning();
  if (taken) return { creativeId, lockedUntil, contentHash: taken.contentHash };
  const [held] = await ctx.db
    .select({ name: user.name, firstApprover: reviewTask.firstApprover })
    .from(reviewTask)
    .leftJoin(user, eq(user.id, reviewTask.lockedBy))
    .where(eq(reviewTask.creativeId, creativeId));
  if (!held) throw notFound();
  if (held.firstApprover === actor.userId) throw fourEyes();
  throw new Failure('conflict', {
    zh: `${held.name ?? '另一位审核员'}正在审核`,
    en: `${held.name ?? 'another reviewer'} is at it`,
  });
}

export interface Verdict {
  contentHash: string;
  verdict: 'approved' | 'rejected';
  /** Said to the advertiser; required with a rejection. */
  rejectReason?: string | undefined;
  /** Required to approve against a rule's block: why the match is wrong. */
  overruleReason?: string | undefined;
}

export async function decideReview(
  ctx: CreativeContext,
  actor: Actor,
  creativeId: number,
  input: Verdict,
) {
  return ctx.db.transaction(async (tx) => {
    const [task] = await tx
      .select()
      .from(reviewTask)
      .where(eq(reviewTask.creativeId, creativeId))
      .for('update');
    if (!task) throw notFound();
    const now = ctx.clock();
    const holds = task.lockedBy === actor.userId && (task.lockedUntil?.getTime() ?? 0) >= now;
    if (!holds) throw conflict('请先锁定再审核', 'take the lock before you decide');
    const row = await lockRow(tx, creative, creativeId);
    if (row.contentHash !== input.contentHash || row.status !== 'pending') {
      throw new Failure('stale_version', {
        pointer: '/contentHash',
        zh: '创意内容已变化，请重新查看',
        en: 'the creative changed meanwhile; look at it again',
      });
    }
    const blocked = task.findings.some((one) => one.severity === 'block');
    if (input.verdict === 'approved') assertApprovable(row, input, blocked, dayOf(now));
    const needsTwo = SENSITIVE.includes(row.category as Category);
    if (input.verdict === 'approved' && needsTwo) {
      const done = await secondPair(tx, actor, task);
      if (!done) return { status: row.status, awaitsSecond: true };
    }
    const verdict =
      input.verdict === 'approved' && blocked ? ('overruled' as const) : input.verdict;
    await tx.insert(creativeReview).values({
      creativeId,
      contentHash: row.contentHash,
      verdict,
      rejectReason: input.rejectReason ?? input.overruleReason ?? null,
      findings: task.findings,
      reviewer: actor.userId,
      reviewedAt: new Date(now),
    });
    await tx.delete(reviewTask).where(eq(reviewTask.creativeId, creativeId));
    const saved = await saveEdit(tx, {
      table: creative,
      row,
      changes: { status: input.verdict },
      actor,
      action: `creative.${verdict}`,
      subject: `creative:${creativeId}`,
      nowMs: now,
    });
    return { status: saved.status, awaitsSecond: false };
  });
}

const conflict = (zh: string, en: string) => new Failure('conflict', { zh, en });

function assertApprovable(
  row: typeof creative.$inferSelect,
  input: Verdict,
  blocked: boolean,
  today: string,
): void {
  const paper = papersOf(reviewable(row), today)[0];
  if (paper) {
    const { article, zh, en } = paper;
    throw new Failure('not_acceptable_creative', {
      pointer: `/${paper.field}`,
      zh: `${article}：${zh}`,
      en: `${article}: ${en}`,
    });
  }
  if (blocked && !input.overruleReason) {
    throw new Failure('invalid_input', {
      pointer: '/overruleReason',
      zh: '规则命中禁用内容；通过须写明理由',
      en: 'a rule blocks this; to approve it, say why the rule is wrong here',
    });
  }
}

const fourEyes = () =>
  new Failure('four_eyes', {
    zh: '敏感行业须由另一位审核员复核',
    en: 'a sensitive category needs another reviewer’s approval',
  });

/** True when this approval is the second, by another person than the first. */
async function secondPair(db: Db, actor: Actor, task: typeof reviewTask.$inferSelect) {
  if (task.firstApprover === actor.userId) throw fourEyes();
  if (task.firstApprover !== null) return true;
  await db
    .update(reviewTask)
    .set({ firstApprover: actor.userId, lockedBy: null, lockedUntil: null })
    .where(eq(reviewTask.creativeId, task.creativeId));
  await record(db, {
    actor,
    action: 'creative.firstApproval',
    subject: `creative:${task.creativeId}`,
  });
  return false;
}

export interface CreativeFilter extends PageQuery {
  advertiserId?: number | undefined;
  status?: typeof creative.$inferSelect.status | undefined;
  format?: typeof creative.$inferSelect.format | undefined;
}

export async function listCreatives(db: Db, actor: Actor, filter: CreativeFilter) {
  const before = decodeIdCursor(filter.cursor);
  const rows = await db
    .select({
      creative,
      rejectReason: sql<string | null>`(SELECT ${creativeReview.rejectReason} FROM ${creativeReview}
        WHERE ${creativeReview.creativeId} = ${creative.id}
        ORDER BY ${creativeReview.id} DESC LIMIT 1)`,
    })
    .from(creative)
    .innerJoin(advertiser, eq(advertiser.id, creative.advertiserId))
    .where(
      and(
        ownedBy(actor, { advertiser: creative.advertiserId }),
        filter.advertiserId ? eq(creative.advertiserId, filter.advertiserId) : undefined,
        filter.status ? eq(creative.status, filter.status) : undefined,
        filter.format ? eq(creative.format, filter.format) : undefined,
        before === undefined ? undefined : lt(creative.id, before),
      ),
    )
    .orderBy(desc(creative.id))
    .limit(filter.limit + 1);
  const flat = rows.map(({ creative: row, rejectReason }) => ({ ...row, rejectReason }));
  return pageOf(flat, filter.limit, (row) => row.id);
}

/** A creative with every verdict on it: the archive keeps them for at least three years. */
export async function readCreative(db: Db, id: number) {
  const [row] = await db.select().from(creative).where(eq(creative.id, id));
  if (!row) throw notFound();
  const reviews = await db
    .select()
    .from(creativeReview)
    .where(eq(creativeReview.creativeId, id))
    .orderBy(desc(creativeReview.id));
  const [task] = await db.select().from(reviewTask).where(eq(reviewTask.creativeId, id));
  return { ...row, reviews, task: task ?? null };
}
