/** The content feed over HTTP: outlets send articles by API key in batches, look at what was understood, and correct it. */
import { Hono } from 'hono';
import { describeRoute } from 'hono-openapi';
import { z } from 'zod';
import {
  CONTENT_CATEGORIES,
  CONTENT_CATEGORY_KEYS,
  SAFETY_KEYS,
  SAFETY_LABELS,
} from '../../db/terms/content.ts';
import type { AppEnv } from '../context.ts';
import { requireActor } from '../http/auth.ts';
import { json, query, wire } from '../http/validation.ts';
import { classify } from './classify.ts';
import { acceptArticles, feedSchema, MAX_ARTICLES } from './content.ts';
import {
  articleQuery,
  contentOverview,
  correctArticle,
  listArticles,
  withdrawArticles,
} from './pages.ts';

const tags = ['content'];
const sender = requireActor('outlet', 'platform:operator');
const viewer = requireActor('outlet', 'platform');
const url = z.string().min(1).max(2_000);

const named = (words: Record<string, { zh: string; en: string }>) =>
  Object.entries(words).map(([key, names]) => ({ key, ...names }));

export const contentRoutes = new Hono<AppEnv>()
  .post(
    '/articles',
    describeRoute({
      tags,
      summary: 'Send up to 200 articles of one property; each that is refused is named',
    }),
    sender,
    json(feedSchema),
    async (c) => c.json(await acceptArticles(c.var.ctx, c.var.actor, c.req.valid('json')), 202),
  )
  .get(
    '/articles',
    describeRoute({ tags, summary: 'What was understood of articles, newest first' }),
    viewer,
    query(articleQuery),
    async (c) => c.json(wire(await listArticles(c.var.ctx.db, c.var.actor, c.req.valid('query')))),
  )
  .post(
    '/articles/classification',
    describeRoute({ tags, summary: 'What the rules make of a text; nothing is kept' }),
    viewer,
    json(z.strictObject({ title: z.string().min(1).max(200), text: z.string().max(20_000) })),
    (c) => c.json(classify(c.req.valid('json'))),
  )
  .put(
    '/articles/classification',
    describeRoute({ tags, summary: 'Say what a page is about; the rules leave it so' }),
    sender,
    json(
      z.strictObject({
        url,
        categories: z.array(z.enum(CONTENT_CATEGORY_KEYS)).max(5),
        safety: z.array(z.enum(SAFETY_KEYS)).max(SAFETY_KEYS.length),
      }),
    ),
    async (c) => c.json(wire(await correctArticle(c.var.ctx, c.var.actor, c.req.valid('json')))),
  )
  .post(
    '/articles/withdrawals',
    describeRoute({ tags, summary: 'Articles that are no more' }),
    sender,
    json(z.strictObject({ urls: z.array(url).min(1).max(MAX_ARTICLES) })),
    async (c) => c.json(await withdrawArticles(c.var.ctx, c.var.actor, c.req.valid('json').urls)),
  )
  .get(
    '/content/words',
    describeRoute({ tags, summary: 'Content categories and brand-safety labels' }),
    requireActor(),
    (c) => c.json({ categories: named(CONTENT_CATEGORIES), safety: named(SAFETY_LABELS) }),
  )
  .get(
    '/content/overview',
    describeRoute({ tags, summary: 'How many articles are about what, in the last days' }),
    requireActor(),
    query(z.object({ days: z.coerce.number().int().min(1).max(30).default(7) })),
    async (c) => c.json(await contentOverview(c.var.ctx, c.req.valid('query').days)),
  );
