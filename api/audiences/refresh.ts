/**
 * Members by what readers did: clicks, conversions, what they read about. Owns the gathering by day and the choice of who
 * belongs now. Readers without a pseudonym are in nothing, and nobody who asked to be forgotten comes back.
 */
import { hostname } from 'node:os';
import { and, eq, ne, type SQL, sql } from 'drizzle-orm';
import { EVENT_KIND } from '../../bidding/wire/event.ts';
import { keys } from '../../bidding/wire/keys.ts';
import type { Db } from '../../db/client.ts';
import type { RedisStore } from '../../db/redis.ts';
import {
  type BehaviourDefinition,
  type InterestDefinition,
  segment,
} from '../../db/schema/audiences.ts';
import { CONTENT_CATEGORIES } from '../../db/terms/content.ts';
import { addDays, type Clock, type Day, dayOf } from '../../db/terms/day.ts';
import { letGo, take } from '../metering/metering.ts';
import { countMembers, writeReaders } from './writing.ts';

interface RefreshContext {
  db: Db;
  redis: RedisStore;
  clock: Clock;
}

const REFRESH_MS = 3_600_000;
const INTEREST_BATCH = 200;
const MAX_VIEWS = 1_000;

/** Clicks and conversions of yesterday and today, of advertisers that ask for them; counted anew, so it may be repeated. */
export async function gatherActions(ctx: Pick<RefreshContext, 'db' | 'clock'>): Promise<void> {
  const today = dayOf(ctx.clock());
  for (const day of [addDays(today, -1), today]) {
    await ctx.db.execute(sql`
      INSERT INTO reader_action AS a (day, advertiser_id, campaign_id, line_item_id, kind, user_hash, actions)
      SELECT e.day, e.advertiser_id, min(e.campaign_id), e.line_item_id, e.kind, e.user_hash, count(*)
      FROM event e
      WHERE e.day = ${day}::date AND e.kind IN (${EVENT_KIND.click}, ${EVENT_KIND.conversion}) AND e.ivt = 0
        AND e.user_hash <> '' AND e.advertiser_id IN (SELECT advertiser_id FROM segment
          WHERE kind = 'behaviour' AND status <> 'deleted')
        AND NOT EXISTS (SELECT FROM reader_erasure r WHERE r.user_hash = e.user_hash)
      GROUP BY e.day, e.advertiser_id, e.line_item_id, e.kind, e.user_hash
      ON CONFLICT (advertiser_id, day, line_item_id, kind, user_hash) DO UPDATE SET actions = excluded.actions`);
  }
}

const PSEUDONYM = /^[\w-]{16}$/;

/** `<pseudonym> category=3 …` a line, as nodes send them; what is not of that form is passed over. */
function viewsIn(text: string): { userHash: string; category: string; views: number }[] {
  return text.split('\n').flatMap((line) => {
    const [userHash = '', ...pairs] = line.split(' ');
    if (!PSEUDONYM.test(userHash)) return [];
    return pairs.flatMap((pair) => {
      const [category = '', count] = pair.split('=');
      const views = Math.min(MAX_VIEWS, Number(count));
      return category in CONTENT_CATEGORIES && views >= 1 ? [{ userHash, category, views }] : [];
    });
  });
}

/** Takes what nodes gathered of readers' interests; returns entries taken. */
export async function gatherInterests(
  ctx: RefreshContext,
  options: { consumer?: string; claimIdleMs?: number } = {},
): Promise<number> {
  const consumer = options.consumer ?? `${hostname()}:${process.pid}`;
  const entries = await take(
    ctx.redis,
    keys.interests,
    consumer,
    INTEREST_BATCH,
    options.claimIdleMs,
  );
  if (entries.length === 0) return 0;
  const rows = entries.flatMap(({ fields }) => {
    const atMs = Number(fields.atMs);
    const day = dayOf(atMs > 0 ? atMs : ctx.clock());
    return viewsIn(fields.views ?? '').map((one) => ({ ...one, day }));
  });
  // A crash before letting go counts these again: an interest is an estimate, and the least that may be wrong.
  await ctx.db.execute(sql`
    INSERT INTO reader_interest AS i (day, category, user_hash, views)
    SELECT t.day::date, t.category, t."userHash", sum(t.views)
    FROM json_to_recordset(${JSON.stringify(rows)}::text::json) AS t(day text, category text, "userHash" text, views int)
    WHERE NOT EXISTS (SELECT FROM reader_erasure r WHERE r.user_hash = t."userHash")
    GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
    ON CONFLICT (category, day, user_hash) DO UPDATE SET views = i.views + excluded.views`);
  await letGo(ctx.redis, keys.interests, entries);
  return entries.length;
}

