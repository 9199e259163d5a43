/** What finance does in the simulation beside paying: cases of the bill, parts sent again, batches, clawbacks, months closed. */
import { sql } from 'drizzle-orm';
import { periods } from '../../../api/ledger/ledger.ts';
import {
  approveBatch,
  cancelPayout,
  createBatch,
  recordClawback,
  resendFailedParts,
} from '../../../api/payments/payments.ts';
import { beginClose, cancelClose, closePeriod } from '../../../api/periods/periods.ts';
import {
  applyRemedy,
  approveWriteOff,
  fetchBill,
  matchBill,
  proposeWriteOff,
  refundCase,
  resolveCase,
  suspendCase,
} from '../../../api/reconciliation/reconciliation.ts';
import { dayOf, monthOf } from '../../../db/terms/day.ts';
import { Failure } from '../../../db/terms/failure.ts';
import { BILL_FAULTS, CALL_FAULTS, NOTIFY_FAULTS } from '../alipay/faults.ts';
import { idOf } from './pick.ts';
import type { Cast, World } from './world.ts';

const PEOPLE = ['lin', 'wu', 'zhao'] as const;
const SECRET = 'a secret of the simulation, 32 long';

type CaseInput = { caseId: number; by: string; note: string };

/** A case's verbs, by what finance would do first. */
const CASE_VERBS: Record<string, (world: World, cast: Cast, input: CaseInput) => Promise<unknown>> =
  {
    suspend: ({ ctx }, _cast, input) => suspendCase(ctx, input),
    remedy: ({ ctx }, _cast, input) => applyRemedy(ctx, input),
    reversed: ({ ctx }, _cast, input) => resolveCase(ctx, { ...input, resolution: 'reversed' }),
    refunded: ({ ctx }, _cast, input) => resolveCase(ctx, { ...input, resolution: 'refunded' }),
    refund: ({ ctx }, _cast, input) => refundCase(ctx, input),
    supplement({ ctx, random }, cast, input) {
      const advertiserId = random.chance(0.8) ? random.pick(cast.advertiserIds) : undefined;
      return resolveCase(ctx, { ...input, resolution: 'supplemented', advertiserId });
    },
    propose: ({ ctx }, _cast, input) => proposeWriteOff(ctx, input),
    approve: ({ ctx }, _cast, input) => approveWriteOff(ctx, input),
  };

/** One verb or, as somebody who wants to be rid of it, all in turn; on a case in any state: most must be refused. */
export async function workCase(world: World, cast: Cast): Promise<string> {
  const { random } = world;
  const caseId = await idOf(world, 'reconciliation_case', "status <> 'closed'");
  if (caseId === undefined) return 'no case';
  const names = random.chance(0.5)
    ? Object.keys(CASE_VERBS)
    : [random.pick(Object.keys(CASE_VERBS))];
  const done: string[] = [];
  for (const name of names) {
    try {
      await CASE_VERBS[name]?.(world, cast, { caseId, by: random.pick(PEOPLE), note: 'sim' });
      done.push(name);
    } catch (error) {
      if (names.length === 1 || !(error instanceof Failure)) throw error;
    }
  }
  return `${done.join(', ') || 'nothing'} of case ${caseId}`;
}

/** Money that nobody here knows of comes in, by itself, on a trade's number or for what is paid already, or what came goes back. */
export async function strayMoney({ gateway, random }: World): Promise<string> {
  const { book } = gateway;
  const came = book.movements.filter(({ kind, amountFen }) => kind === '充值' && amountFen > 0n);
  const back = came.length > 0 && random.chance(0.4) ? random.pick(came) : undefined;
  const paid = [...book.trades.values()].filter((trade) => trade.status === 'TRADE_SUCCESS');
  if (back) book.deposit(-back.amountFen, '退回');
  else if (paid.length > 0 && random.chance(0.4)) book.payAgain(random.pick(paid).outTradeNo);
  else if (random.chance(0.5)) book.deposit(BigInt(1 + random.below(50_000)), '来历不明');
  else {
    const outTradeNo = `STRAY${book.trades.size}`;
    const order = { outTradeNo, subject: '不明订单', notifyUrl: null, returnUrl: null };
    book.openTrade({ ...order, amountFen: BigInt(1 + random.below(50_000)) });
    book.pay(outTradeNo);
  }
  return back ? 'gone back' : 'come';
}

