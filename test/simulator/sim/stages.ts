/**
 * The line of one yuan as a list of stages, each of which can be repeated until it has happened: what a worker, or a person
 * pressing the button again, does after a crash. Owns the stages only; who dies where is line.ts.
 */
import { closeHour } from '../../../api/billing/billing.ts';
import { registerIncoming, verifyIncoming } from '../../../api/invoices/invoices.ts';
import { balanceOf, findHolds, placeHold } from '../../../api/ledger/ledger.ts';
import {
  approvePayout,
  createTopUp,
  querySweep,
  requestPayout,
  requestRefund,
  resolveUnknown,
  sendPayouts,
  sendRefunds,
} from '../../../api/payments/payments.ts';
import { reconcileDue } from '../../../api/reconciliation/reconciliation.ts';
import {
  approveAdjustment,
  approveStatement,
  confirmStatement,
  disputeStatement,
  draftStatements,
  freezeMonth,
  proposeAdjustment,
  resolveDispute,
} from '../../../api/statements/statements.ts';
import { dayOf, dayStartMs } from '../../../db/terms/day.ts';
import { deliver } from '../../kit/books.ts';
import { invoiceFor } from '../../kit/invoices.ts';
import { lookAt } from './look.ts';
import { clearing } from './partner.ts';
import { promising } from './promise.ts';
import type { Stage } from './stage.ts';
import type { Cast, World } from './world.ts';

/** Casts whose late events were delivered. */
const late = new WeakSet<Cast>();

const TOP_UP_FEN = 20_000;

const PAST = ['approved', 'paying', 'paid', 'reconciled'];

/** The wallet is filled and part of it promised. */
function moneyIn(world: World, cast: Cast, month: string): Stage[] {
  const { db, ctx, gateway } = world;
  const now = lookAt(world, cast, month);
  return [
    {
      name: 'top-up ordered',
      done: async () => (await now.topUpNow()) !== undefined,
      act: () =>
        createTopUp(ctx, { advertiserId: now.line.advertiserId, amountFen: TOP_UP_FEN, by: 'a' }),
    },
    {
      name: 'top-up credited',
      done: async () => (await balanceOf(db, now.wallet)).balanceMicroCny > 0n,
      async act() {
        const row = await now.topUpNow();
        if (!gateway.book.trades.has(row?.outTradeNo ?? '')) {
          await fetch(row?.payUrl ?? '');
          gateway.pay(row?.outTradeNo ?? '');
        }
        await gateway.notifies.deliver();
        world.turn(3 * 60_000);
        await querySweep(ctx);
      },
    },
    {
      name: 'budget held',
      done: async () => (await findHolds(db, [now.key])).has(now.key),
      act: () =>
        placeHold(ctx.db, { key: now.key, account: now.wallet, amountMicroCny: 3_000_000n }),
    },
  ];
}

/** An hour is charged, and late events after it. */
function serving(world: World, cast: Cast, month: string): Stage[] {
  const { db, ctx } = world;
  const now = lookAt(world, cast, month);
  return [
    {
      name: 'hour closed',
      done: async () => (await now.chargesNow()).length === 1,
      async act() {
        await closeHour(ctx, now.hour);
      },
    },
    {
      name: 'late events charged',
      done: async () => (await now.chargesNow()).length === 2,
      async act() {
        const rows = await now.chargesNow();
        const charged = rows.reduce((sum, row) => sum + row.amountMicroCny, 0n);
        if (charged === 4_000_003n && !late.has(cast)) {
          late.add(cast);
          await deliver(db, now.hour, {
            line: now.line,
            place: now.place,
            impressions: 10,
            spendMicroCny: 2_000_003n,
          });
        }
        await closeHour(ctx, now.hour);
      },
    },
  ];
}

/** The month is drafted and frozen. */
function freezing(world: World, cast: Cast, month: string): Stage[] {
  const { ctx } = world;
  const now = lookAt(world, cast, month);
  return [
    {
      name: 'statement drafted',
      done: async () => (await now.statementNow()) !== undefined,
      async act() {
        world.turn(Math.max(0, dayStartMs(month) + 33 * 86_400_000 - world.now()));
        await draftStatements(ctx, month);
      },
    },
    {
      name: 'statement frozen',
      done: async () => !(await now.statusIs('draft')),
      act: () => freezeMonth(ctx, { month, by: 'maker' }),
    },
  ];
}