type Derived = typeof segment.$inferSelect;

/** Pseudonyms that belong now, with the last day on which they earned it. */
function chosen(row: Derived, today: Day): SQL {
  if (row.kind === 'behaviour') {
    const { action, withinDays, atLeast, campaignIds } = row.definition as BehaviourDefinition;
    const kind = action === 'clicked' ? EVENT_KIND.click : EVENT_KIND.conversion;
    const ids = `{${campaignIds.join(',')}}`;
    return sql`SELECT user_hash, max(day) AS earned FROM reader_action
      WHERE advertiser_id = ${row.advertiserId} AND kind = ${kind} AND day > ${addDays(today, -withinDays)}::date
        AND (${campaignIds.length} = 0 OR campaign_id = ANY (${ids}::text::bigint[]))
      GROUP BY user_hash HAVING sum(actions) >= ${atLeast}`;
  }
  const { categories, withinDays, atLeast } = row.definition as InterestDefinition;
  return sql`SELECT user_hash, max(day) AS earned FROM reader_interest
    WHERE category = ANY (${`{${categories.join(',')}}`}::text::text[]) AND day > ${addDays(today, -withinDays)}::date
    GROUP BY user_hash HAVING sum(views) >= ${atLeast}`;
}

/** Brings one segment's members up to date; returns the pseudonyms whose membership changed. */
async function refreshSegment(db: Db, row: Derived, today: Day): Promise<string[]> {
  const changed = await db.execute<{ user_hash: string }>(sql`
    WITH chosen AS (${chosen(row, today)}),
    gone AS (
      DELETE FROM segment_member m WHERE m.segment_id = ${row.id}
        AND NOT EXISTS (SELECT FROM chosen c WHERE c.user_hash = m.user_hash) RETURNING m.user_hash
    ),
    kept AS (
      INSERT INTO segment_member AS m (segment_id, user_hash, last_day)
      SELECT ${row.id}::bigint, user_hash, earned + ${row.memberDays}::int FROM chosen
      ON CONFLICT (segment_id, user_hash) DO UPDATE SET last_day = excluded.last_day
        WHERE m.last_day <> excluded.last_day
      RETURNING m.user_hash
    )
    SELECT user_hash FROM gone UNION SELECT user_hash FROM kept`);
  return changed.map((one) => one.user_hash);
}

/** Segments by behaviour and interest that are an hour old; returns how many it refreshed. */
export async function refreshSegments(ctx: RefreshContext): Promise<number> {
  const nowMs = ctx.clock();
  const before = new Date(nowMs - REFRESH_MS).toISOString();
  const due = await ctx.db
    .select()
    .from(segment)
    .where(
      and(
        ne(segment.kind, 'upload'),
        eq(segment.status, 'active'),
        sql`(${segment.refreshedAt} IS NULL OR ${segment.refreshedAt} < ${before}::timestamptz)`,
      ),
    )
    .orderBy(segment.id);
  for (const row of due) {
    const changed = await refreshSegment(ctx.db, row, dayOf(nowMs));
    await countMembers(ctx.db, row.id, dayOf(nowMs));
    await writeReaders(ctx, changed);
    await ctx.db
      .update(segment)
      .set({ refreshedAt: new Date(nowMs) })
      .where(eq(segment.id, row.id));
  }
  return due.length;
}