/** Parts of a payout sent again, or a payout cancelled: whichever the random finds, in whatever state. */
export async function mendPayout(world: World): Promise<string> {
  const { ctx, random } = world;
  const again = random.chance(0.6);
  const usual = `status = '${again ? 'part_succeeded' : 'created'}'`;
  const payoutId = await idOf(world, 'payout', usual);
  if (payoutId === undefined) return 'no payout';
  const by = random.pick(PEOPLE);
  if (again) await resendFailedParts(ctx, { payoutId, by });
  else await cancelPayout(ctx, { payoutId, by });
  return `${again ? 'resend' : 'cancel'} ${payoutId}`;
}

export async function batch(world: World): Promise<string> {
  const { ctx, random, db } = world;
  const by = random.pick(PEOPLE);
  const waiting = "id IN (SELECT batch_id FROM payout WHERE status = 'created')";
  const batchId = await idOf(world, 'payout_batch', waiting);
  if (batchId && random.chance(0.6)) {
    const { approved, refused } = await approveBatch(ctx, { batchId, by });
    return `${approved.length} approved, ${refused.length} refused`;
  }
  const rows = await db.execute<{ id: string }>(
    sql`SELECT id FROM statement ORDER BY id DESC LIMIT 5`,
  );
  const statementIds = rows.map((row) => Number(row.id));
  const made = await createBatch(ctx, { name: 'sim', statementIds, by });
  return `${made.payoutIds.length} made, ${made.refused.length} refused`;
}

export async function clawBack(world: World, cast: Cast): Promise<string> {
  const { ctx, random } = world;
  const outletId = random.pick(cast.outletIds);
  const amountMicroCny = BigInt(1 + random.below(40_000));
  const key = `sim:${random.below(200)}`;
  await recordClawback(ctx, { outletId, key, amountMicroCny, reason: 'sim', by: 'lin' });
  return `${amountMicroCny} of ${outletId}`;
}

const oldestOpen = async (world: World) =>
  (await periods(world.db)).findLast((period) => period.status !== 'closed');

/** The month that stands in the way of all later ones, once it is over. */
export async function monthToClose(world: World): Promise<string | undefined> {
  const month = (await oldestOpen(world))?.month;
  return month && month < monthOf(dayOf(world.now())) ? month : undefined;
}

/** The oldest open month: its bills are fetched, it is begun, given up or closed, by whoever happens to be there. */
export async function closeMonth(world: World): Promise<string> {
  const { ctx, random } = world;
  const month = await oldestOpen(world);
  if (!month || month.month >= monthOf(dayOf(world.now()))) return 'no month is over';
  const input = { month: month.month, by: random.pick(PEOPLE) };
  if (month.status === 'open') {
    await matchAll(world, month.month);
    await beginClose(ctx, input);
    return `begun ${month.month}`;
  }
  if (random.chance(0.2)) {
    await cancelClose(ctx, input);
    return `given up ${month.month}`;
  }
  const suspenseNote = random.chance(0.7) ? { suspenseNote: 'sim' } : {};
  await closePeriod({ ...ctx, config: { authSecret: SECRET } }, { ...input, ...suspenseNote });
  return `closed ${month.month}`;
}

/** Each day's bill by hand, as finance would before a close: the daily round reaches only a week back. */
async function matchAll(world: World, month: string): Promise<void> {
  const done = await world.db.execute<{ day: string }>(
    sql`SELECT day::text AS day FROM bill WHERE status = 'matched'`,
  );
  const matched = new Set(done.map((row) => row.day));
  const days = new Set(world.gateway.book.movements.map(({ atMs }) => dayOf(atMs)));
  for (const day of [...days].filter((one) => monthOf(one) === month && !matched.has(one))) {
    try {
      await fetchBill(world.ctx, day);
      await matchBill(world.ctx, day);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
    }
  }
}

/** A bill that will be missing, damaged or false when it is next fetched. */
export async function billFault({ gateway, random }: World): Promise<string> {
  const kind = random.pick(BILL_FAULTS);
  gateway.faults.onBill(kind, 1);
  return kind;
}

/** Calls or notifies that will go wrong, or everything in order again. */
export async function faults({ gateway, random }: World): Promise<string> {
  if (random.chance(0.3)) {
    gateway.faults.clear();
    return 'cleared';
  }
  if (random.chance(0.4)) {
    const kind = random.pick(NOTIFY_FAULTS);
    gateway.faults.onNotify(kind, 1);
    return kind;
  }
  const kind = random.pick(CALL_FAULTS);
  const when = random.chance(0.5) ? 'before' : 'after';
  gateway.faults.onCall({ kind, when, times: 1 + random.below(2) });
  return `${kind} ${when}`;
}
