/**
 * What a part's fate does to the books: clearing → cash when paid, clearing → payable when failed, cash → payable
 * when it came back. Owns these journals, one each for ever, and how a payout's state follows from its parts'.
 */
import { and, eq, inArray, isNull, sql } from 'drizzle-orm';
import type { Transaction } from '../../db/client.ts';
import {
  type PartStatus,
  type PayoutStatus,
  payout,
  payoutPart,
} from '../../db/schema/payments.ts';
import { dayOf } from '../../db/terms/day.ts';
import { fenToMicroCny } from '../../db/terms/money.ts';
import { type AccountCode, accounts, post } from '../ledger/ledger.ts';
import type { TransferState } from './alipay/client.ts';
import { returnClawbacks } from './clawbacks.ts';
import { lockPayout, type Payout, type PayoutContext, type PayoutStep } from './payouts.ts';
import { recordRefusal } from './refusals.ts';

export type Part = typeof payoutPart.$inferSelect;

interface Settlement {
  to: 'succeeded' | 'failed' | 'returned';
  from: PartStatus[];
  entries: (part: Part, row: Payout) => { debit: AccountCode; credit: AccountCode };
  changes: (now: Date) => Partial<Part>;
}

const SUCCEEDED: Settlement = {
  to: 'succeeded',
  from: ['sending', 'unknown', 'pending'],
  entries: () => ({ debit: accounts.payoutClearing, credit: accounts.alipayCash }),
  changes: (now) => ({ settledAt: now, nextAttemptAt: null, lastError: null }),
};
const FAILED: Settlement = {
  to: 'failed',
  from: ['sending', 'unknown'],
  entries: (_part, row) => ({
    debit: accounts.payoutClearing,
    credit: accounts.payable(row.outletId),
  }),
  changes: () => ({ nextAttemptAt: null }),
};
const RETURNED: Settlement = {
  to: 'returned',
  from: ['succeeded'],
  entries: (_part, row) => ({ debit: accounts.alipayCash, credit: accounts.payable(row.outletId) }),
  changes: (now) => ({ returnedAt: now }),
};

/** Applies one settlement to one part, once. False when the part has moved on already. */
async function settle(
  ctx: PayoutContext,
  partId: number,
  settlement: Settlement,
  extra: Partial<Part>,
): Promise<boolean> {
  return ctx.db.transaction((tx) => settleIn(ctx, tx, partId, settlement, extra));
}

async function settleIn(
  ctx: PayoutContext,
  tx: Transaction,
  partId: number,
  settlement: Settlement,
  extra: Partial<Part>,
): Promise<boolean> {
  const [seen] = await tx.select().from(payoutPart).where(eq(payoutPart.id, partId));
  if (!seen) return false;
  // The payout first, its part second: every writer locks in this order.
  const row = await lockPayout(tx, seen.payoutId);
  const [part] = await tx
    .update(payoutPart)
    .set({ status: settlement.to, ...settlement.changes(new Date(ctx.clock())), ...extra })
    .where(and(eq(payoutPart.id, partId), inArray(payoutPart.status, settlement.from)))
    .returning();
  if (!part) return false;
  await rollUp(ctx, tx, row);
  // Last: clearing and cash are the ledger's busiest rows, and are locked from here to the commit.
  await postSettlement(ctx, tx, settlement, part, row);
  return true;
}

async function postSettlement(
  ctx: PayoutContext,
  tx: Transaction,
  { to, entries }: Settlement,
  part: Part,
  row: Payout,
): Promise<void> {
  const { debit, credit } = entries(part, row);
  const amountMicroCny = fenToMicroCny(part.amountFen);
  await post(tx, [
    {
      key: `payout:${row.id}:part:${part.ordinal}:${to}`,
      kind: `payout.${to}`,
      day: dayOf(ctx.clock()),
      subject: `payout:${row.id}`,
      memo: part.outBizNo,
      entries: [
        { account: debit, amountMicroCny },
        { account: credit, amountMicroCny: -amountMicroCny },
      ],
    },
  ]);
}

/** `settledAt` is Alipay's instant where it names one: the day of its bill. */
export const succeedPart = (ctx: PayoutContext, partId: number, found: TransferState) =>
  settle(ctx, partId, SUCCEEDED, {
    orderId: found.orderId,
    ...(found.paidAtMs === undefined ? {} : { settledAt: new Date(found.paidAtMs) }),
  });

