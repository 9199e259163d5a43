/** What the demo advertisers buy: campaigns over counties, cities or the whole province, with line items of several kinds. */

import type { Db } from '../../db/client.ts';
import { advertiser, campaign, lineItem, lineItemCreative } from '../../db/schema/campaigns.ts';
import { addDays, type Day } from '../../db/terms/day.ts';
import { divisionLevel } from '../../db/terms/division.ts';
import type { Format, FrequencyCap, Pricing } from '../../db/terms/market.ts';
import { MICRO_CNY_PER_YUAN } from '../../db/terms/money.ts';
import type { Target } from '../../db/terms/target.ts';
import type { SeedAdvertiser } from './advertisers.ts';
import { PROVINCE, type SeedDivision } from './divisions.ts';
import { createRandom, type Random } from './random.ts';

/** Days before and after the seed's day in which the demo campaigns run. */
export const RUNS_BEFORE_DAYS = 62;
export const RUNS_AFTER_DAYS = 90;

interface LinePlan {
  name: string;
  formats: Format[];
  pricing: Pricing;
  bidFen: [from: number, to: number];
  dailyYuan: [from: number, to: number];
  caps: FrequencyCap[];
}

const LINES: readonly LinePlan[] = [
  {
    name: '横幅与信息流',
    formats: ['banner', 'native'],
    pricing: 'CPM',
    bidFen: [900, 2_600],
    dailyYuan: [300, 1_800],
    caps: [{ scope: 'lineItem', window: 'day', count: 6 }],
  },
  {
    name: '开屏与联播屏',
    formats: ['splash', 'dooh'],
    pricing: 'CPM',
    bidFen: [2_400, 5_500],
    dailyYuan: [400, 2_400],
    caps: [
      { scope: 'lineItem', window: 'day', count: 3 },
      { scope: 'advertiser', window: 'day', count: 10 },
    ],
  },
  {
    name: '点击到店',
    formats: ['native', 'banner'],
    pricing: 'CPC',
    bidFen: [60, 180],
    dailyYuan: [200, 900],
    caps: [],
  },
];

/** Where each advertiser buys: its own counties, one or two cities, or everywhere. */
function places(random: Random, divisions: readonly SeedDivision[], index: number): string[] {
  if (index % 4 === 0) return [PROVINCE];
  const cities = divisions.filter((d) => divisionLevel(d.code) === 'city').map((d) => d.code);
  if (index % 4 === 1) return random.some(cities, 2);
  const counties = divisions.filter((d) => divisionLevel(d.code) === 'county').map((d) => d.code);
  if (index % 4 === 2) return random.some(counties, random.between(6, 14));
  return [...random.some(cities, 1), ...random.some(counties, 5)];
}

const DAYTIME = Array.from({ length: 168 }, (_, hour) => hour).filter(
  (hour) => hour % 24 >= 7 && hour % 24 < 23,
);

function targetOf(random: Random, at: string[], plan: LinePlan): Target {
  const all: Target[] = [{ attribute: 'division', in: at }];
  if (plan.pricing === 'CPC') all.push({ attribute: 'device', in: ['mobile', 'tablet'] });
  if (random.next() < 0.25) all.push({ attribute: 'hourOfWeek', in: DAYTIME });
  return { all };
}

export interface SeedLine {
  lineItemId: number;
  campaignId: number;
  advertiserId: number;
  pricing: Pricing;
  bidFen: number;
  divisionCodes: string[];
  formats: Format[];
  creativeIds: number[];
}

export async function seedAdvertisers(
  db: Db,
  list: readonly SeedAdvertiser[],
  organizationOf: (index: number) => string,
): Promise<{ id: number; who: SeedAdvertiser }[]> {
  const rows = await db
    .insert(advertiser)
    .values(
      list.map((who, i) => ({
        organizationId: organizationOf(i),
        name: who.name,
        category: who.category,
        domain: who.domain,
        status: 'active' as const,
      })),
    )
    .returning({ id: advertiser.id });
  return list.map((who, i) => ({ id: rows[i]?.id as number, who }));
}

/** Two campaigns for every third advertiser, one for the others; two or three line items each. */
export async function seedCampaigns(
  db: Db,
  advertisers: readonly { id: number; who: SeedAdvertiser }[],
  divisions: readonly SeedDivision[],
  creatives: ReadonlyMap<number, ReadonlyMap<Format, number[]>>,
  today: Day,
): Promise<SeedLine[]> {
  const random = createRandom(330_000);
  const startsOn = addDays(today, -RUNS_BEFORE_DAYS);
  const endsOn = addDays(today, RUNS_AFTER_DAYS);
  const days = BigInt(RUNS_BEFORE_DAYS + RUNS_AFTER_DAYS);
  const plans = advertisers.flatMap(({ id, who }, index) => {
    const count = index % 3 === 0 ? 2 : 1;
    return Array.from({ length: count }, (_, n) => {
      const at = places(random, divisions, index + n);
      const chosen = LINES.filter((_, l) => l === 0 || (index + l + n) % 3 !== 0);
      const lines = chosen.map((kind) => ({
        kind,
        at,
        target: targetOf(random, at, kind),
        bidFen: random.between(...kind.bidFen),
        daily: BigInt(random.between(...kind.dailyYuan)) * MICRO_CNY_PER_YUAN,
      }));
      return {
        advertiserId: id,
        name: `${who.brand} · ${n === 0 ? '常年品牌' : '旺季促销'}`,
        lines,
      };
    });
  });
  const campaignIds = await db
    .insert(campaign)
    .values(
      plans.map((plan) => ({
        advertiserId: plan.advertiserId,
        name: plan.name,
        status: 'active' as const,
        totalBudgetMicroCny: plan.lines.reduce((sum, l) => sum + l.daily, 0n) * days,
        startsOn,
        endsOn,
      })),
    )
    .returning({ id: campaign.id });
  const lines = plans.flatMap((plan, i) =>
    plan.lines.map((line) => ({ ...line, plan, campaignId: campaignIds[i]?.id as number })),
  );
  const lineIds = await db
    .insert(lineItem)
    .values(
      lines.map((l) => ({
        campaignId: l.campaignId,
        advertiserId: l.plan.advertiserId,
        name: l.kind.name,
        status: 'active' as const,
        pricing: l.kind.pricing,
        bidFen: l.bidFen,
        dailyBudgetMicroCny: l.daily,
        totalBudgetMicroCny: l.daily * days,
        startsOn,
        endsOn,
        target: l.target,
        frequencyCaps: l.kind.caps,
      })),
    )
    .returning({ id: lineItem.id });
  const seeded = lines.map((l, i) => ({
    lineItemId: lineIds[i]?.id as number,
    campaignId: l.campaignId,
    advertiserId: l.plan.advertiserId,
    pricing: l.kind.pricing,
    bidFen: l.bidFen,
    divisionCodes: l.at,
    formats: l.kind.formats,
    creativeIds: l.kind.formats.flatMap(
      (format) => creatives.get(l.plan.advertiserId)?.get(format) ?? [],
    ),
  }));
  await db
    .insert(lineItemCreative)
    .values(
      seeded.flatMap((l) =>
        l.creativeIds.map((creativeId) => ({ lineItemId: l.lineItemId, creativeId })),
      ),
    );
  return seeded;
}
