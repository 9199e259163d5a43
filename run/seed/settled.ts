/**
 * A settled past for the demo, so that finance sees a payout with its bill line on the first day: the oldest month of history
 * is charged, stated, approved by two people and paid through the gateway as of a day that is over, whose bill then
 * matches; its papers come with it. Owns turning the local gateway's clock for that; refuses to touch a
 * gateway that is not ours.
 */
import { eq, inArray } from 'drizzle-orm';
import { closeHour, hoursDue } from '../../api/billing/billing.ts';
import type { Context } from '../../api/context.ts';
import { accounts, post } from '../../api/ledger/ledger.ts';
import {
  approvePayout,
  createTopUp,
  type PayoutContext,
  queryTopUp,
  requestPayout,
  sendPayouts,
} from '../../api/payments/payments.ts';
import { fetchBill, matchBill } from '../../api/reconciliation/reconciliation.ts';
import {
  approveStatement,
  confirmStatement,
  daysOfMonth,
  draftStatements,
  freezeMonth,
  statementPort,
} from '../../api/statements/statements.ts';
import { advertiser } from '../../db/schema/campaigns.ts';
import { user } from '../../db/schema/identity.ts';
import { outlet } from '../../db/schema/outlets.ts';
import { statement } from '../../db/schema/statements.ts';
import {
  addDays,
  type Day,
  dayEndMs,
  dayOf,
  dayStartMs,
  hourOf,
  monthOf,
  msOfDay,
} from '../../db/terms/day.ts';
import { Failure } from '../../db/terms/failure.ts';
import { askBack, enterTitles, invoiceBuyer, invoiceStatement } from './invoiced.ts';
import { netMonth, seedNeighbour } from './neighbour.ts';

const HOUR_MS = 3_600_000;
/** The bill of a day is there from nine the next morning. */
const BILL_READY_MS = 9 * HOUR_MS;
const OUTLETS = 6;
const TOP_UP_FEN = 2_000_000;

export interface Switchboard {
  controlUrl: string;
  /** What the gateway's account holds before its first movement. */
  openingFen: bigint;
  /** A client whose requests are stamped so much earlier. */
  alipayAt(backMs: number): Context['alipay'];
}

export async function seedSettled(ctx: Context, gateway: Switchboard): Promise<void> {
  const people = await findPeople(ctx);
  const now = hourOf(ctx.clock());
  const due = await hoursDue(ctx.db, now, now - 24 * 70);
  const month = monthOf(dayOf((due[0] ?? now) * HOUR_MS));
  const neighbour = await seedNeighbour(ctx, `${month}-01`);
  await chargeMonth(ctx, month);
  const nowMs = ctx.clock();
  const today = dayOf(nowMs);
  const day = addDays(today, msOfDay(nowMs) >= BILL_READY_MS ? -1 : -2);
  const backMs = nowMs - (dayStartMs(day) + 15 * HOUR_MS);
  await openCash(ctx, gateway.openingFen, day);
  const frozenMs = Math.max(nowMs - backMs - 24 * HOUR_MS, firstMomentAfter(month));
  const freezing = { ...ctx, clock: () => ctx.clock() - (nowMs - frozenMs) };
  await netMonth(freezing, { ...neighbour, month }, people);
  await draftStatements(freezing, month);
  await freezeMonth(freezing, { month, by: people.maker });
  await command(gateway, 'clock', { advanceMs: -backMs });
  try {
    const then: Context = {
      ...ctx,
      clock: () => ctx.clock() - backMs,
      alipay: gateway.alipayAt(backMs),
    };
    const paid = await payAsOf(then, gateway, month, people);
    if (paid.length > 0) await askBack(then, paid.at(-1) as number, people.checker);
    // Not in a month that is over, which an open case would keep open.
    if (monthOf(day) === monthOf(today)) await payPastUs(then, gateway);
  } finally {
    await command(gateway, 'clock', { advanceMs: backMs });
  }
  await reconcileDay({ ...ctx, statements: statementPort(ctx.clock) }, day);
  await invoiceBuyer(ctx, await firstBuyer(ctx), people);
}

const firstMomentAfter = (month: string): number =>
  dayStartMs(`${monthOf(addDays(`${month}-01`, 31))}-01`);

async function reconcileDay(ctx: PayoutContext, day: Day): Promise<void> {
  await fetchBill(ctx, day);
  await matchBill(ctx, day);
}

interface People {
  buyer: string;
  maker: string;
  checker: string;
  outlet: string;
}

async function findPeople(ctx: Context): Promise<People> {
  const name = (who: string) => `${who}@demo.hongze`;
  const found = await ctx.db
    .select({ id: user.id, email: user.email })
    .from(user)
    .where(inArray(user.email, ['advertiser', 'finance', 'finance2', 'outlet'].map(name)));
  const of = (who: string) => found.find((row) => row.email === name(who))?.id ?? who;
  return {
    buyer: of('advertiser'),
    maker: of('finance'),
    checker: of('finance2'),
    outlet: of('outlet'),
  };
}

