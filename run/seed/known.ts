/**
 * What the demo knows beside the market: articles of the last days and what they are about, segments, papers, and what readers
 * said of ads, so that no desk and no screen is empty. Set-wise, as the slices would have written it.
 */
import { createHash } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { canonicalPage, pageHash } from '../../bidding/wire/page.ts';
import type { Db } from '../../db/client.ts';
import { qualification } from '../../db/schema/archive.ts';
import { segment, segmentMember } from '../../db/schema/audiences.ts';
import { article } from '../../db/schema/content.ts';
import { feedback, feedbackCase } from '../../db/schema/feedback.ts';
import { rejectedEvent } from '../../db/schema/metering.ts';
import { property } from '../../db/schema/outlets.ts';
import type { ContentCategory, SafetyLabel } from '../../db/terms/content.ts';
import { addDays, dayOf } from '../../db/terms/day.ts';
import type { Category } from '../../db/terms/market.ts';
import { createRandom } from './random.ts';

interface Story {
  title: string;
  channel: string;
  categories: ContentCategory[];
  keywords: string[];
  safety?: SafetyLabel[];
}

const STORIES: readonly Story[] = [
  { title: '龙舟赛周末开桨 二十支队伍竞渡', channel: '体育', categories: ['sports'], keywords: ['龙舟', '决赛', '竞渡'] },
  { title: '早稻插秧忙 农机进田头', channel: '三农', categories: ['agriculture'], keywords: ['早稻', '插秧', '农机'] },
  { title: '古镇夜游升温 民宿一房难求', channel: '文旅', categories: ['tourism'], keywords: ['古镇', '夜游', '民宿'] },
  { title: '一季度外贸出口增长两位数', channel: '经济', categories: ['economy'], keywords: ['外贸', '出口', '订单'] },
  { title: '中考报名启动 这些时间节点请记牢', channel: '教育', categories: ['education'], keywords: ['中考', '报名', '考生'] },
  { title: '流感高发 医生提醒这样预防', channel: '健康', categories: ['health'], keywords: ['流感', '疫苗', '门诊'] },
  { title: '老旧小区加装电梯 居民点赞', channel: '民生', categories: ['local'], keywords: ['加装电梯', '小区', '居民'] },
  { title: '非遗剪纸走进课堂', channel: '文化', categories: ['culture', 'education'], keywords: ['非遗', '剪纸', '传承人'] },
  { title: '绕城高速夜间施工 请提前绕行', channel: '交通', categories: ['transport'], keywords: ['高速', '施工', '绕行'] },
  { title: '冷空气今夜到货 气温骤降', channel: '天气', categories: ['weather'], keywords: ['冷空气', '降温', '阵雨'] },
  { title: '货车侧翻致道路中断 救援仍在进行', channel: '社会', categories: ['transport'], keywords: ['侧翻', '救援', '道路'], safety: ['safety:disaster'] },
  { title: '反诈民警及时止付 挽回损失八万元', channel: '法治', categories: ['law'], keywords: ['反诈', '民警', '止付'] },
]; // biome-ignore format: one story a line

const HOUR_MS = 3_600_000;
const PAPER_KINDS = ['business_licence', 'trade_licence', 'trademark'] as const;

export interface KnownParts {
  advertisers: readonly { id: number; category: Category }[];
  creatives: ReadonlyMap<number, ReadonlyMap<string, readonly number[]>>;
  nowMs: number;
}

