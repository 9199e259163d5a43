/**
 * Closing a case: two people, and where money differs something that bears them out. Owns what each closing needs: a counter
 * line or a mistake of the bill (reversed, refunded), an owner to book the money to (supplemented), a second pair of eyes and
 * the absence of all these (written off). Refuses whatever rests on words while Alipay or the bill can say; keeps refusals.
 */
import { and, eq, inArray, ne, sql } from 'drizzle-orm';
import type { Transaction } from '../../db/client.ts';
import { advertiser } from '../../db/schema/campaigns.ts';
import { billLine, type Evidence, reconciliationCase } from '../../db/schema/reconciliation.ts';
import { Failure } from '../../db/terms/failure.ts';
import { type AccountCode, accounts } from '../ledger/ledger.ts';
import {
  itemsUnderWay,
  ownerOfItem,
  type PayoutContext,
  refusalsKept,
} from '../payments/payments.ts';
import { audited, type Case, closeCase, lockCase, postDifference } from './cases.ts';
import { billErrorOf, counterOf, evidenceAtHand, movedSince } from './evidence.ts';

const refuse = (zh: string, en: string) => new Failure('conflict', { zh, en });

export interface Resolving {
  caseId: number;
  by: string;
  resolution: 'supplemented' | 'reversed' | 'refunded';
  note: string;
  /** Whose money it is, where no item of the case says so. */
  advertiserId?: number | undefined;
  /** The company's own, moved between Alipay and its bank. */
  ownTransfer?: boolean | undefined;
}

/**
 * Closes a case. Where money differs it was suspended first, and by somebody else.
 * @throws Failure `conflict` (not suspended; nothing bears it out), `four_eyes`, `not_found`, `invalid_input` (whose money).
 */
export function resolveCase(ctx: PayoutContext, input: Resolving): Promise<void> {
  const about = { what: 'case.resolve', subject: `case:${input.caseId}`, by: input.by } as const;
  return refusalsKept(ctx, about, () =>
    ctx.db.transaction(async (tx) => {
      const row = await lockCase(tx, input.caseId);
      if (row.differenceFen === 0n) return closeCase(ctx, tx, row, input);
      requireSuspended(row, input.by);
      if (input.resolution === 'supplemented') return supplement(ctx, tx, row, input);
      const counter = await counterOf(tx, row, false);
      if (counter) return closePair(ctx, tx, row, counter, input);
      const evidence = input.resolution === 'reversed' ? await billErrorOf(tx, row) : undefined;
      if (!evidence)
        throw refuse(
          '尚无凭据：账单中没有反向流水，账单余额也不表明其有误；请先退款，或等待次日账单',
          'nothing bears it out: no bill has a line that takes it back, nor do the balances of the bill deny it',
        );
      return closeCase(ctx, tx, row, { ...input, evidence });
    }),
  );
}

function requireSuspended(row: Case, by: string): void {
  if (row.status !== 'suspended')
    throw refuse(
      '有金额差异的须先挂账，再由他人处理',
      'a difference of money is suspended first, then resolved by somebody else',
    );
  if (row.suspendedBy === by)
    throw new Failure('four_eyes', {
      zh: '挂账的人不能自己销账',
      en: 'whoever suspended the case cannot resolve it',
    });
}

async function closePair(
  ctx: PayoutContext,
  tx: Transaction,
  row: Case,
  counter: Case,
  input: Resolving,
): Promise<void> {
  const pair = [
    [row, counter],
    [counter, row],
  ] as const;
  for (const [one, other] of pair)
    await closeCase(ctx, tx, one, { ...input, evidence: { kind: 'counter', caseId: other.id } });
}

/** The bank is right: its money goes from suspense to whom it belongs. */
async function supplement(
  ctx: PayoutContext,
  tx: Transaction,
  row: Case,
  input: Resolving,
): Promise<void> {
  if (row.billLineIds.length === 0)
    throw refuse(
      '账单中没有这笔流水，无从补记；等待后续账单，或核销',
      'no bill lists it, so there is nothing to book: await the next bill, or write it off',
    );
  await refuseEvident(tx, row);
  const account = await ownerOf(tx, row, input);
  await postDifference(ctx, tx, row, 'supplemented', accounts.suspense, account);
  await closeCase(ctx, tx, row, { ...input, evidence: { kind: 'owner', account } });
}