/** Cash in the ledger is the gateway's balance from the first moment on. */
async function openCash(ctx: Context, openingFen: bigint, day: Day): Promise<void> {
  const amountMicroCny = openingFen * 10_000n;
  if (amountMicroCny === 0n) return;
  await post(ctx.db, [
    {
      key: 'seed:cash',
      kind: 'opening',
      day,
      entries: [
        { account: accounts.alipayCash, amountMicroCny },
        { account: accounts.opening, amountMicroCny: -amountMicroCny },
      ],
    },
  ]);
}

/** Charges the hours of the month; the worker charges the rest. */
async function chargeMonth(ctx: Context, month: string): Promise<void> {
  const { from, to } = daysOfMonth(month);
  for (const hour of await hoursDue(ctx.db, hourOf(dayEndMs(to)), hourOf(dayStartMs(from))))
    await closeHour(ctx, hour);
}

/** The ids of the invoices that were paid on. */
async function payAsOf(
  then: Context,
  gateway: Switchboard,
  month: string,
  people: People,
): Promise<number[]> {
  const payouts: PayoutContext = { ...then, statements: statementPort(then.clock) };
  const topUp = await createTopUp(then, {
    advertiserId: await firstBuyer(then),
    amountFen: TOP_UP_FEN,
    by: people.buyer,
  });
  await fetch(topUp.payUrl);
  await command(gateway, 'pay', { outTradeNo: topUp.outTradeNo });
  await queryTopUp(then, topUp.topUpId, topUp.outTradeNo);
  const frozen = await then.db
    .select({
      id: statement.id,
      outletId: statement.outletId,
      outletName: outlet.name,
      total: statement.totalMicroCny,
    })
    .from(statement)
    .innerJoin(outlet, eq(outlet.id, statement.outletId))
    .where(eq(statement.month, month))
    .orderBy(statement.outletId);
  const titled = frozen.map((row) => ({ id: row.outletId, name: row.outletName }));
  await enterTitles(then, titled, people.checker);
  const invoices: number[] = [];
  for (const row of frozen.filter(({ total }) => total >= 1_000_000n).slice(0, OUTLETS)) {
    const { id } = row;
    await confirmStatement(then, { statementId: id, by: people.outlet });
    invoices.push(await invoiceStatement(then, row, people));
    await approveStatement(then, { statementId: id, by: people.checker });
    const { payoutId } = await requestPayout(payouts, { statementId: id, by: people.maker });
    if (invoices.length === 1) await tryOwn(payouts, payoutId, people.maker);
    await approvePayout(payouts, { payoutId, by: people.checker });
  }
  await sendPayouts(payouts);
  return invoices;
}

/** Somebody pays into the account what nothing of ours asked for: a case for finance, once the bill comes. */
async function payPastUs(then: Context, gateway: Switchboard): Promise<void> {
  const outTradeNo = 'SCAN-0412-7719';
  await fetch(then.alipay.pagePayUrl({ outTradeNo, amountFen: 128_000n, subject: '门店扫码付款' }));
  await command(gateway, 'fault', { notify: 'lost', times: 1 });
  await command(gateway, 'pay', { outTradeNo });
}

/** Whoever asked may not approve: the refusal is kept, and shown at the desk. */
async function tryOwn(ctx: PayoutContext, payoutId: number, by: string): Promise<void> {
  await approvePayout(ctx, { payoutId, by }).catch((error: unknown) => {
    if (!(error instanceof Failure) || error.code !== 'four_eyes') throw error;
  });
}

/** The advertiser whose login the banner shows. */
async function firstBuyer(ctx: Context): Promise<number> {
  const [buyer] = await ctx.db
    .select({ id: advertiser.id })
    .from(advertiser)
    .orderBy(advertiser.id)
    .limit(1);
  return buyer?.id ?? 1;
}

async function command(gateway: Switchboard, name: string, body: object): Promise<void> {
  const response = await fetch(`${gateway.controlUrl}/_sim/${name}`, {
    method: 'POST',
    body: JSON.stringify(body),
  });
  if (!response.ok)
    throw new Error(`the gateway's switchboard refused ${name}: ${response.status}`);
}

/** Waits until the local gateway answers; false when it does not in time. */
export async function gatewayAnswers(controlUrl: string, withinMs = 15_000): Promise<boolean> {
  const deadline = performance.now() + withinMs;
  while (performance.now() < deadline) {
    const answer = await fetch(`${controlUrl}/_sim/book`).catch(() => undefined);
    if (answer?.ok) return true;
    await new Promise((wake) => setTimeout(wake, 100));
  }
  return false;
}