async function seedArticles(db: Db, nowMs: number): Promise<void> {
  const random = createRandom(152);
  const sites = await db
    .select({ id: property.id, outletId: property.outletId, domain: property.domain })
    .from(property)
    .where(sql`${property.domain} IS NOT NULL`)
    .orderBy(property.id)
    .limit(40);
  const today = dayOf(nowMs);
  const days = [0, 1, 2].map((ago) => addDays(today, -ago));
  for (const day of days) await db.execute(sql`SELECT article_partition(${day}::date)`);
  const rows = sites.flatMap((site, n) =>
    random.some(STORIES, 4).map((story, i) => {
      const url = `https://${site.domain}/article/${1_000 + n * 10 + i}.html`;
      const publishedAt = new Date(nowMs - random.between(1, 30) * HOUR_MS);
      return {
        day: dayOf(publishedAt.getTime()),
        urlHash: pageHash(canonicalPage(url) ?? url),
        url,
        outletId: site.outletId,
        propertyId: site.id,
        ...story,
        safety: story.safety ?? [],
        publishedAt,
        receivedAt: publishedAt,
      };
    }),
  );
  if (rows.length > 0) await db.insert(article).values(rows).onConflictDoNothing();
}

async function seedSegments(db: Db, { advertisers, nowMs }: KnownParts): Promise<void> {
  const today = dayOf(nowMs);
  const basis = { consentBasis: 'consent' as const, memberDays: 90 };
  for (const { id: advertiserId } of advertisers.slice(0, 6)) {
    const made = await db
      .insert(segment)
      .values([
        { ...basis, advertiserId, name: '会员名单', kind: 'upload', definition: {}, consentNote: '门店会员入会时勾选的个性化推荐同意书', isDirty: true, size: 120 },
        { ...basis, advertiserId, name: '近三十天点击', kind: 'behaviour', definition: { action: 'clicked', withinDays: 30, atLeast: 1, campaignIds: [] }, consentNote: '媒体隐私政策中的广告个性化同意' },
        { ...basis, advertiserId, name: '关注三农与文旅', kind: 'interest', definition: { categories: ['agriculture', 'tourism'], withinDays: 14, atLeast: 3 }, consentNote: '媒体隐私政策中的广告个性化同意' },
      ]) // biome-ignore format: one segment a line
      .returning({ id: segment.id });
    const members = Array.from({ length: 120 }, (_, i) => ({
      segmentId: made[0]?.id as number,
      userHash: createHash('sha256')
        .update(`demo ${advertiserId} ${i}`)
        .digest('base64url')
        .slice(0, 16),
      lastDay: addDays(today, 90),
    }));
    await db.insert(segmentMember).values(members);
  }
}

async function seedPapers(db: Db, { advertisers, nowMs }: KnownParts): Promise<void> {
  const today = dayOf(nowMs);
  const rows = advertisers.flatMap(({ id, category }, n) =>
    PAPER_KINDS.slice(0, 1 + (n % 3)).map((kind, i) => {
      const isVerified = (n + i) % 4 !== 3;
      return {
        advertiserId: id,
        kind,
        number: `${kind === 'business_licence' ? '9133' : 'ZJ'}${String(10_000_000 + n * 137 + i)}`,
        issuer: kind === 'trademark' ? '国家知识产权局' : '市场监督管理局',
        categories: [category],
        validFrom: addDays(today, -400),
        validUntil: kind === 'business_licence' ? null : addDays(today, n % 5 === 0 ? 18 : 300),
        status: isVerified ? ('verified' as const) : ('pending' as const),
        verifiedBy: isVerified ? 'seed' : null,
        verifiedAt: isVerified ? new Date(nowMs) : null,
      };
    }),
  );
  await db.insert(qualification).values(rows);
}

const SAID = [
  { kind: 'report' as const, reason: 'misleading', weight: 20, sayings: 7 },
  { kind: 'report' as const, reason: 'repetitive', weight: 1, sayings: 12 },
  { kind: 'notInterested' as const, reason: 'notInterested', weight: 0, sayings: 21 },
  { kind: 'report' as const, reason: 'offensive', weight: 20, sayings: 2 },
];

