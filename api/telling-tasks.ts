/** The worker's timetable of what goes out to people, and of what is learnt about pages and readers. */
import {
  forgetExpired,
  gatherActions,
  gatherInterests,
  refreshSegments,
  writeSegments,
} from './audiences/audiences.ts';
import { consumeArticles, keepArticles, restorePages } from './content/content.ts';
import type { Context } from './context.ts';
import { expirePermits, keepArchive, patrol } from './creatives/creatives.ts';
import { forgetFeedback, gatherFeedback } from './feedback/feedback.ts';
import { expireExports, queueScheduled, runExports } from './reports/reports.ts';
import type { Task } from './tasks.ts';
import { deliverWebhooks, forgetWebhooks } from './webhooks/webhooks.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

/** What goes out to people: files they asked for, news they subscribed to. */
export function tellingTasks(ctx: Context): Task[] {
  return [
    {
      name: 'webhooks',
      everyMs: SECOND,
      shared: true,
      async run() {
        while ((await deliverWebhooks(ctx)) > 0);
      },
    },
    {
      name: 'report-schedules',
      everyMs: MINUTE,
      async run() {
        await queueScheduled(ctx);
      },
    },
    {
      name: 'report-exports',
      everyMs: 2 * SECOND,
      shared: true,
      async run() {
        await runExports(ctx);
      },
    },
    {
      name: 'expiry',
      everyMs: 60 * MINUTE,
      async run() {
        await expireExports(ctx);
        await forgetWebhooks(ctx);
      },
    },
  ];
}

/** What is known of pages and readers. */
export function knowingTasks(ctx: Context): Task[] {
  return [
    {
      name: 'articles',
      everyMs: 500,
      shared: true,
      async run() {
        while ((await consumeArticles(ctx)) > 0);
      },
    },
    {
      name: 'interests',
      everyMs: 10 * SECOND,
      shared: true,
      async run() {
        while ((await gatherInterests(ctx)) > 0);
      },
    },
    {
      name: 'feedback',
      everyMs: 2 * SECOND,
      shared: true,
      async run() {
        while ((await gatherFeedback(ctx)) > 0);
      },
    },
    {
      name: 'patrol',
      everyMs: MINUTE,
      async run() {
        await expirePermits(ctx);
        await patrol(ctx);
      },
    },
    {
      name: 'archive',
      everyMs: 60 * MINUTE,
      async run() {
        await keepArchive(ctx);
        await forgetFeedback(ctx);
      },
    },
    {
      name: 'segments',
      everyMs: 5 * SECOND,
      async run() {
        await writeSegments(ctx);
      },
    },
    {
      name: 'audiences',
      everyMs: 10 * MINUTE,
      async run() {
        await gatherActions(ctx);
        await refreshSegments(ctx);
        await forgetExpired(ctx);
      },
    },
    {
      name: 'pages',
      everyMs: MINUTE,
      async run() {
        await keepArticles(ctx);
        await restorePages(ctx);
      },
    },
  ];
}