/** The outlet objects, is right, and gets a new revision. */
function disputing(world: World, cast: Cast, month: string): Stage[] {
  const { ctx } = world;
  const now = lookAt(world, cast, month);
  return [
    {
      name: 'statement disputed',
      done: now.disputed,
      act: async () =>
        disputeStatement(ctx, { ...(await now.idOf()), by: 'outlet', reason: 'sim' }),
    },
    {
      name: 'dispute accepted',
      done: async () => (await now.statementNow())?.revision === 1,
      act: async () =>
        resolveDispute(ctx, { ...(await now.idOf()), by: 'maker', accept: true, note: 'sim' }),
    },
    {
      name: 'adjustment proposed',
      done: async () => (await now.adjustmentNow()) !== undefined,
      act: () =>
        proposeAdjustment(ctx, {
          outletId: now.place.outletId,
          month,
          amountMicroCny: 50_000n,
          reason: 'sim',
          by: 'maker',
        }),
    },
    {
      name: 'adjustment approved',
      done: async () => (await now.adjustmentNow())?.approvedBy === 'checker',
      act: async () =>
        approveAdjustment(ctx, {
          adjustmentId: (await now.adjustmentNow())?.id ?? 0,
          by: 'checker',
        }),
    },
    {
      name: 'revision frozen',
      done: async () => !(await now.statusIs('draft')),
      act: () => freezeMonth(ctx, { month, by: 'maker' }),
    },
  ];
}

/** Confirmed by the outlet, approved by a second person. */
function approving(world: World, cast: Cast, month: string): Stage[] {
  const { ctx } = world;
  const now = lookAt(world, cast, month);
  return [
    {
      name: 'statement confirmed',
      done: () => now.statusIs('outlet_confirmed', ...PAST),
      act: async () => confirmStatement(ctx, { ...(await now.idOf()), by: 'outlet' }),
    },
    {
      name: 'statement approved',
      done: () => now.statusIs(...PAST),
      act: async () => approveStatement(ctx, { ...(await now.idOf()), by: 'checker' }),
    },
    {
      name: 'invoice registered',
      done: async () => (await now.invoiceNow()) !== undefined,
      act: async () => {
        const { statementId } = await now.idOf();
        await registerIncoming(
          ctx,
          await invoiceFor({ ...ctx, db: world.db }, statementId),
          'outlet',
        );
      },
    },
    {
      name: 'invoice verified',
      done: async () => (await now.invoiceNow())?.status === 'verified',
      act: async () => verifyIncoming(ctx, (await now.invoiceNow())?.id ?? 0, 'maker'),
    },
  ];
}

/** Requested, approved, sent. */
function payingOut(world: World, cast: Cast, month: string): Stage[] {
  const { ctx } = world;
  const now = lookAt(world, cast, month);
  return [
    {
      name: 'payout requested',
      done: async () => (await now.payoutNow()) !== undefined,
      act: async () => requestPayout(ctx, { ...(await now.idOf()), by: 'maker' }),
    },
    {
      name: 'payout approved',
      done: async () => !['created', undefined].includes((await now.payoutNow())?.status),
      act: async () =>
        approvePayout(ctx, { payoutId: (await now.payoutNow())?.id ?? 0, by: 'checker' }),
    },
    {
      name: 'payout paid',
      done: () => now.statusIs('paid', 'reconciled'),
      async act() {
        await sendPayouts(ctx);
        world.turn(11 * 60_000);
        await resolveUnknown(ctx);
      },
    },
  ];
}

/** What is left goes back to the advertiser, and the bank's bill is matched. */
function afterwards(world: World, cast: Cast, month: string): Stage[] {
  const { ctx } = world;
  const now = lookAt(world, cast, month);
  return [
    {
      name: 'refund requested',
      done: async () => (await now.refundNow()) !== undefined,
      async act() {
        const row = await now.topUpNow();
        await requestRefund(ctx, {
          topUpId: row?.id ?? 0,
          amountFen: 1_000,
          reason: 'sim',
          by: 'a',
        });
      },
    },
    {
      name: 'refund paid',
      done: async () => (await now.refundNow())?.status === 'succeeded',
      async act() {
        await sendRefunds(ctx);
        world.turn(30 * 60_000);
      },
    },
    {
      name: 'bill matched',
      done: () => now.statusIs('reconciled'),
      async act() {
        const morning = dayStartMs(dayOf(world.now())) + 34 * 3_600_000;
        if (world.now() < morning) world.turn(morning - world.now());
        await reconcileDue(ctx);
      },
    },
  ];
}

/** The stages of one cast's month; `world`'s clock stands at its beginning. */
export const stagesOf = (world: World, cast: Cast, month: string): Stage[] =>
  [
    moneyIn,
    serving,
    promising,
    clearing,
    freezing,
    disputing,
    approving,
    payingOut,
    afterwards,
  ].flatMap((part) => part(world, cast, month));
