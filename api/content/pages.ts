/**
 * Articles looked at, corrected, taken out. Owns a person's word on a page, which the rules do not overwrite, and the overview
 * of what the province's outlets write about.
 */
import { and, arrayContains, desc, eq, sql } from 'drizzle-orm';
import { z } from 'zod';
import { keys } from '../../bidding/wire/keys.ts';
import { canonicalPage, pageHash } from '../../bidding/wire/page.ts';
import type { Db } from '../../db/client.ts';
import { article } from '../../db/schema/content.ts';
import { asHouse } from '../../db/scope.ts';
import {
  CONTENT_CATEGORY_KEYS,
  type ContentCategory,
  SAFETY_KEYS,
  type SafetyLabel,
} from '../../db/terms/content.ts';
import { addDays, type Day, dayOf, daySchema } from '../../db/terms/day.ts';
import { Failure } from '../../db/terms/failure.ts';
import { idSchema } from '../../db/terms/id.ts';
import { record } from '../audit/audit.ts';
import { notFound, ownedBy } from '../http/auth.ts';
import { decodeCursor, encodeCursor, pageQuery } from '../http/paging.ts';
import type { Actor } from '../identity/actor.ts';
import { type ContentContext, writePages } from './content.ts';

export const articleQuery = pageQuery.extend({
  day: daySchema.optional(),
  outletId: idSchema.optional(),
  category: z.enum(CONTENT_CATEGORY_KEYS).optional(),
  safety: z.enum(SAFETY_KEYS).optional(),
  url: z.string().max(2_000).optional(),
});

/** Newest first, of the outlet's own or all for the platform. */
export async function listArticles(db: Db, actor: Actor, q: z.infer<typeof articleQuery>) {
  const canonical = q.url === undefined ? undefined : canonicalPage(q.url);
  if (q.url !== undefined && canonical === undefined) return { items: [], nextCursor: null };
  const before = decodeCursor(q.cursor)?.split(' ');
  const rows = await db
    .select()
    .from(article)
    .where(
      and(
        ownedBy(actor, { outlet: article.outletId }),
        q.day ? eq(article.day, q.day) : undefined,
        q.outletId ? eq(article.outletId, q.outletId) : undefined,
        q.category ? arrayContains(article.categories, [q.category]) : undefined,
        q.safety ? arrayContains(article.safety, [q.safety]) : undefined,
        canonical ? eq(article.urlHash, pageHash(canonical)) : undefined,
        before
          ? sql`(${article.receivedAt}, ${article.urlHash}) < (${before[0]}::timestamptz, ${before[1]})`
          : undefined,
      ),
    )
    .orderBy(desc(article.receivedAt), desc(article.urlHash))
    .limit(q.limit + 1);
  const items = rows.slice(0, q.limit);
  const last = items.at(-1);
  const more = rows.length > q.limit && last !== undefined;
  const cursor = more ? encodeCursor(`${last.receivedAt.toISOString()} ${last.urlHash}`) : null;
  return { items, nextCursor: cursor };
}

const hashOf = (url: string, pointer: string): string => {
  const canonical = canonicalPage(url);
  if (canonical !== undefined) return pageHash(canonical);
  throw new Failure('invalid_input', {
    pointer,
    zh: '须为网页地址',
    en: 'must be the address of a web page',
  });
};

export interface Correction {
  url: string;
  categories: ContentCategory[];
  safety: SafetyLabel[];
}

/** A person says what a page is about; nodes know it within minutes. */
export async function correctArticle(ctx: ContentContext, actor: Actor, input: Correction) {
  const urlHash = hashOf(input.url, '/url');
  const row = await ctx.db.transaction(async (tx) => {
    const mine = and(eq(article.urlHash, urlHash), ownedBy(actor, { outlet: article.outletId }));
    const [before] = await tx
      .select()
      .from(article)
      .where(mine)
      .orderBy(desc(article.day))
      .limit(1);
    if (!before) throw notFound();
    const { categories, safety } = input;
    const [after] = await tx
      .update(article)
      .set({ categories, safety, source: 'person' })
      .where(and(eq(article.day, before.day), eq(article.urlHash, urlHash)))
      .returning();
    const said = { categories: before.categories, safety: before.safety };
    const subject = `article:${urlHash}` as const;
    await record(tx, {
      actor,
      action: 'article.correct',
      subject,
      before: said,
      after: { categories, safety },
    });
    return after as typeof article.$inferSelect;
  });
  await writePages(ctx.redis, [row]);
  return row;
}

/** Articles that are no more: nothing of them is matched, nothing shown here. */
export async function withdrawArticles(ctx: ContentContext, actor: Actor, urls: readonly string[]) {
  const hashes = urls.map((url, i) => hashOf(url, `/urls/${i}`));
  const list = `{${hashes.join(',')}}`;
  const gone = await ctx.db
    .delete(article)
    .where(
      and(
        sql`${article.urlHash} = ANY (${list}::text::text[])`,
        ownedBy(actor, { outlet: article.outletId }),
      ),
    )
    .returning({ urlHash: article.urlHash });
  if (gone.length > 0) {
    const names = gone.map(({ urlHash }) => keys.page(urlHash));
    await Promise.all(names.map((name) => ctx.redis.del(name)));
  }
  return { withdrawn: gone.length };
}

/** How many articles a day are about what: the market's own knowledge, no outlet's secret. */
export function contentOverview(ctx: Pick<ContentContext, 'db' | 'clock'>, days: number) {
  // Over the wall: all outlets' articles are counted, and none is named.
  return asHouse(ctx.db, (db) => overview(db, addDays(dayOf(ctx.clock()), 1 - days)));
}

async function overview(db: Db, since: Day) {
  const rows = await db.execute<{ label: string; articles: string; outlets: string }>(sql`
    SELECT label, count(*) AS articles, count(DISTINCT outlet_id) AS outlets
    FROM article, unnest(categories || safety) AS label
    WHERE day >= ${since}::date GROUP BY label ORDER BY 2 DESC`);
  const [all] = await db.execute<{ articles: string; outlets: string }>(sql`
    SELECT count(*) AS articles, count(DISTINCT outlet_id) AS outlets FROM article WHERE day >= ${since}::date`);
  return {
    since,
    articles: Number(all?.articles ?? 0),
    outlets: Number(all?.outlets ?? 0),
    items: rows.map((row) => ({
      label: row.label,
      articles: Number(row.articles),
      outlets: Number(row.outlets),
    })),
  };
}
