/**
 * The outlets' articles, from their feed to the nodes. Owns the way in (checked, put on a stream, answered at once), the
 * consumer that classifies and writes, and the record that auctions read. An article's text is read and let go.
 */
import { hostname } from 'node:os';
import { and, eq, sql } from 'drizzle-orm';
import { z } from 'zod';
import { keys } from '../../bidding/wire/keys.ts';
import { canonicalPage, encodePage, pageHash } from '../../bidding/wire/page.ts';
import type { Db } from '../../db/client.ts';
import type { RedisStore } from '../../db/redis.ts';
import type { article } from '../../db/schema/content.ts';
import { property } from '../../db/schema/outlets.ts';
import { addDays, type Clock, dayOf } from '../../db/terms/day.ts';
import { Failure, type FailureDetail } from '../../db/terms/failure.ts';
import { ownedBy } from '../http/auth.ts';
import type { Actor } from '../identity/actor.ts';
import { letGo, take } from '../metering/metering.ts';
import { classify } from './classify.ts';

export interface ContentContext {
  db: Db;
  redis: RedisStore;
  clock: Clock;
}
type Article = typeof article.$inferSelect;

export const MAX_ARTICLES = 200;
/** Articles waiting to be classified; beyond, an outlet is asked to come again. */
const MAX_WAITING = 100_000;
const BATCH = 500;
/** A page's record lives as long as it is read: news is forgotten within days. */
const PAGE_SECONDS = 7 * 86_400;
const KEEP_DAYS = 30;

const articleSchema = z.strictObject({
  url: z.string().min(1).max(2_000),
  title: z.string().trim().min(1).max(200),
  text: z.string().max(20_000),
  channel: z.string().trim().min(1).max(40).optional(),
  publishedAt: z.iso.datetime({ offset: true }).optional(),
});
export const feedSchema = z.strictObject({
  propertyId: z.number().int().positive(),
  articles: z.array(articleSchema).min(1).max(MAX_ARTICLES),
});
type Feed = z.infer<typeof feedSchema>;

interface Waiting {
  url: string;
  urlHash: string;
  outletId: number;
  propertyId: number;
  title: string;
  text: string;
  channel?: string | undefined;
  publishedAtMs: number;
}

/** The property must be the actor's, and have a domain: its articles are told by it. */
async function propertyOf(db: Db, actor: Actor, propertyId: number) {
  const [row] = await db
    .select({ id: property.id, outletId: property.outletId, domain: property.domain })
    .from(property)
    .where(and(eq(property.id, propertyId), ownedBy(actor, { outlet: property.outletId })));
  if (!row) {
    throw new Failure('not_found', {
      pointer: '/propertyId',
      zh: '找不到该站点，或不属于您',
      en: 'there is no such property, or not yours',
    });
  }
  return row;
}

const isWithin = (host: string, domain: string): boolean =>
  host === domain || host.endsWith(`.${domain}`);

/**
 * Takes a batch of the feed. Articles that are not the property's own are refused, each with its place; the others go on.
 * Fails with `limit_exceeded` while too many wait.
 */
export async function acceptArticles(ctx: ContentContext, actor: Actor, feed: Feed) {
  const owner = await propertyOf(ctx.db, actor, feed.propertyId);
  if ((await ctx.redis.xlen(keys.articles)) > MAX_WAITING) {
    throw new Failure('limit_exceeded', {
      zh: '待处理文章过多，请稍后重试',
      en: 'too many articles wait; send them again in a minute',
    });
  }
  const nowMs = ctx.clock();
  const refused: FailureDetail[] = [];
  const pipeline = ctx.redis.pipeline();
  for (const [i, { publishedAt, ...one }] of feed.articles.entries()) {
    const canonical = canonicalPage(one.url);
    const domain = owner.domain?.toLowerCase();
    if (!canonical || !domain || !isWithin(new URL(one.url).hostname, domain)) {
      refused.push({
        pointer: `/articles/${i}/url`,
        zh: `网址不属于该站点（${domain ?? '未填写域名'}）`,
        en: `the address is not of this property (${domain ?? 'which has no domain'})`,
      });
      continue;
    }
    const said = publishedAt === undefined ? nowMs : Date.parse(publishedAt);
    // A partition for every day that somebody types would be many: within the month kept.
    const publishedAtMs = Math.min(Math.max(said, nowMs - (KEEP_DAYS - 1) * 86_400_000), nowMs);
    const ids = { outletId: owner.outletId, propertyId: owner.id };
    const waiting: Waiting = { ...one, ...ids, urlHash: pageHash(canonical), publishedAtMs };
    pipeline.xadd(keys.articles, '*', 'a', JSON.stringify(waiting));
  }
  await pipeline.exec();
  return { accepted: feed.articles.length - refused.length, refused };
}

const literal = (values: readonly string[]): string =>
  `{${values.map((text) => `"${text.replaceAll('\0', '').replace(/[\\"]/g, '\\$&')}"`).join(',')}}`;