async function seedFeedback(db: Db, parts: KnownParts): Promise<void> {
  const random = createRandom(155);
  const spots = await db.execute<Record<string, string>>(sql`
    SELECT p.id, p.outlet_id, o.division_code FROM placement p JOIN outlet o ON o.id = p.outlet_id
    WHERE o.tier = 'county' ORDER BY p.id LIMIT 60`);
  for (const [n, said] of SAID.entries()) {
    const advertiserId = parts.advertisers[n]?.id as number;
    const creativeId = parts.creatives.get(advertiserId)?.get('native')?.[0];
    if (creativeId === undefined || spots.length === 0) continue;
    const { kind, reason, sayings } = said;
    const times = Array.from(
      { length: sayings },
      () => parts.nowMs - random.between(1, 90) * HOUR_MS,
    ).sort((a, b) => a - b);
    const at = { firstAt: new Date(times[0] as number), lastAt: new Date(times.at(-1) as number) };
    const [made] = await db
      .insert(feedbackCase)
      .values({
        advertiserId,
        creativeId,
        kind,
        reason,
        sayings,
        urgency: said.weight * sayings,
        ...at,
      })
      .returning({ id: feedbackCase.id });
    await db.insert(feedback).values(
      times.map((ms, i) => {
        const spot = random.pick(spots);
        return {
          key: `seed-${n}-${i}:0:${kind}`,
          caseId: made?.id as number,
          kind,
          reason: kind === 'report' ? reason : null,
          at: new Date(ms),
          outletId: Number(spot.outlet_id),
          placementId: Number(spot.id),
          divisionCode: spot.division_code ?? '',
          advertiserId,
          campaignId: 0,
          lineItemId: 0,
          creativeId,
          userHash: `seed${n}reader${i}`.padEnd(16, '0').slice(0, 16),
        };
      }),
    );
  }
}

const AUCTION = '/openrtb2/auction';
/** Of the last days, in hours before now: a page set up wrongly, and others that tried what they should not. */
const REFUSED = [
  { hoursAgo: 3, reason: 'unknown_placement', detail: { path: AUCTION, tagid: 'yuhang-top-banner', publisher: '13', pointer: '/imp/0/tagid', what: 'no such placement', ip: '198.51.100.24', userAgent: 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_2 like Mac OS X)' } },
  { hoursAgo: 9, reason: 'replayed', detail: { eventKey: '7f3a91c04be2d815:0:c', lineItemId: '2', ip: '198.51.100.77' } },
  { hoursAgo: 26, reason: 'forged', detail: { path: '/t/i', token: 'AQx0Zm9yZ2VkLXRva2Vu', ip: '203.0.113.9', userAgent: 'curl/8.5.0' } },
  { hoursAgo: 27, reason: 'expired', detail: { path: '/t/c', token: 'AQ5leHBpcmVkLXRva2Vu', ip: '198.51.100.61', userAgent: 'Mozilla/5.0 (Linux; Android 15)' } },
  { hoursAgo: 50, reason: 'invalid_request', detail: { path: AUCTION, tagid: '159', publisher: '13', pointer: '/imp/0/banner', what: 'w and h must be positive', ip: '198.51.100.24', userAgent: 'okhttp/4.12.0' } },
  { hoursAgo: 74, reason: 'malformed', detail: { path: AUCTION, tagid: '', publisher: '', pointer: '', what: 'the body is not JSON', ip: '203.0.113.9', userAgent: 'python-requests/2.32' } },
]; // biome-ignore format: one refusal a line

async function seedRefused(db: Db, nowMs: number): Promise<void> {
  const rows = REFUSED.toReversed().map(({ hoursAgo, ...one }) => ({
    ...one,
    at: new Date(nowMs - hoursAgo * HOUR_MS),
  }));
  await db.insert(rejectedEvent).values(rows);
}

export async function seedKnown(db: Db, parts: KnownParts): Promise<void> {
  await seedRefused(db, parts.nowMs);
  await seedArticles(db, parts.nowMs);
  await seedSegments(db, parts);
  await seedPapers(db, parts);
  await seedFeedback(db, parts);
}
