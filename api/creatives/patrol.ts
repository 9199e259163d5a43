/**
 * The patrol: live creatives' landing pages looked at again, changed ones pulled; permits that lapsed taken out. Owns when a page
 * is due, its baseline, and the pulling, which is a verdict like any other with its reason, and so reaches nodes, archive,
 * subscribers and the advertiser by the ways there are.
 */
import { and, desc, eq, sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { landingCheck, landingPage } from '../../db/schema/archive.ts';
import { creative, creativeReview, reviewTask } from '../../db/schema/creatives.ts';
import { type Clock, dayOf } from '../../db/terms/day.ts';
import type { Category } from '../../db/terms/market.ts';
import { lockRow, saveEdit } from '../http/versioned.ts';
import { type Look, lookAt } from './landing.ts';

export interface PatrolContext {
  db: Db;
  clock: Clock;
  config: { outboundAllow?: string[] };
}
type Creative = typeof creative.$inferSelect;

const BATCH = 20;
const AT_ONCE = 5;
const EVERY_MS = 6 * 3_600_000;
/** What failed is looked at sooner. */
const AGAIN_MS = 1_800_000;
/** A page that is gone must be so three times: deployments have bad minutes. */
const GONE_TIMES = 3;
const PATROL = { userId: 'patrol' };

async function baselineOf(db: Db, row: Creative) {
  const [known] = await db.select().from(landingPage).where(eq(landingPage.creativeId, row.id));
  return known?.contentHash === row.contentHash ? known : undefined;
}

/** One look, written down; for the desk and the advertiser before review, for the patrol after. */
export async function checkLanding(ctx: PatrolContext, row: Creative) {
  const known = await baselineOf(ctx.db, row);
  const baseline = known?.baselineHost ? known : undefined;
  const landing = { url: row.landingUrl, category: row.category as Category };
  const look = await lookAt({ allow: ctx.config.outboundAllow }, landing, baseline);
  const now = ctx.clock();
  const failed = look.outcome === 'unreachable' || look.outcome === 'gone';
  const failures = failed ? (known?.failures ?? 0) + 1 : 0;
  // A baseline is taken once an approval; what was there before approval counts for nothing.
  const isBaseline = look.outcome === 'ok' && row.status === 'approved' && look.seen !== undefined;
  const kept = baseline ?? {
    baselineHost: isBaseline ? (look.seen?.host ?? null) : null,
    baselinePrint: isBaseline ? (look.seen?.print ?? null) : null,
    baselineWords: isBaseline ? (look.seen?.words ?? []) : [],
  };
  const state = {
    advertiserId: row.advertiserId,
    contentHash: row.contentHash,
    status: look.outcome,
    baselineHost: kept.baselineHost,
    baselinePrint: kept.baselinePrint,
    baselineWords: kept.baselineWords,
    failures,
    checkedAt: new Date(now),
    nextCheckAt: new Date(now + (failed ? AGAIN_MS : EVERY_MS)),
  };
  const { seen: _compared, ...told } = look;
  const [check] = await ctx.db
    .insert(landingCheck)
    .values({ ...told, creativeId: row.id, advertiserId: row.advertiserId, at: new Date(now) })
    .returning();
  await ctx.db
    .insert(landingPage)
    .values({ creativeId: row.id, ...state })
    .onConflictDoUpdate({ target: landingPage.creativeId, set: state });
  return { check: check as typeof landingCheck.$inferSelect, look, failures };
}

export async function listChecks(db: Db, creativeId: number) {
  const items = await db
    .select()
    .from(landingCheck)
    .where(eq(landingCheck.creativeId, creativeId))
    .orderBy(desc(landingCheck.id))
    .limit(100);
  return { items, nextCursor: null };
}

/** Takes an approved creative out, unless it was edited meanwhile. */
async function pull(ctx: PatrolContext, row: Creative, reason: string): Promise<boolean> {
  return ctx.db.transaction(async (tx) => {
    const now = await lockRow(tx, creative, row.id);
    if (now.status !== 'approved' || now.contentHash !== row.contentHash) return false;
    const reviewedAt = new Date(ctx.clock());
    const verdict = {
      verdict: 'rejected' as const,
      rejectReason: reason,
      reviewer: PATROL.userId,
      reviewedAt,
    };
    await tx
      .insert(creativeReview)
      .values({ creativeId: row.id, contentHash: row.contentHash, ...verdict });
    await tx.delete(reviewTask).where(eq(reviewTask.creativeId, row.id));
    await saveEdit(tx, {
      table: creative,
      row: now,
      changes: { status: 'rejected' },
      actor: PATROL,
      action: 'creative.pulled',
      subject: `creative:${row.id}`,
      nowMs: ctx.clock(),
    });
    return true;
  });
}

const isPulled = ({ outcome }: Look, failures: number): boolean =>
  outcome === 'changed' || outcome === 'refused' || (outcome === 'gone' && failures >= GONE_TIMES);

/** Looks at what is due, five at once; returns how many it looked at and pulled. */
export async function patrol(ctx: PatrolContext): Promise<{ looked: number; pulled: number }> {
  const now = new Date(ctx.clock()).toISOString();
  const due = await ctx.db
    .select({ creative })
    .from(creative)
    .leftJoin(landingPage, eq(landingPage.creativeId, creative.id))
    .where(
      and(
        eq(creative.status, 'approved'),
        sql`(${landingPage.creativeId} IS NULL OR ${landingPage.contentHash} <> ${creative.contentHash}
          OR ${landingPage.nextCheckAt} <= ${now}::timestamptz)`,
      ),
    )
    .orderBy(sql`${landingPage.nextCheckAt} NULLS FIRST`, creative.id)
    .limit(BATCH);
  let pulled = 0;
  const queue = due.map((one) => one.creative);
  const work = async (): Promise<void> => {
    for (let row = queue.shift(); row; row = queue.shift()) {
      const { look, failures } = await checkLanding(ctx, row);
      if (!isPulled(look, failures)) continue;
      if (await pull(ctx, row, `落地页巡查：${look.detailZh}`)) pulled++;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return { looked: due.length, pulled };
}

/** Creatives whose permit ended yesterday or before stop at once, not with the next snapshot. */
export async function expirePermits(ctx: PatrolContext): Promise<number> {
  const rows = await ctx.db
    .select()
    .from(creative)
    .where(
      and(
        eq(creative.status, 'approved'),
        sql`${creative.approvalExpiresOn} < ${dayOf(ctx.clock())}::date`,
      ),
    )
    .limit(500);
  let count = 0;
  for (const row of rows) if (await pull(ctx, row, '广告审查批准文号已过有效期')) count++;
  return count;
}
