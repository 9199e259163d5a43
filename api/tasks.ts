/** The worker's timetable: what is done how often, in the order a full round takes them. */

import { addDays, dayOf, hourOf, monthOf } from '../db/terms/day.ts';
import { closeHour, hoursDue } from './billing/billing.ts';
import { acceptSilence, advanceOrders, closeOverdue, returnPending } from './bookings/bookings.ts';
import type { Context } from './context.ts';
import {
  grantBudgets,
  keepSamples,
  learnRates,
  pace,
  publishChanges,
  publishSnapshot,
  recordReceipts,
  refreshSnapshot,
} from './delivery/delivery.ts';
import { forgetIdempotencyKeys } from './http/idempotency.ts';
import { expireHolds, sealJournals } from './ledger/ledger.ts';
import { finalizeDays } from './metering/final.ts';
import { consume, keepPartitions } from './metering/metering.ts';
import { consumeReports } from './partners/partners.ts';
import {
  checkReturns,
  checkWalletAlerts,
  querySweep,
  resolveUnknown,
  sendPayouts,
  sendRefunds,
} from './payments/payments.ts';
import { reconcileDue } from './reconciliation/reconciliation.ts';
import { draftStatements, statementPort } from './statements/statements.ts';
import { knowingTasks, tellingTasks } from './telling-tasks.ts';

export interface Task {
  name: string;
  /** Pause between the end of one run and the start of the next. */
  everyMs: number;
  /** May run in several workers at once; it shares the work itself. */
  shared?: boolean;
  run(): Promise<void>;
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
/** Hours looked back for what is not charged: late events and what a day's final figures removed … */
const BILLING_REACH_HOURS = 24 * 3;
/** … and, while there is work that old and once an hour, a worker that was away or the demo's history. */
const BILLING_FAR_HOURS = 24 * 70;
/** Hours closed in one run, so that other tasks get their turn on a small machine. */
const HOURS_A_RUN = 24;

export function taskList(ctx: Context): Task[] {
  return [
    { name: 'partitions', everyMs: 60 * MINUTE, run: () => keepPartitions(ctx) },
    {
      name: 'final',
      everyMs: 60 * MINUTE,
      async run() {
        await finalizeDays(ctx);
      },
    },
    ...deliveryTasks(ctx),
    ...moneyTasks(ctx),
    ...tellingTasks(ctx),
    ...knowingTasks(ctx),
  ];
}

function deliveryTasks(ctx: Context): Task[] {
  let published = false;
  return [
    { name: 'metering', everyMs: 100, shared: true, run: () => meter(ctx) },
    {
      name: 'snapshot',
      everyMs: MINUTE,
      async run() {
        // A worker's first act: whatever Redis holds may be from before a restart.
        if (published) await refreshSnapshot(ctx);
        else published = (await publishSnapshot(ctx)) !== undefined;
      },
    },
    {
      name: 'budgets',
      everyMs: SECOND,
      async run() {
        await grantBudgets(ctx);
      },
    },
    {
      name: 'changes',
      everyMs: 150,
      async run() {
        await publishChanges(ctx);
      },
    },
    {
      name: 'partner-reports',
      everyMs: SECOND,
      async run() {
        while ((await consumeReports(ctx)).taken > 0);
      },
    },
    {
      name: 'receipts',
      everyMs: SECOND,
      async run() {
        await recordReceipts(ctx);
      },
    },
    {
      name: 'samples',
      everyMs: 5 * SECOND,
      async run() {
        await keepSamples(ctx);
      },
    },
    {
      name: 'rates',
      everyMs: MINUTE,
      async run() {
        await learnRates(ctx);
      },
    },
    {
      name: 'pacing',
      everyMs: 10 * SECOND,
      async run() {
        await pace(ctx);
      },
    },
  ];
}

/** Empties the streams, a batch of each shard at a time. */
async function meter(ctx: Context): Promise<void> {
  while ((await consume(ctx)).taken > 0);
}

function moneyTasks(ctx: Context): Task[] {
  const payouts = { ...ctx, statements: statementPort(ctx.clock) };
  return [
    { name: 'billing', everyMs: 10 * SECOND, run: billing(ctx) },
    {
      name: 'bookings',
      everyMs: MINUTE,
      async run() {
        await advanceOrders(ctx);
        await acceptSilence(ctx);
        await closeOverdue(ctx);
        await returnPending(ctx);
      },
    },
    {
      name: 'statements',
      everyMs: 10 * MINUTE,
      async run() {
        const today = dayOf(ctx.clock());
        await draftStatements(ctx, monthOf(addDays(`${monthOf(today)}-01`, -1)));
      },
    },
    {
      name: 'payouts',
      everyMs: 2 * SECOND,
      async run() {
        await sendPayouts(payouts);
        await resolveUnknown(payouts);
      },
    },
    {
      name: 'refunds',
      everyMs: 10 * SECOND,
      async run() {
        await sendRefunds(ctx);
      },
    },
    {
      name: 'top-ups',
      everyMs: 30 * SECOND,
      async run() {
        await querySweep(ctx);
      },
    },
    {
      name: 'wallet-alerts',
      everyMs: MINUTE,
      async run() {
        await checkWalletAlerts(ctx);
      },
    },
    {
      name: 'returned-payouts',
      everyMs: 30 * MINUTE,
      async run() {
        await checkReturns(payouts);
      },
    },
    {
      name: 'reconciliation',
      everyMs: 10 * MINUTE,
      async run() {
        await reconcileDue(payouts);
      },
    },
    {
      name: 'ledger',
      everyMs: MINUTE,
      async run() {
        await expireHolds(ctx.db, ctx.clock());
        await sealJournals(ctx.db);
      },
    },
    {
      name: 'idempotency-keys',
      everyMs: 60 * MINUTE,
      async run() {
        await forgetIdempotencyKeys(ctx.db, ctx.clock());
      },
    },
  ];
}

/** Closes hours that are over and whose rollup and charges differ, oldest first. */
function billing(ctx: Context): () => Promise<void> {
  let farAgainMs = 0;
  return async () => {
    const nowMs = ctx.clock();
    const now = hourOf(nowMs);
    const isFar = nowMs >= farAgainMs;
    const reach = isFar ? BILLING_FAR_HOURS : BILLING_REACH_HOURS;
    const due = await hoursDue(ctx.db, now, now - reach, { chargeable: true });
    for (const hour of due.slice(0, HOURS_A_RUN)) await closeHour(ctx, hour);
    if (isFar && due.length <= HOURS_A_RUN) farAgainMs = nowMs + 60 * MINUTE;
  };
}
