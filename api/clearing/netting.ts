/**
 * Netting with another deployment of this house. Owns a month's two sums by our books, our signed word of them, the other side's
 * verified word, and the set-off: the smaller of what both owe leaves our payable to their outlet and pays their advertiser's
 * wallet here, as it does in their ledger the other way round. What is left is paid and received like any statement and top-up.
 * Each ledger stays its own: nothing of theirs is booked here but what both said alike.
 */
import { and, eq, sql } from 'drizzle-orm';
import { chainSigner, isSignedBy } from '../../bidding/wire/chain.ts';
import type { Db } from '../../db/client.ts';
import { netting } from '../../db/schema/clearing.ts';
import { demandPartner, supplyPartner } from '../../db/schema/partners.ts';
import { type Clock, dayOf } from '../../db/terms/day.ts';
import { Failure } from '../../db/terms/failure.ts';
import { record } from '../audit/audit.ts';
import { provisionalDays } from '../billing/billing.ts';
import type { Config } from '../env.ts';
import { notFound } from '../http/auth.ts';
import { accounts, post } from '../ledger/ledger.ts';
import {
  approveAdjustment,
  canonicalJson,
  daysOfMonth,
  proposeAdjustment,
} from '../statements/statements.ts';
import { nettingDocument, readDocument, setOffOf } from './nettingDocument.ts';
import { ourDays } from './ours.ts';

interface Ctx {
  db: Db;
  clock: Clock;
  config: Pick<Config, 'exchangeUrl' | 'tokenKey'>;
}
export type Netting = typeof netting.$inferSelect;

const conflict = (zh: string, en: string) => new Failure('conflict', { zh, en });
const hostOf = ({ config }: Ctx): string => new URL(config.exchangeUrl).hostname;

/** The other side as it sells to us and as it buys: one deployment, by its key, seen twice. */
async function pairOf(db: Db, supplyPartnerId: number, demandPartnerId: number) {
  const [seller] = await db
    .select()
    .from(supplyPartner)
    .where(eq(supplyPartner.id, supplyPartnerId));
  const [buyer] = await db
    .select()
    .from(demandPartner)
    .where(eq(demandPartner.id, demandPartnerId));
  if (!seller || !buyer) throw notFound();
  const { chainKey } = seller;
  if (chainKey === null || buyer.callKey === null) {
    throw conflict(
      '双方须为已交换密钥的部署',
      'both have to be a deployment with which keys were exchanged',
    );
  }
  return { seller, buyer, chainKey };
}

async function sumOf(db: Db, month: string, pair: Awaited<ReturnType<typeof pairOf>>) {
  const days = daysOfMonth(month);
  const { seller, buyer } = pair;
  const sold = await ourDays(
    db,
    { side: 'supply', partnerId: seller.id },
    { outletId: seller.outletId },
    days,
  );
  const bought = await ourDays(
    db,
    { side: 'demand', partnerId: buyer.id },
    { lineItemId: buyer.lineItemId },
    days,
  );
  const total = (of: typeof sold) =>
    [...of.values()].reduce((sum, it) => sum + it.amountMicroCny, 0n);
  return { owedMicroCny: total(sold), dueMicroCny: total(bought) };
}

/** A month counts when it is over and no day of it can still change by itself. */
async function refuseOpen(ctx: Ctx, month: string): Promise<void> {
  const { from, to } = daysOfMonth(month);
  const isOver = dayOf(ctx.clock()) > to;
  if (isOver && (await provisionalDays(ctx.db, from, to)).length === 0) return;
  throw conflict(
    '该月尚未结束或仍有暂估日',
    'the month is not over, or some of its days are provisional',
  );
}

/**
 * Our sums of a month, by our books now; again while it is not posted, which asks the other side's word anew where they changed.
 * @throws Failure `not_found`, `conflict` (keys, an open month, posted before).
 */
export function proposeNetting(
  ctx: Ctx,
  input: {
    supplyPartnerId: number;
    demandPartnerId: number;
    month: string;
    tolerancePpm: number;
    by: string;
  },
): Promise<Netting> {
  const { supplyPartnerId, demandPartnerId, month, tolerancePpm, by } = input;
  return ctx.db.transaction(async (tx) => {
    const within = { ...ctx, db: tx };
    const pair = await pairOf(tx, supplyPartnerId, demandPartnerId);
    await refuseOpen(within, month);
    const { outletId } = pair.seller;
    const { advertiserId } = pair.buyer;
    const fresh = {
      ...(await sumOf(tx, month, pair)),
      tolerancePpm,
      proposedBy: by,
      proposedAt: new Date(ctx.clock()),
    };
    const [row] = await tx
      .insert(netting)
      .values({ supplyPartnerId, demandPartnerId, outletId, advertiserId, month, ...fresh })
      .onConflictDoUpdate({
        target: [netting.supplyPartnerId, netting.demandPartnerId, netting.month],
        set: { ...fresh, version: sql`${netting.version} + 1` },
        setWhere: sql`${netting.status} <> 'posted'`,
      })
      .returning();
    if (!row) throw conflict('该月已轧差', 'the month was set off before');
    const judged = await judge(tx, row);
    const subject = `netting:${row.id}` as const;
    await record(tx, { actor: { userId: by }, action: 'netting.propose', subject, after: judged });
    return judged;
  });
}

