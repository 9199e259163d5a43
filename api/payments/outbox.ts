/**
 * Sends what was approved and finds out what became of it. Owns the one rule that keeps a payout single: a part has
 * one `out_biz_no` for ever; a throw is not a failure, a refusal is not final until a query finds no such order, and
 * ORDER_NOT_EXIST soon after a send is not final either. Claims, calls and records in three steps: killed between any
 * two of them, the part is found again, queried, and never sent under another name.
 */
import { and, eq, inArray, isNotNull, lte, sql } from 'drizzle-orm';
import { payout, payoutPart } from '../../db/schema/payments.ts';
import type { Answer, TransferState } from './alipay/client.ts';
import { lockPayout, type PayoutContext } from './payouts.ts';
import { failPart, type Part, returnPart, rollUp, succeedPart } from './settle.ts';

const SECOND_MS = 1_000;
/** A claim that its process did not finish is taken over as unknown after this. */
const CLAIM_MS = 120 * SECOND_MS;
/** How long after a send ORDER_NOT_EXIST may still turn into an order: nothing is resent or given up before. */
const SETTLING_MS = 10 * 60 * SECOND_MS;
/** After a verified refusal of the first send no other request is under way. */
const REFUSAL_CONFIRM_MS = 60 * SECOND_MS;
const MAX_BACKOFF_MS = 3_600 * SECOND_MS;

/** 30 s, 60 s, 2 m … 1 h. */
export const backoffMs = (queries: number): number =>
  Math.min(30 * SECOND_MS * 2 ** Math.min(queries, 10), MAX_BACKOFF_MS);

export interface OutboxRun {
  sent: number;
  succeeded: number;
  failed: number;
  unknown: number;
}

/** Sends the parts that are due, `concurrency` at a time. */
export async function sendPayouts(
  ctx: PayoutContext,
  options: { limit?: number; concurrency?: number } = {},
): Promise<OutboxRun> {
  const claimed = await claim(ctx, options.limit ?? 100);
  const run: OutboxRun = { sent: claimed.length, succeeded: 0, failed: 0, unknown: 0 };
  await eachOf(claimed, options.concurrency ?? 8, async ({ part, payee }) => {
    const answer = await ctx.alipay.transfer({
      outBizNo: part.outBizNo,
      amountFen: part.amountFen,
      payeeAccount: payee.account,
      payeeName: payee.name,
      title: '广告收入结算',
    });
    const succeeded = answer.kind === 'done' && answer.data.status === 'SUCCESS';
    if (succeeded) await succeedPart(ctx, part.id, answer.data);
    else await markUnknown(ctx, part, answer);
    run[succeeded ? 'succeeded' : 'unknown'] += 1;
  });
  return run;
}

interface Claimed {
  part: Part;
  payee: { account: string; name: string };
}

/** pending → sending, committed before anything is sent. */
function claim(ctx: PayoutContext, limit: number): Promise<Claimed[]> {
  return ctx.db.transaction(async (tx) => {
    const now = new Date(ctx.clock());
    const due = await tx
      .select({ id: payoutPart.id })
      .from(payoutPart)
      .where(and(eq(payoutPart.status, 'pending'), lte(payoutPart.nextAttemptAt, now)))
      .orderBy(payoutPart.nextAttemptAt, payoutPart.id)
      .limit(limit)
      .for('update', { skipLocked: true });
    if (due.length === 0) return [];
    const parts = await tx
      .update(payoutPart)
      .set({
        status: 'sending',
        attempts: sql`${payoutPart.attempts} + 1`,
        sentAt: now,
        refusalCode: null,
        nextAttemptAt: new Date(ctx.clock() + CLAIM_MS),
      })
      .where(
        inArray(
          payoutPart.id,
          due.map((row) => row.id),
        ),
      )
      .returning();
    const ids = [...new Set(parts.map((part) => part.payoutId))];
    const payouts = await tx
      .select({ id: payout.id, account: payout.payeeAccount, name: payout.payeeName })
      .from(payout)
      .where(inArray(payout.id, ids));
    const payees = new Map(payouts.map((row) => [row.id, row]));
    return parts.map((part) => ({ part, payee: payees.get(part.payoutId)! }));
  });
}

/** Records an outcome that is not final, and when to ask. */
async function markUnknown(
  ctx: PayoutContext,
  part: Part,
  answer: Answer<TransferState>,
): Promise<void> {
  const refused = answer.kind === 'refused';
  const lastError =
    answer.kind === 'done'
      ? `${answer.data.status} ${answer.data.failReason ?? ''}`.trim()
      : refused
        ? `${answer.code} ${answer.message}`
        : answer.reason;
  const waitMs = refused && part.attempts === 1 ? REFUSAL_CONFIRM_MS : backoffMs(part.queries);
  await ctx.db.transaction(async (tx) => {
    const row = await lockPayout(tx, part.payoutId);
    await tx
      .update(payoutPart)
      .set({
        status: 'unknown',
        refusalCode: refused ? answer.code : null,
        lastError: lastError.slice(0, 500),
        nextAttemptAt: new Date(ctx.clock() + waitMs),
      })
      // Whoever was slow to record must not undo what a query has settled since.
      .where(and(eq(payoutPart.id, part.id), inArray(payoutPart.status, ['sending', 'unknown'])));
    await rollUp(ctx, tx, row);
  });
}