/** 业务类型 by which the company's own money comes and goes: withdrawn, put in, transferred. */
const OWN_KINDS = new Set(['提现', '充值', '转账']);

async function ownBankOf(tx: Transaction, row: Case): Promise<AccountCode> {
  const lines = await tx
    .select({ kind: billLine.kind })
    .from(billLine)
    .where(inArray(billLine.id, row.billLineIds));
  if (row.items.length === 0 && lines.every(({ kind }) => OWN_KINDS.has(kind)))
    return accounts.ownBank;
  throw refuse(
    '只有账单中无单据对应的提现、充值或转账才能是本公司划转',
    'only a withdrawal, a deposit or a transfer that no order stands behind can be the company’s own',
  );
}

async function ownerOf(tx: Transaction, row: Case, input: Resolving): Promise<AccountCode> {
  if (input.ownTransfer) return ownBankOf(tx, row);
  const [item] = row.items;
  const owner = item
    ? await ownerOfItem(tx, item)
    : (
        await tx
          .select()
          .from(advertiser)
          .where(eq(advertiser.id, input.advertiserId ?? 0))
      ).map(({ id }) => accounts.wallet(id))[0];
  if (owner) return owner;
  throw new Failure('invalid_input', {
    pointer: '/advertiserId',
    zh: '请指明款项归属的广告主，或本公司划转',
    en: 'say which advertiser the money belongs to, or that it is the company’s own',
  });
}

/** What Alipay can still tell of is asked, not decided. */
async function refuseUnderWay(tx: Transaction, row: Case): Promise<void> {
  if (await itemsUnderWay(tx, row.items))
    throw refuse(
      '该笔款项仍在途，须先向支付宝查询',
      'what it is about is still under way: ask Alipay first',
    );
}

function refuseRefunding(row: Case): void {
  if (row.evidence?.kind === 'refund')
    throw refuse('该款项正在退款', 'its money is being refunded');
}

/** First pair of eyes. @throws Failure `conflict` unless suspended, or while Alipay or the bill can say. */
export async function proposeWriteOff(
  ctx: PayoutContext,
  input: { caseId: number; by: string; note: string },
): Promise<void> {
  await ctx.db.transaction(async (tx) => {
    const row = await lockCase(tx, input.caseId);
    if (row.status !== 'suspended') throw refuse('先挂账，再核销', 'suspend the case first');
    await refuseEvident(tx, row);
    await audited(ctx, tx, row, input.by, 'propose_write_off', input.note);
    await tx
      .update(reconciliationCase)
      .set({
        proposedBy: input.by,
        proposedAt: new Date(ctx.clock()),
        note: input.note,
        version: row.version + 1,
      })
      .where(eq(reconciliationCase.id, row.id));
  });
}

/** What Alipay or a bill can say is not decided otherwise. */
async function refuseEvident(tx: Transaction, row: Case): Promise<void> {
  refuseRefunding(row);
  await refuseUnderWay(tx, row);
  if ((await movedSince(tx, row)).length > 0)
    throw refuse(
      '该笔款项其后已入账，须向支付宝查询以对平',
      'its money has been booked since: ask Alipay, and it closes where the books agree',
    );
  if (await evidenceAtHand(tx, row))
    throw refuse(
      '账单已能说明该差异：请按冲正或退款关闭',
      'a bill explains it: close it as reversed or refunded',
    );
}