/** One statement a batch. What a person said of a page stays; the rows come back as they now are. */
async function write(db: Db, articles: readonly Waiting[], receivedAtMs: number) {
  const rows = articles.map((one) => {
    const { categories, keywords, safety } = classify(one);
    const day = dayOf(one.publishedAtMs);
    const { text: _read, publishedAtMs, channel, ...rest } = one;
    const publishedAt = new Date(publishedAtMs).toISOString();
    const lists = {
      categories: literal(categories),
      keywords: literal(keywords),
      safety: literal(safety),
    };
    return { ...rest, ...lists, channel: channel ?? null, day, publishedAt };
  });
  for (const day of new Set(rows.map((row) => row.day))) {
    await db.execute(sql`SELECT article_partition(${day}::date)`);
  }
  const receivedAt = new Date(receivedAtMs).toISOString();
  return db.execute<{
    urlHash: string;
    categories: string[];
    keywords: string[];
    safety: string[];
  }>(sql`
    INSERT INTO article AS a (day, url_hash, url, outlet_id, property_id, title, channel, categories, keywords, safety,
      published_at, received_at)
    SELECT day::date, "urlHash", url, "outletId", "propertyId", title, channel, categories::text[], keywords::text[],
      safety::text[], "publishedAt"::timestamptz, ${receivedAt}::timestamptz
    FROM json_to_recordset(${JSON.stringify(rows)}::text::json) AS t(day text, "urlHash" text, url text, "outletId" bigint,
      "propertyId" bigint, title text, channel text, categories text, keywords text, safety text, "publishedAt" text)
    ON CONFLICT (day, url_hash) DO UPDATE SET title = excluded.title, url = excluded.url, channel = excluded.channel,
      keywords = excluded.keywords, received_at = excluded.received_at,
      categories = CASE WHEN a.source = 'person' THEN a.categories ELSE excluded.categories END,
      safety = CASE WHEN a.source = 'person' THEN a.safety ELSE excluded.safety END
    RETURNING url_hash AS "urlHash", categories, keywords, safety`);
}

/** Puts what is known of pages where auctions read it. */
export async function writePages(
  redis: RedisStore,
  pages: readonly Pick<Article, 'urlHash' | 'categories' | 'keywords' | 'safety'>[],
): Promise<void> {
  // Not a pipeline: on a cluster the pages lie on different nodes. ioredis sends them together anyway.
  await Promise.all(
    pages.map(({ urlHash, categories, keywords, safety }) => {
      const record = encodePage({ categories: [...categories, ...safety], keywords });
      return redis.set(keys.page(urlHash), record, 'EX', PAGE_SECONDS);
    }),
  );
}

/** Of several versions in one batch the last: a statement may not touch a row twice. */
function lastOfEach(articles: readonly Waiting[]): Waiting[] {
  const byPage = new Map<string, Waiting>();
  for (const one of articles) byPage.set(`${dayOf(one.publishedAtMs)} ${one.urlHash}`, one);
  return [...byPage.values()];
}

/** Classifies one batch; returns how many entries it took. Written first, let go after: a crash does it again. */
export async function consumeArticles(
  ctx: ContentContext,
  options: { consumer?: string; claimIdleMs?: number } = {},
): Promise<number> {
  const consumer = options.consumer ?? `${hostname()}:${process.pid}`;
  const entries = await take(ctx.redis, keys.articles, consumer, BATCH, options.claimIdleMs);
  if (entries.length === 0) return 0;
  const articles = entries.map(({ fields }) => JSON.parse(fields.a ?? '{}') as Waiting);
  const pages = await write(ctx.db, lastOfEach(articles), ctx.clock());
  await writePages(ctx.redis, pages as unknown as Article[]);
  await letGo(ctx.redis, keys.articles, entries);
  return entries.length;
}

/** Drops the days past keeping; makes today's and tomorrow's. Called by the worker. */
export async function keepArticles(ctx: Pick<ContentContext, 'db' | 'clock'>): Promise<void> {
  const today = dayOf(ctx.clock());
  for (const day of [today, addDays(today, 1)]) {
    await ctx.db.execute(sql`SELECT article_partition(${day}::date)`);
  }
  await ctx.db.execute(sql`SELECT article_partition_drop(${addDays(today, -KEEP_DAYS)})`);
}

/** After a lost Redis: the pages that are still read, from the last days' rows. */
export async function restorePages(ctx: ContentContext): Promise<number> {
  if ((await ctx.redis.set(keys.pagesWritten, '1', 'NX')) === null) return 0;
  const since = addDays(dayOf(ctx.clock()), -3);
  let after = '';
  let written = 0;
  for (;;) {
    const rows = await ctx.db.execute<Article & Record<string, unknown>>(sql`
      SELECT url_hash AS "urlHash", categories, keywords, safety FROM article
      WHERE day >= ${since}::date AND url_hash > ${after} ORDER BY url_hash LIMIT 5000`);
    if (rows.length === 0) return written;
    await writePages(ctx.redis, rows);
    written += rows.length;
    after = rows.at(-1)?.urlHash ?? '';
  }
}
