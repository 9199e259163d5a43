/**
 * `npm run bench -- content [--articles 6000] [--json]`: articles of the outlets' feed from the API's verb through the stream to
 * rows and page records, by the product's own consumer. Goal: 300 articles/s with at most half a core, which is to say at most
 * 1,667 µs of this process's time an article. Classification alone is told apart.
 */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { classify } from '../../api/content/classify.ts';
import { acceptArticles, consumeArticles } from '../../api/content/content.ts';
import { CHANNELS, DANGERS, TOPICS } from '../../api/content/lexicon.ts';
import type { Actor } from '../../api/identity/actor.ts';
import { connect } from '../../db/client.ts';
import { bootPostgres } from '../../db/embedded/postgres.ts';
import { bootRedis } from '../../db/embedded/redis.ts';
import { migrate } from '../../db/migrate.ts';
import { outlet, property } from '../../db/schema/outlets.ts';
import { createRandom } from '../../run/seed/random.ts';
import { readArguments, report, round } from './kit/figures.ts';

const args = readArguments(process.argv.slice(2));
const ARTICLES = args.number('articles', 6_000);
const BATCH = 200;
const PLAIN =
  '记者从有关部门了解到 近日 当地 负责人介绍说 目前 各项工作 正在 有序推进 同时 进一步 加强 市民 可以 通过 现场 看到 下一步 将继续 据悉 活动 期间 相关 情况 表示 此次 为了 方便 大家 不断 提升 服务 水平'.split(
    ' ',
  );

/** Texts of 900 characters, the length of a county's news, of everyday words and those of two subjects. */
function makeArticles(): { url: string; title: string; text: string; channel?: string }[] {
  const random = createRandom(7);
  const subjects = Object.values({ ...TOPICS, ...DANGERS });
  return Array.from({ length: ARTICLES }, (_, i) => {
    const words = [...random.pick(subjects), ...random.pick(subjects)].map((word) =>
      word.replace('*', ''),
    );
    let text = '';
    while (text.length < 900) {
      text += random.next() < 0.3 ? random.pick(words) : random.pick(PLAIN);
      if (random.next() < 0.1) text += '，';
      else if (random.next() < 0.05) text += '。';
    }
    const title = `${random.pick(words)}${random.pick(PLAIN)}${random.pick(words)}`;
    const channel = random.next() < 0.5 ? { channel: random.pick(Object.keys(CHANNELS)) } : {};
    return { url: `https://news.example/${i}.html`, title, text, ...channel };
  });
}

const cpuMicros = (since?: NodeJS.CpuUsage): number => {
  const used = process.cpuUsage(since);
  return used.user + used.system;
};

const folder = mkdtempSync(join(tmpdir(), 'hongze-content-'));
chmodSync(folder, 0o755);
const servers = await Promise.all([
  bootPostgres({ dataDir: join(folder, 'postgres'), durable: false }),
  bootRedis({ dataDir: join(folder, 'redis'), durable: false }),
]);
const [{ url: databaseUrl }, { url: redisUrl }] = servers;
await migrate(databaseUrl);
const db = connect(databaseUrl, { max: 4 });
const redis = new Redis(redisUrl);
const ctx = { db, redis, clock: Date.now };
const [owner] = await db
  .insert(outlet)
  .values({
    organizationId: 'o',
    name: '富阳融媒',
    tier: 'county',
    divisionCode: '330111',
    status: 'active',
  })
  .returning();
const [site] = await db
  .insert(property)
  .values({ outletId: owner?.id as number, kind: 'site', name: '新闻网', domain: 'news.example' })
  .returning();
const actor = {
  kind: 'outlet',
  outletIds: [owner?.id as number],
  advertiserIds: [],
} as unknown as Actor;

const articles = makeArticles();
const beforeLoad = process.cpuUsage();
classify(articles[0] as (typeof articles)[number]);
const loadMs = cpuMicros(beforeLoad) / 1_000;
const alone = process.cpuUsage();
const sample = articles.slice(0, 1_000);
for (const one of sample) classify(one);
const classifyMicros = cpuMicros(alone) / sample.length;

const began = process.cpuUsage();
const startedMs = performance.now();
let accepted = 0;
for (let i = 0; i < articles.length; i += BATCH) {
  const feed = { propertyId: site?.id as number, articles: articles.slice(i, i + BATCH) };
  accepted += (await acceptArticles(ctx, actor, feed)).accepted;
  while ((await consumeArticles(ctx)) > 0);
}
const wallS = (performance.now() - startedMs) / 1_000;
const micros = cpuMicros(began) / ARTICLES;
const pages = await redis.dbsize();
report(
  'content',
  {
    articles: ARTICLES,
    articlesPerS: Math.round(ARTICLES / wallS),
    classifyMicros: Math.round(classifyMicros),
    cpuMicrosAnArticle: Math.round(micros),
    coresAt300PerS: round((micros * 300) / 1e6, 3),
    goalCores: 0.5,
    loadMs: Math.round(loadMs),
    complete: accepted === ARTICLES && pages >= ARTICLES,
  },
  args,
);
redis.disconnect();
await db.$client.end();
await Promise.all(servers.map((server) => server.stop()));
rmSync(folder, { recursive: true, force: true });
