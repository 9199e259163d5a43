/**
 * Click and conversion rates, learned from the metered events and shipped to the nodes. Owns how far learning has come, what is
 * kept of it, and when a model goes out. State and place are saved together, so that a worker that takes over learns every
 * event once and in its order.
 */
import { gzipSync } from 'node:zlib';
import { sql } from 'drizzle-orm';
import { type Levels, PRIOR_CTR, PRIOR_CVR } from '../../bidding/engine/pctr.ts';
import { RateLearner } from '../../bidding/engine/rateLearner.ts';
import { keys } from '../../bidding/wire/keys.ts';
import type { Db } from '../../db/client.ts';
import { rateModel } from '../../db/schema/delivery.ts';
import { FORMATS, type Format } from '../../db/terms/market.ts';
import { watermark } from '../metering/metering.ts';
import {
  CLICK_WAIT_MS,
  CONVERSION_WAIT_MS,
  clickLessons,
  impressionLessons,
  type Lesson,
} from './outcomes.ts';
import { type DeliveryContext, publishChanges } from './publish.ts';

/** Of a market's history, so much is learned when it is looked at for the first time. */
const HISTORY_MS = 7 * 86_400_000;
/** Events are read a slice of time at once, in memory. */
const SLICE_MS = 300_000;
/** Slices a run takes, so that other tasks get their turn while much is to be caught up. */
const SLICES_A_RUN = 50;
const SAVE_EVERY_MS = 300_000;
/** Fewer than this say nothing of a market's level. */
const LEAST_IMPRESSIONS = 10_000;
const LEAST_CLICKS = 1_000;
const ONLY_ROW = 1;

interface Learning {
  learner: RateLearner;
  impressionsUntilMs: number;
  clicksUntilMs: number;
  /** Learned since the last save. */
  lessons: number;
  savedAtMs: number;
}

const learningOf = new WeakMap<object, Learning>();

export interface Learned {
  impressions: number;
  clicks: number;
  /** A model went out to the nodes. */
  published: boolean;
}

/** Learns what was decided since the last run. Call every minute or so, in one process at a time. */
export async function learnRates(ctx: DeliveryContext): Promise<Learned> {
  const state = await resume(ctx);
  const seenMs = await watermark(ctx);
  const { learner } = state;
  const impressions = await advance(
    { fromMs: state.impressionsUntilMs, toMs: seenMs - CLICK_WAIT_MS },
    (fromMs, toMs) => impressionLessons(ctx.db, fromMs, toMs),
    (it) => learner.learnImpression(it.item, it.creative, it.place, it.outcome),
    (toMs) => {
      state.impressionsUntilMs = toMs;
    },
  );
  const clicks = await advance(
    { fromMs: state.clicksUntilMs, toMs: seenMs - CONVERSION_WAIT_MS },
    (fromMs, toMs) => clickLessons(ctx.db, fromMs, toMs),
    (it) => learner.learnClick(it.item, it.creative, it.place, it.outcome),
    (toMs) => {
      state.clicksUntilMs = toMs;
    },
  );
  state.lessons += impressions + clicks;
  const isDue = state.lessons > 0 && ctx.clock() - state.savedAtMs >= SAVE_EVERY_MS;
  if (isDue) await saveAndPublish(ctx, state);
  return { impressions, clicks, published: isDue };
}

/** Learns slice by slice; a failure leaves the place where the last whole slice ended. */
async function advance(
  span: { fromMs: number; toMs: number },
  read: (fromMs: number, toMs: number) => Promise<Lesson[]>,
  learn: (lesson: Lesson) => void,
  reached: (toMs: number) => void,
): Promise<number> {
  let lessons = 0;
  let { fromMs } = span;
  for (let slice = 0; slice < SLICES_A_RUN && fromMs < span.toMs; slice++) {
    const toMs = Math.min(fromMs + SLICE_MS, span.toMs);
    const found = await read(fromMs, toMs);
    for (const lesson of found) learn(lesson);
    lessons += found.length;
    fromMs = toMs;
    reached(toMs);
  }
  return lessons;
}

/** What this process knows, unless another has learned on meanwhile; else what is kept; else the beginning. */
async function resume(ctx: DeliveryContext): Promise<Learning> {
  const [row] = await ctx.db.select().from(rateModel);
  const mine = learningOf.get(ctx.db);
  if (mine && (row?.savedAt.getTime() ?? mine.savedAtMs) === mine.savedAtMs) return mine;
  const learner = row && RateLearner.load(row.state);
  const state: Learning =
    row && learner
      ? {
          learner,
          impressionsUntilMs: row.impressionsUntilMs,
          clicksUntilMs: row.clicksUntilMs,
          lessons: 0,
          savedAtMs: row.savedAt.getTime(),
        }
      : await begin(ctx);
  learningOf.set(ctx.db, state);
  return state;
}

async function begin(ctx: DeliveryContext): Promise<Learning> {
  const oldestMs = ctx.clock() - HISTORY_MS;
  const [row] = await ctx.db.execute<{ first: string | null }>(
    sql`SELECT min(at_ms) AS first FROM event WHERE at_ms >= ${oldestMs}`,
  );
  const fromMs = Number(row?.first ?? ctx.clock());
  return {
    learner: new RateLearner(await levelsSince(ctx.db, oldestMs)),
    impressionsUntilMs: fromMs,
    clicksUntilMs: fromMs,
    lessons: 0,
    savedAtMs: 0,
  };
}

/** How the market's rates compare with the prior, by the hourly sums. */
async function levelsSince(db: Db, sinceMs: number): Promise<Levels> {
  const rows = await db.execute<{
    format: Format;
    shown: string;
    clicks: string;
    sold: string;
  }>(sql`
    SELECT c.format, sum(r.impressions) AS shown, sum(r.clicks) AS clicks, sum(r.conversions) AS sold
    FROM rollup_hour r JOIN creative c ON c.id = r.creative_id JOIN line_item li ON li.id = r.line_item_id
    WHERE r.hour >= ${Math.floor(sinceMs / 3_600_000)} AND li.bid_fen > 0 GROUP BY c.format`);
  const sums = { shown: 0, clicks: 0, sold: 0, expected: 0 };
  for (const row of rows) {
    if (!FORMATS.includes(row.format)) continue;
    sums.shown += Number(row.shown);
    sums.clicks += Number(row.clicks);
    sums.sold += Number(row.sold);
    sums.expected += Number(row.shown) * PRIOR_CTR[row.format];
  }
  return {
    ctr: sums.shown >= LEAST_IMPRESSIONS && sums.clicks > 0 ? sums.clicks / sums.expected : 1,
    cvr: sums.clicks >= LEAST_CLICKS && sums.sold > 0 ? sums.sold / (sums.clicks * PRIOR_CVR) : 1,
  };
}

/** Kept first: nodes never predict by what would be forgotten. */
async function saveAndPublish(ctx: DeliveryContext, state: Learning): Promise<void> {
  const savedAtMs = ctx.clock();
  const row = {
    state: state.learner.save(),
    impressionsUntilMs: state.impressionsUntilMs,
    clicksUntilMs: state.clicksUntilMs,
    savedAt: new Date(savedAtMs),
  };
  await ctx.db
    .insert(rateModel)
    .values({ id: ONLY_ROW, ...row })
    .onConflictDoUpdate({ target: rateModel.id, set: row });
  state.savedAtMs = savedAtMs;
  state.lessons = 0;
  await ctx.redis.set(keys.model, gzipSync(state.learner.encode(), { level: 1 }));
  await publishChanges(ctx, { hasNewModel: true });
}
