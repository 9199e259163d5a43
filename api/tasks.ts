/** The worker's timetable: what is done how often, in the order a full round takes them. */
import { addDays, dayOf, hourOf, monthOf } from '../db/terms/day.ts';
import {
  forgetExpired,
  gatherActions,
  gatherInterests,
  refreshSegments,
  writeSegments,
} from './audiences/audiences.ts';
import { closeHour, hoursDue } from './billing/billing.ts';
import {
  acceptSilence,
  advanceOrders,
  cancelSuspended,
  closeOverdue,
  returnPending,
} from './bookings/bookings.ts';
import { settleSupply } from './clearing/settling.ts';
import { consumeArticles, keepArticles, restorePages } from './content/content.ts';
import type { Context } from './context.ts';
import { expirePermits, keepArchive, patrol } from './creatives/creatives.ts';
import { endFulfilledDeals } from './deals/deals.ts';
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
import { forgetFeedback, gatherFeedback } from './feedback/feedback.ts';
import { forgetIdempotencyKeys } from './http/idempotency.ts';
import { forgetLetters, letterSender } from './identity/identity.ts';
import { expireHolds, sealJournals } from './ledger/ledger.ts';
import { finalizeDays } from './metering/final.ts';
import { mergeSums } from './metering/merging.ts';
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
import { expireExports, runExports } from './reports/exports.ts';
import { queueScheduled } from './reports/schedules.ts';
import { draftStatements, statementPort } from './statements/statements.ts';
import { deliverWebhooks, forgetWebhooks } from './webhooks/webhooks.ts';

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
const HOUR = 60 * MINUTE;
/** Hours looked back for what is not charged: late events and what a day's final figures removed … */
const BILLING_REACH_HOURS = 24 * 3;
/** … and, while there is work that old and once an hour, a worker that was away or the demo's history. */
const BILLING_FAR_HOURS = 24 * 70;
/** Hours closed in one run, so that other tasks get their turn on a small machine. */
const HOURS_A_RUN = 24;

/** What the steps below need: statements are handed to payments, which may not know their slice. */
type Whole = Context & { statements: ReturnType<typeof statementPort> };
type Step = (ctx: Whole) => Promise<unknown>;

export function taskList(context: Context): Task[] {
  const ctx: Whole = { ...context, statements: statementPort(context.clock) };
  const every = (everyMs: number, name: string, ...steps: Step[]): Task => ({
    name,
    everyMs,
    async run() {
      for (const step of steps) await step(ctx);
    },
  });
  /** Several workers may do it at once, each until nothing is left. */
  const shared = (everyMs: number, name: string, take: (ctx: Whole) => Promise<number>): Task => ({
    name,
    everyMs,
    shared: true,
    async run() {
      while ((await take(ctx)) > 0);
    },
  });
  return [
    every(HOUR, 'partitions', keepPartitions),
    every(HOUR, 'final', finalizeDays),
    every(MINUTE, 'sums', (all) => mergeSums(all)),

    // Delivery: what readers did comes in, what may be shown and spent goes out.
    shared(100, 'metering', meter),
    every(MINUTE, 'snapshot', snapshot()),
    every(SECOND, 'budgets', grantBudgets),
    every(150, 'changes', publishChanges),
    every(SECOND, 'partner-reports', takeReports),
    every(SECOND, 'receipts', recordReceipts),
    every(5 * SECOND, 'samples', keepSamples),
    every(MINUTE, 'rates', learnRates),
    every(10 * SECOND, 'pacing', pace),
    every(10 * SECOND, 'deals', endFulfilledDeals),

    // Money.
    every(10 * SECOND, 'billing', billing()),
    every(
      MINUTE,
      'bookings',
      advanceOrders,
      cancelSuspended,
      acceptSilence,
      closeOverdue,
      returnPending,
    ),
    every(10 * MINUTE, 'supply-settlement', settleSupply),
    every(10 * MINUTE, 'statements', draftLastMonth),
    every(2 * SECOND, 'payouts', sendPayouts, resolveUnknown),
    every(10 * SECOND, 'refunds', sendRefunds),
    every(30 * SECOND, 'top-ups', querySweep),
    every(MINUTE, 'wallet-alerts', checkWalletAlerts),
    every(30 * MINUTE, 'returned-payouts', checkReturns),
    every(10 * MINUTE, 'reconciliation', reconcileDue),
    every(
      MINUTE,
      'ledger',
      (all) => expireHolds(all.db, all.clock()),
      ({ db }) => sealJournals(db),
    ),
    every(HOUR, 'idempotency-keys', (all) => forgetIdempotencyKeys(all.db, all.clock())),

    // What goes out to people: files they asked for, news they subscribed to.
    shared(SECOND, 'webhooks', deliverWebhooks),
    shared(SECOND, 'letters', letterSender(context.config)),
    every(MINUTE, 'report-schedules', queueScheduled),
    shared(2 * SECOND, 'report-exports', runExports),
    every(HOUR, 'expiry', expireExports, forgetWebhooks, forgetLetters),

    // What is known of pages, readers and creatives.
    shared(500, 'articles', consumeArticles),
    shared(10 * SECOND, 'interests', gatherInterests),
    shared(2 * SECOND, 'feedback', gatherFeedback),
    every(MINUTE, 'patrol', expirePermits, patrol),
    every(HOUR, 'archive', keepArchive, forgetFeedback),
    every(5 * SECOND, 'segments', writeSegments),
    every(10 * MINUTE, 'audiences', gatherActions, refreshSegments, forgetExpired),
    every(MINUTE, 'pages', keepArticles, restorePages),
  ];
}

/** A worker's first act is to publish all: whatever Redis holds may be from before a restart. */
function snapshot(): Step {
  let published = false;
  return async (ctx) => {
    if (published) await refreshSnapshot(ctx);
    else published = (await publishSnapshot(ctx)) !== undefined;
  };
}

async function takeReports(ctx: Context): Promise<void> {
  while ((await consumeReports(ctx)).taken > 0);
}

/** A batch each of two consumers: while one waits for PostgreSQL the other reads and prepares. */
async function meter(ctx: Context): Promise<number> {
  const batches = await Promise.all([consume(ctx), consume(ctx)]);
  return batches.reduce((sum, { taken }) => sum + taken, 0);
}

async function draftLastMonth(ctx: Context): Promise<void> {
  const today = dayOf(ctx.clock());
  await draftStatements(ctx, monthOf(addDays(`${monthOf(today)}-01`, -1)));
}

/** Closes hours that are over and whose rollup and charges differ, oldest first. */
function billing(): Step {
  let farAgainMs = 0;
  return async (ctx) => {
    const nowMs = ctx.clock();
    const now = hourOf(nowMs);
    const isFar = nowMs >= farAgainMs;
    const reach = isFar ? BILLING_FAR_HOURS : BILLING_REACH_HOURS;
    const due = await hoursDue(ctx.db, now, now - reach, { chargeable: true });
    for (const hour of due.slice(0, HOURS_A_RUN)) await closeHour(ctx, hour);
    if (isFar && due.length <= HOURS_A_RUN) farAgainMs = nowMs + HOUR;
  };
}
