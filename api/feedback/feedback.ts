/**
 * What readers say, from the stream to cases at the review desk. Owns the gathering (a saying counts once, by its key), how urgent a
 * case is, and what is left alone: closing an ad or asking why is no complaint. The stream is also read by nodes, so entries
 * are acknowledged and never removed.
 */
import { hostname } from 'node:os';
import { sql } from 'drizzle-orm';
import { decodeFeedback, type Feedback, type ReportReason } from '../../bidding/wire/feedback.ts';
import { keys, METERING_GROUP } from '../../bidding/wire/keys.ts';
import type { Database } from '../../db/client.ts';
import type { RedisStore } from '../../db/redis.ts';
import { type Clock, dayOf } from '../../db/terms/day.ts';
import { take } from '../metering/metering.ts';

export interface FeedbackContext {
  db: Database;
  redis: RedisStore;
  clock: Clock;
}

const BATCH = 500;
const KEEP_DAYS = 400;
/** What one report weighs by its reason; not interested is a taste, and weighs a hundredth. */
const WEIGHT: Record<ReportReason, number> = {
  illegal: 50,
  minors: 50,
  offensive: 20,
  misleading: 20,
  other: 5,
  repetitive: 1,
  irrelevant: 1,
};

interface Saying extends Feedback {
  caseReason: string;
  weight: number;
}

function sayingOf(text: string | undefined): Saying | undefined {
  const one = decodeFeedback(text ?? '');
  if (!one || (one.kind !== 'report' && one.kind !== 'notInterested')) return undefined;
  const ids = [
    one.outletId,
    one.placementId,
    one.advertiserId,
    one.campaignId,
    one.lineItemId,
    one.creativeId,
  ];
  if (!ids.every((id) => Number.isSafeInteger(id) && id >= 0) || one.creativeId === 0)
    return undefined;
  const isReport = one.kind === 'report';
  const reason = isReport ? (one.reason ?? 'other') : 'notInterested';
  if (isReport && !(reason in WEIGHT)) return undefined;
  return { ...one, caseReason: reason, weight: isReport ? WEIGHT[reason as ReportReason] : 0 };
}

/** One statement: new sayings only reach the counts of their case, which is opened where none is. */
async function write(db: Database, sayings: readonly Saying[]): Promise<number> {
  const rows = JSON.stringify(
    sayings.map((one) => ({ ...one, at: new Date(one.atMs).toISOString() })),
  );
  return db.transaction(async (tx) => {
    await tx.execute(sql`CREATE TEMP TABLE said ON COMMIT DROP AS
      SELECT DISTINCT ON (t.key) t.* FROM json_to_recordset(${rows}::text::json) AS t(key text, kind text, reason text,
        at timestamptz, "outletId" bigint, "placementId" bigint, "divisionCode" text, "advertiserId" bigint,
        "campaignId" bigint, "lineItemId" bigint, "creativeId" bigint, "userHash" text, "caseReason" text, weight int)
      WHERE NOT EXISTS (SELECT FROM feedback f WHERE f.key = t.key)`);
    await tx.execute(sql`
      INSERT INTO feedback_case AS c (advertiser_id, creative_id, kind, reason, sayings, urgency, first_at, last_at)
      SELECT "advertiserId", "creativeId", kind, "caseReason", count(*), sum(weight), min(at), max(at) FROM said
      GROUP BY 1, 2, 3, 4 ORDER BY 2, 3, 4
      ON CONFLICT (creative_id, kind, reason) WHERE status = 'open' DO UPDATE SET sayings = c.sayings + excluded.sayings,
        urgency = c.urgency + excluded.urgency, last_at = greatest(c.last_at, excluded.last_at), updated_at = now()`);
    const kept = await tx.execute(sql`
      INSERT INTO feedback (key, case_id, kind, reason, at, outlet_id, placement_id, division_code, advertiser_id,
        campaign_id, line_item_id, creative_id, user_hash)
      SELECT s.key, c.id, s.kind, s.reason, s.at, s."outletId", s."placementId", s."divisionCode", s."advertiserId",
        s."campaignId", s."lineItemId", s."creativeId", s."userHash"
      FROM said s JOIN feedback_case c ON c.creative_id = s."creativeId" AND c.kind = s.kind AND c.reason = s."caseReason"
        AND c.status = 'open'
      RETURNING 1`);
    return kept.length;
  });
}

/** Takes one batch; returns how many entries it took. Written first, acknowledged after. */
export async function gatherFeedback(
  ctx: FeedbackContext,
  options: { consumer?: string; claimIdleMs?: number } = {},
): Promise<number> {
  const consumer = options.consumer ?? `${hostname()}:${process.pid}`;
  const entries = await take(ctx.redis, keys.feedback, consumer, BATCH, options.claimIdleMs);
  if (entries.length === 0) return 0;
  const sayings = entries.flatMap(({ fields }) => sayingOf(fields.f) ?? []);
  if (sayings.length > 0) await write(ctx.db, sayings);
  await ctx.redis.xack(keys.feedback, METERING_GROUP, ...entries.map((entry) => entry.id));
  return entries.length;
}

/** Sayings are kept as long as raw events; cases stay. */
export async function forgetFeedback(ctx: Pick<FeedbackContext, 'db' | 'clock'>): Promise<void> {
  const today = dayOf(ctx.clock());
  await ctx.db.execute(sql`DELETE FROM feedback WHERE at < ${today}::date - ${KEEP_DAYS}::int`);
}