/** Agreed where each side owes what the other says is due, within the tolerance. */
async function judge(tx: Db, row: Netting): Promise<Netting> {
  const setOffMicroCny = setOffOf(row);
  const status =
    row.theirDocument === null ? 'proposed' : setOffMicroCny === null ? 'differs' : 'agreed';
  const [after] = await tx
    .update(netting)
    .set({ status, setOffMicroCny })
    .where(eq(netting.id, row.id))
    .returning();
  return after as Netting;
}

async function lockOpen(tx: Db, id: number): Promise<Netting> {
  const [row] = await tx.select().from(netting).where(eq(netting.id, id)).for('update');
  if (!row) throw notFound();
  if (row.status === 'posted') throw conflict('该月已轧差', 'the month was set off before');
  return row;
}

/** What we say of the month, for the other side: a text and its signature. */
export async function ourWord(ctx: Ctx, id: number) {
  const [row] = await ctx.db.select().from(netting).where(eq(netting.id, id));
  if (!row) throw notFound();
  const { seller } = await pairOf(ctx.db, row.supplyPartnerId, row.demandPartnerId);
  const document = canonicalJson(nettingDocument(row, hostOf(ctx), seller.domain));
  return { document, signature: chainSigner(ctx.config.tokenKey).sign(document) };
}

/**
 * The other side's word. @throws Failure `signature_invalid`, `invalid_input` (not of this month and these two), `conflict`.
 */
export function receiveWord(
  ctx: Ctx,
  input: { id: number; document: string; signature: string; by: string },
): Promise<Netting> {
  const { id, document, signature, by } = input;
  return ctx.db.transaction(async (tx) => {
    const row = await lockOpen(tx, id);
    const { seller, chainKey } = await pairOf(tx, row.supplyPartnerId, row.demandPartnerId);
    if (!isSignedBy(chainKey, document, signature)) {
      throw new Failure('signature_invalid', {
        pointer: '/signature',
        zh: '签名与对方公钥不符',
        en: 'it is not signed by the other side’s key',
      });
    }
    const said = readDocument(document, { from: seller.domain, to: hostOf(ctx), month: row.month });
    const [told] = await tx
      .update(netting)
      .set({
        theirOwedMicroCny: said.owedMicroCny,
        theirDueMicroCny: said.dueMicroCny,
        theirDocument: document,
        theirSignature: signature,
        version: row.version + 1,
      })
      .where(eq(netting.id, id))
      .returning();
    const judged = await judge(tx, told as Netting);
    const after = { ...said, status: judged.status };
    const subject = `netting:${id}` as const;
    await record(tx, { actor: { userId: by }, action: 'netting.receive', subject, after });
    return judged;
  });
}

/**
 * Second pair of eyes: sets off. The month's statement of their outlet is less by it, their advertiser's wallet more.
 * @throws Failure `four_eyes`, `conflict` (not agreed, our sums changed, the month's statement is frozen).
 */
export function postNetting(ctx: Ctx, input: { id: number; by: string }): Promise<Netting> {
  const { id, by } = input;
  return ctx.db.transaction(async (tx) => {
    const row = await lockOpen(tx, id);
    const amountMicroCny = row.setOffMicroCny;
    if (row.status !== 'agreed' || amountMicroCny === null)
      throw conflict('双方尚未一致', 'the two sides do not agree yet');
    if (row.proposedBy === by) {
      throw new Failure('four_eyes', {
        zh: '提出的人不能入账',
        en: 'whoever proposed it cannot post it',
      });
    }
    const pair = await pairOf(tx, row.supplyPartnerId, row.demandPartnerId);
    const now = await sumOf(tx, row.month, pair);
    if (now.owedMicroCny !== row.owedMicroCny || now.dueMicroCny !== row.dueMicroCny)
      throw conflict('我方金额已变，请重新提出', 'our sums changed since: propose it anew');
    const adjustmentId = await setOff({ ...ctx, db: tx }, row, amountMicroCny, by);
    const posted = { status: 'posted', postedBy: by, postedAt: new Date(ctx.clock()) } as const;
    const [after] = await tx
      .update(netting)
      .set({ ...posted, adjustmentId, version: row.version + 1 })
      .where(and(eq(netting.id, id), eq(netting.version, row.version)))
      .returning();
    const subject = `netting:${id}` as const;
    await record(tx, {
      actor: { userId: by },
      action: 'netting.post',
      subject,
      before: row,
      after,
    });
    return after as Netting;
  });
}

async function setOff(ctx: Ctx, row: Netting, amountMicroCny: bigint, by: string) {
  if (amountMicroCny === 0n) return null;
  const reason = `轧差 ${row.month}`;
  const adjustment = await proposeAdjustment(ctx, {
    outletId: row.outletId,
    month: row.month,
    amountMicroCny: -amountMicroCny,
    reason,
    by: row.proposedBy,
  });
  await approveAdjustment(ctx, { adjustmentId: adjustment.id, by });
  // What left the payable against revenue goes on from there: revenue is as it was.
  await post(ctx.db, [
    {
      key: `netting:${row.id}`,
      kind: 'partner.netting',
      day: dayOf(ctx.clock()),
      memo: reason,
      subject: `netting:${row.id}`,
      entries: [
        { account: accounts.platformRevenue, amountMicroCny },
        { account: accounts.wallet(row.advertiserId), amountMicroCny: -amountMicroCny },
      ],
    },
  ]);
  return adjustment.id;
}