/** Asks about every part whose fate is open and due: settles it, resends it under the same name, or waits. */
export async function resolveUnknown(
  ctx: PayoutContext,
  options: { limit?: number; concurrency?: number } = {},
): Promise<{ asked: number; succeeded: number; failed: number; resent: number }> {
  const now = new Date(ctx.clock());
  const open = await ctx.db
    .select()
    .from(payoutPart)
    .where(
      and(
        inArray(payoutPart.status, ['unknown', 'sending']),
        isNotNull(payoutPart.nextAttemptAt),
        lte(payoutPart.nextAttemptAt, now),
      ),
    )
    .orderBy(payoutPart.nextAttemptAt, payoutPart.id)
    .limit(options.limit ?? 200);
  const run = { asked: open.length, succeeded: 0, failed: 0, resent: 0 };
  await eachOf(open, options.concurrency ?? 8, async (part) => {
    const outcome = await resolvePart(ctx, part);
    if (outcome) run[outcome] += 1;
  });
  return run;
}

/** Asks about one part now, whatever its schedule. */
export async function resolvePayoutPart(ctx: PayoutContext, partId: number): Promise<void> {
  const [part] = await ctx.db.select().from(payoutPart).where(eq(payoutPart.id, partId));
  if (part?.status === 'unknown' || part?.status === 'sending') await resolvePart(ctx, part);
}

async function resolvePart(
  ctx: PayoutContext,
  part: Part,
): Promise<'succeeded' | 'failed' | 'resent' | undefined> {
  const answer = await ctx.alipay.queryTransfer(part.outBizNo);
  if (answer.kind === 'done') return settleFound(ctx, part, answer.data);
  if (answer.kind === 'refused' && answer.code === 'ORDER_NOT_EXIST') {
    const sinceSendMs = ctx.clock() - (part.sentAt?.getTime() ?? 0);
    const settlingMs = part.refusalCode && part.attempts === 1 ? REFUSAL_CONFIRM_MS : SETTLING_MS;
    if (sinceSendMs >= settlingMs) {
      if (part.refusalCode) {
        await failPart(ctx, part.id, part.lastError ?? part.refusalCode);
        return 'failed';
      }
      await resend(ctx, part);
      return 'resent';
    }
  }
  await wait(ctx, part);
  return undefined;
}

async function settleFound(
  ctx: PayoutContext,
  part: Part,
  found: TransferState,
): Promise<'succeeded' | 'failed' | undefined> {
  if (found.amountFen !== undefined && found.amountFen !== part.amountFen) {
    // Somebody else used our number, or we did with another amount: a person must look.
    await wait(ctx, part, `amount ${found.amountFen} fen at Alipay, ${part.amountFen} here`);
    return undefined;
  }
  switch (found.status) {
    case 'SUCCESS':
      await succeedPart(ctx, part.id, found);
      return 'succeeded';
    case 'REFUND':
      await succeedPart(ctx, part.id, found);
      await returnPart(ctx, part.id, found.failReason ?? 'REFUND');
      return 'succeeded';
    case 'FAIL':
    case 'CLOSED':
      await failPart(ctx, part.id, found.failReason ?? found.status);
      return 'failed';
    default:
      await wait(ctx, part, found.status);
      return undefined;
  }
}

async function wait(ctx: PayoutContext, part: Part, reason?: string): Promise<void> {
  await ctx.db
    .update(payoutPart)
    .set({
      status: 'unknown',
      queries: part.queries + 1,
      nextAttemptAt: new Date(ctx.clock() + backoffMs(part.queries + 1)),
      ...(reason ? { lastError: reason } : {}),
    })
    .where(and(eq(payoutPart.id, part.id), inArray(payoutPart.status, ['sending', 'unknown'])));
}

async function resend(ctx: PayoutContext, part: Part): Promise<void> {
  await ctx.db
    .update(payoutPart)
    .set({ status: 'pending', nextAttemptAt: new Date(ctx.clock()) })
    .where(and(eq(payoutPart.id, part.id), inArray(payoutPart.status, ['sending', 'unknown'])));
}

/** Looks again at transfers settled in the last days: one may have come back. Returns how many had. */
export async function checkReturns(ctx: PayoutContext, withinDays = 3): Promise<number> {
  const since = new Date(ctx.clock() - withinDays * 86_400_000);
  const recent = await ctx.db
    .select()
    .from(payoutPart)
    .where(
      and(
        eq(payoutPart.status, 'succeeded'),
        sql`${payoutPart.settledAt} >= ${since.toISOString()}`,
      ),
    )
    .limit(1_000);
  let returned = 0;
  await eachOf(recent, 8, async (part) => {
    const answer = await ctx.alipay.queryTransfer(part.outBizNo);
    if (answer.kind !== 'done' || answer.data.status !== 'REFUND') return;
    await returnPart(ctx, part.id, answer.data.failReason ?? 'REFUND');
    returned += 1;
  });
  return returned;
}

/** Runs `act` over all items, at most `width` at once; the first error is thrown after all have ended. */
async function eachOf<T>(items: readonly T[], width: number, act: (item: T) => Promise<void>) {
  const queue = [...items];
  const lanes = Array.from({ length: Math.min(width, queue.length) }, async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await act(item);
  });
  const failed = (await Promise.allSettled(lanes)).find((lane) => lane.status === 'rejected');
  if (failed) throw failed.reason;
}
