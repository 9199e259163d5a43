/**
 * The line of one yuan as a list of stages, each of which can be repeated until it has happened: what a worker, or a person
 * pressing the button again, does after a crash. Killed before any step of it, the money ends where it would have.
 */
import { eq } from 'drizzle-orm';
import { closeHour } from '../../../api/billing/billing.ts';
import { accounts, balanceOf, findHolds, holdKeys, placeHold } from '../../../api/ledger/ledger.ts';
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
import { charge } from '../../../db/schema/billing.ts';
import { payout, topUp, topUpRefund } from '../../../db/schema/payments.ts';
import { statement, statementAdjustment } from '../../../db/schema/statements.ts';
import { dayOf, dayStartMs, hourOf } from '../../../db/terms/day.ts';
import { deliver } from '../../kit/books.ts';
import { Killed } from './mortal.ts';
import { causes } from './run.ts';
import type { Cast, World } from './world.ts';

interface Stage {
  name: string;
  done(): Promise<boolean>;
  act(): Promise<unknown>;
}

const TOP_UP_FEN = 20_000;

/** The stages of one cast's month; `world`'s clock stands at its beginning. */
function stages(world: World, cast: Cast, month: string): Stage[] {
  const { db, ctx, gateway } = world;
  const line = cast.lines[0];
  const place = cast.placements[0];
  if (!line || !place) throw new Error('an empty cast');
  const hour = hourOf(dayStartMs(`${month}-02`)) + 9;
  const key = holdKeys.budget(line.id, `${month}-02`);
  const wallet = accounts.wallet(line.advertiserId);
  const mine = eq(topUp.advertiserId, line.advertiserId);
  const statementNow = async () => {
    const rows = await db.select().from(statement).where(eq(statement.outletId, place.outletId));
    return rows.find((row) => row.month === month && row.status !== 'superseded');
  };
  const disputed = async () => {
    const rows = await db.select().from(statement).where(eq(statement.outletId, place.outletId));
    return rows.some((row) => row.status === 'superseded' || row.status === 'disputed');
  };
  const adjustmentNow = async () =>
    (await db.select().from(statementAdjustment)).find((row) => row.outletId === place.outletId);
  const refundNow = async () => {
    const rows = await db
      .select({ refund: topUpRefund })
      .from(topUpRefund)
      .innerJoin(topUp, eq(topUp.id, topUpRefund.topUpId))
      .where(mine);
    return rows[0]?.refund;
  };
  const payoutNow = async () => {
    const rows = await db.select().from(payout).where(eq(payout.outletId, place.outletId));
    return rows[0];
  };
  const statusIs = async (...wanted: string[]) =>
    wanted.includes((await statementNow())?.status ?? '');
  const idOf = async () => ({ statementId: (await statementNow())?.id ?? 0 });
  const PAST = ['approved', 'paying', 'paid', 'reconciled'];
  return [
    {
      name: 'top-up ordered',
      done: async () => (await db.select().from(topUp).where(mine)).length > 0,
      act: () =>
        createTopUp(ctx, { advertiserId: line.advertiserId, amountFen: TOP_UP_FEN, by: 'a' }),
    },
    {
      name: 'top-up credited',
      done: async () => (await balanceOf(db, wallet)).balanceMicroCny > 0n,
      async act() {
        const [row] = await db.select().from(topUp).where(mine);
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
      done: async () => (await findHolds(db, [key])).has(key),
      act: () => placeHold(ctx.db, { key, account: wallet, amountMicroCny: 3_000_000n }),
    },
    {
      name: 'hour closed',
      done: async () =>
        (await db.select().from(charge).where(eq(charge.lineItemId, line.id))).length === 1,
      async act() {
        await closeHour(ctx, hour);
      },
    },
    {
      name: 'late events charged',
      done: async () =>
        (await db.select().from(charge).where(eq(charge.lineItemId, line.id))).length === 2,
      async act() {
        const rows = await db.select().from(charge).where(eq(charge.lineItemId, line.id));
        const charged = rows.reduce((sum, row) => sum + row.amountMicroCny, 0n);
        if (charged === 4_000_003n && !late.has(line.id)) {
          late.add(line.id);
          await deliver(db, hour, { line, place, impressions: 10, spendMicroCny: 2_000_003n });
        }
        await closeHour(ctx, hour);
      },
    },
    {
      name: 'statement drafted',
      done: async () => (await statementNow()) !== undefined,
      async act() {
        world.turn(Math.max(0, dayStartMs(month) + 33 * 86_400_000 - world.now()));
        await draftStatements(ctx, month);
      },
    },
    {
      name: 'statement frozen',
      done: async () => !(await statusIs('draft')),
      act: () => freezeMonth(ctx, { month, by: 'maker' }),
    },
    {
      name: 'statement disputed',
      done: disputed,
      act: async () => disputeStatement(ctx, { ...(await idOf()), by: 'outlet', reason: 'sim' }),
    },
    {
      name: 'dispute accepted',
      done: async () => (await statementNow())?.revision === 1,
      act: async () =>
        resolveDispute(ctx, { ...(await idOf()), by: 'maker', accept: true, note: 'sim' }),
    },
    {
      name: 'adjustment proposed',
      done: async () => (await adjustmentNow()) !== undefined,
      act: () =>
        proposeAdjustment(ctx, {
          outletId: place.outletId,
          month,
          amountMicroCny: 50_000n,
          reason: 'sim',
          by: 'maker',
        }),
    },
    {
      name: 'adjustment approved',
      done: async () => (await adjustmentNow())?.approvedBy === 'checker',
      act: async () =>
        approveAdjustment(ctx, { adjustmentId: (await adjustmentNow())?.id ?? 0, by: 'checker' }),
    },
    {
      name: 'revision frozen',
      done: async () => !(await statusIs('draft')),
      act: () => freezeMonth(ctx, { month, by: 'maker' }),
    },
    {
      name: 'statement confirmed',
      done: () => statusIs('outlet_confirmed', ...PAST),
      act: async () => confirmStatement(ctx, { ...(await idOf()), by: 'outlet' }),
    },
    {
      name: 'statement approved',
      done: () => statusIs(...PAST),
      act: async () => approveStatement(ctx, { ...(await idOf()), by: 'checker' }),
    },
    {
      name: 'payout requested',
      done: async () => (await payoutNow()) !== undefined,
      act: async () => requestPayout(ctx, { ...(await idOf()), by: 'maker' }),
    },
    {
      name: 'payout approved',
      done: async () => !['created', undefined].includes((await payoutNow())?.status),
      act: async () =>
        approvePayout(ctx, { payoutId: (await payoutNow())?.id ?? 0, by: 'checker' }),
    },
    {
      name: 'payout paid',
      done: () => statusIs('paid', 'reconciled'),
      async act() {
        await sendPayouts(ctx);
        world.turn(11 * 60_000);
        await resolveUnknown(ctx);
      },
    },
    {
      name: 'refund requested',
      done: async () => (await refundNow()) !== undefined,
      async act() {
        const [row] = await db.select().from(topUp).where(mine);
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
      done: async () => (await refundNow())?.status === 'succeeded',
      async act() {
        await sendRefunds(ctx);
        world.turn(30 * 60_000);
      },
    },
    {
      name: 'bill matched',
      done: () => statusIs('reconciled'),
      async act() {
        const morning = dayStartMs(dayOf(world.now())) + 34 * 3_600_000;
        if (world.now() < morning) world.turn(morning - world.now());
        await reconcileDue(ctx);
      },
    },
  ];
}

/** Line items whose late events were delivered. */
const late = new Set<number>();

export interface LineEnd {
  steps: number;
  kills: number;
  /** Where it was when it died. */
  diedAt: string | null;
  balances: Record<string, string>;
  wrongs: string[];
}

/** Plays the line for a cast, dying once before the given step (counted from 0); null: never. */
export async function playLine(
  world: World,
  cast: Cast,
  month: string,
  dieBefore: number | null,
): Promise<LineEnd> {
  const { db, life, gateway } = world;
  const line = cast.lines[0];
  const place = cast.placements[0];
  if (!line || !place) throw new Error('an empty cast');
  world.turn(dayStartMs(`${month}-03`) - world.now());
  const hour = hourOf(dayStartMs(`${month}-02`)) + 9;
  await deliver(db, hour, { line, place, impressions: 400, spendMicroCny: 4_000_003n });
  const end: LineEnd = { steps: 0, kills: 0, diedAt: null, balances: {}, wrongs: [] };
  const began = life.steps();
  life.killAfter(dieBefore);
  for (const stage of stages(world, cast, month)) {
    for (let tries = 0; !(await stage.done()); tries++) {
      if (tries > 6) throw new Error(`${dayOf(world.now())}: "${stage.name}" does not happen`);
      try {
        await stage.act();
      } catch (error) {
        if (!causes(error).some((one) => one instanceof Killed)) throw error;
        end.kills += 1;
        end.diedAt = stage.name;
        life.revive();
      }
    }
  }
  life.killAfter(null);
  end.steps = life.steps() - began;
  const watched = [
    ['wallet', accounts.wallet(line.advertiserId)],
    ['county', accounts.payable(place.outletId)],
    ['city', accounts.payable(cast.cityId)],
  ] as const;
  for (const [name, account] of watched) {
    const { balanceMicroCny, heldMicroCny } = await balanceOf(db, account);
    end.balances[name] = `${balanceMicroCny} (${heldMicroCny} held)`;
  }
  const sent = [...gateway.book.transfers.values()].filter((t) => t.name.startsWith('county'));
  const names = new Set(sent.map((t) => t.name));
  if (names.size !== sent.length) end.wrongs.push('somebody was paid twice');
  return end;
}