/** Second pair of eyes: suspense → write-off. @throws Failure `four_eyes`, `conflict` (not proposed; evident by now). */
export function approveWriteOff(
  ctx: PayoutContext,
  input: { caseId: number; by: string },
): Promise<void> {
  const about = { what: 'case.writeOff', subject: `case:${input.caseId}`, by: input.by } as const;
  return refusalsKept(ctx, about, () =>
    ctx.db.transaction(async (tx) => {
      const row = await lockCase(tx, input.caseId);
      if (!row.proposedBy) throw refuse('尚未提出核销', 'no write-off was proposed');
      if (row.proposedBy === input.by)
        throw new Failure('four_eyes', {
          zh: '提出核销的人不能批准核销',
          en: 'whoever proposed the write-off cannot approve it',
        });
      await refuseEvident(tx, row);
      await postDifference(ctx, tx, row, 'written_off', accounts.suspense, accounts.writeOff);
      await closeCase(ctx, tx, row, { resolution: 'written_off', by: input.by });
    }),
  );
}

/**
 * Sends money of a trade that nobody here ordered back to its payer, under one number for ever, and closes the case once
 * Alipay confirms it; true when it has. Until then nothing else may be done about the case.
 * @throws Failure `conflict` (not suspended, not income of a trade, refused by Alipay), `four_eyes`, `not_found`.
 */
export function refundCase(
  ctx: PayoutContext,
  input: { caseId: number; by: string; note: string },
): Promise<boolean> {
  const about = { what: 'case.refund', subject: `case:${input.caseId}`, by: input.by } as const;
  return refusalsKept(ctx, about, async () => {
    const row = await markRefunding(ctx, input);
    const order = { outTradeNo: row.outNo, outRequestNo: numberOf(row) };
    const answer = await ctx.alipay.refund({ ...order, amountFen: row.differenceFen });
    // A refusal counts once Alipay knows of no such refund; a throw is not a failure.
    const asked =
      answer.kind === 'done'
        ? answer
        : await ctx.alipay.queryRefund(order.outTradeNo, order.outRequestNo);
    if (answer.kind === 'refused' && asked.kind === 'done' && asked.data === undefined) {
      await unmark(ctx, row.id);
      throw refuse(
        `支付宝拒绝退款：${answer.message}`,
        `Alipay refused the refund: ${answer.code}`,
      );
    }
    if (asked.kind !== 'done' || (answer.kind !== 'done' && asked.data === undefined)) return false;
    await ctx.db.transaction(async (tx) => {
      const now = await lockCase(tx, row.id);
      const how = { ...input, resolution: 'refunded' as const };
      const evidence: Evidence = { kind: 'refund', outRequestNo: order.outRequestNo };
      // Its line may be in a bill before its answer was here.
      const counter = await counterOf(tx, now, true);
      if (counter) await closePair(ctx, tx, now, counter, how);
      else await closeCase(ctx, tx, now, { ...how, evidence });
    });
    return true;
  });
}

const numberOf = (row: Case): string => `RC${row.id}`;

function markRefunding(ctx: PayoutContext, input: { caseId: number; by: string }): Promise<Case> {
  return ctx.db.transaction(async (tx) => {
    const row = await lockCase(tx, input.caseId);
    requireSuspended(row, input.by);
    // Asked for before, its fate unknown: the same again.
    if (row.evidence?.kind !== 'refund') await refuseEvident(tx, row);
    // An order of ours that was paid is its advertiser's: that is refunded from the wallet.
    if (row.differenceFen <= 0n || row.outNo === '' || row.items.length > 0)
      throw refuse(
        '只有来路不明的收款可以原路退回',
        'only income of a trade that is nobody’s can be sent back',
      );
    const evidence: Evidence = { kind: 'refund', outRequestNo: numberOf(row) };
    await tx.update(reconciliationCase).set({ evidence }).where(eq(reconciliationCase.id, row.id));
    return row;
  });
}

/** Another may have closed the case meanwhile, on evidence of its own: that stays. */
const unmark = (ctx: PayoutContext, id: number) =>
  ctx.db
    .update(reconciliationCase)
    .set({ evidence: null })
    .where(
      and(
        eq(reconciliationCase.id, id),
        ne(reconciliationCase.status, 'closed'),
        sql`${reconciliationCase.evidence} ->> 'kind' = 'refund'`,
      ),
    );