export async function failPart(ctx: PayoutContext, partId: number, reason: string) {
  return ctx.db.transaction(async (tx) => {
    const failed = await settleIn(ctx, tx, partId, FAILED, { lastError: reason });
    if (failed)
      await recordRefusal(tx, ctx.clock, {
        what: 'payout.transfer',
        reason: reason.split(' ')[0] ?? reason,
        zh: `支付宝拒绝打款：${reason}`,
        en: `Alipay refused the transfer: ${reason}`,
        subject: `payoutPart:${partId}`,
      });
    return failed;
  });
}

export const returnPart = (ctx: PayoutContext, partId: number, reason: string, tx?: Transaction) =>
  tx
    ? settleIn(ctx, tx, partId, RETURNED, { lastError: reason })
    : settle(ctx, partId, RETURNED, { lastError: reason });

/** A payout's state from its parts': one open part keeps it open. Pure. */
export function statusOf(
  parts: readonly { status: PartStatus; reconciledOn: string | null }[],
): PayoutStatus {
  const all = (status: PartStatus) => parts.every((part) => part.status === status);
  const any = (status: PartStatus) => parts.some((part) => part.status === status);
  if (any('unknown')) return 'unknown';
  if (all('pending')) return 'approved';
  if (any('sending') || any('pending')) return 'sending';
  if (!any('succeeded')) return any('returned') ? 'returned' : 'failed';
  if (!all('succeeded')) return 'part_succeeded';
  return parts.every((part) => part.reconciledOn !== null) ? 'reconciled' : 'succeeded';
}

const STEP: Partial<Record<PayoutStatus, PayoutStep>> = {
  succeeded: 'paid',
  failed: 'failed',
  returned: 'returned',
  reconciled: 'reconciled',
};

/** Brings a payout's locked row, and the statement behind it, after its parts. */
export async function rollUp(ctx: PayoutContext, tx: Transaction, row: Payout): Promise<void> {
  const parts = await tx
    .select()
    .from(payoutPart)
    .where(and(eq(payoutPart.payoutId, row.id), isNull(payoutPart.replacedBy)));
  const status = statusOf(parts);
  if (status === row.status) return;
  const settled = status === 'succeeded' || status === 'failed' || status === 'part_succeeded';
  const wasPaid = row.status === 'succeeded' || row.status === 'reconciled';
  // A part that came back of a payout thought paid: the statement is owed again until the part has been resent.
  const step = status === 'part_succeeded' && wasPaid ? 'returned' : STEP[status];
  // Payout, statement, carry, clawbacks: the order of whoever makes one, who locks no payout but all the rest.
  if (step) await ctx.statements.advance(tx, row.statementId, step);
  await tx
    .update(payout)
    .set({
      status,
      version: row.version + 1,
      ...(settled ? { settledAt: new Date(ctx.clock()) } : {}),
      ...(status === 'failed' || status === 'returned'
        ? { failure: parts.find((p) => p.lastError)?.lastError }
        : {}),
    })
    .where(eq(payout.id, row.id));
  if (status === 'failed' || status === 'returned') await returnClawbacks(tx, row.id);
}

/** Payouts whose every part is in a bill: succeeded → reconciled, set-wise. */
export async function reconcilePayouts(
  ctx: PayoutContext,
  tx: Transaction,
  partIds: readonly number[],
): Promise<void> {
  if (partIds.length === 0) return;
  const rows = (await tx.execute(sql`
    UPDATE payout p SET status = 'reconciled', version = version + 1
     WHERE p.status = 'succeeded' AND p.id IN (
             SELECT payout_id FROM payout_part
              WHERE id IN (SELECT json_array_elements_text(${JSON.stringify(partIds)}::text::json)::bigint))
       AND NOT EXISTS (SELECT 1 FROM payout_part q
                        WHERE q.payout_id = p.id AND q.replaced_by IS NULL
                          AND (q.status <> 'succeeded' OR q.reconciled_on IS NULL))
    RETURNING statement_id`)) as unknown as { statement_id: string }[];
  for (const row of rows) await ctx.statements.advance(tx, Number(row.statement_id), 'reconciled');
}
