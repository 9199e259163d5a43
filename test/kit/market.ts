/** Market things for integration tests: one constructor each, made through the API as their owners would. */
import { division } from '../../db/schema/delivery.ts';
import { addDays, dayOf } from '../../db/terms/day.ts';
import type { Caller, TestApi } from './actors.ts';

/** The province, one city and two of its counties. */
export async function seedDivisions({ ctx }: TestApi): Promise<void> {
  await ctx.db
    .insert(division)
    .values([
      { code: '330000', nameZh: '浙江省', nameEn: 'Zhejiang', level: 'province' as const },
      { code: '330100', nameZh: '杭州市', nameEn: 'Hangzhou', level: 'city' as const },
      { code: '330106', nameZh: '西湖区', nameEn: 'Xihu', level: 'county' as const },
      { code: '330111', nameZh: '富阳区', nameEn: 'Fuyang', level: 'county' as const },
    ])
    .onConflictDoNothing();
}

async function made(
  caller: Pick<Caller, 'call'>,
  path: string,
  body: unknown,
): Promise<{ id: number; version: number }> {
  const answer = await caller.call('POST', path, body);
  if (answer.status !== 201) {
    throw new Error(`POST ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  }
  return answer.body;
}

export const campaignInput = (advertiserId: number, nowMs: number, overrides = {}) => ({
  advertiserId,
  name: '春茶上市',
  totalBudgetMicroCny: '5000000000',
  startsOn: dayOf(nowMs),
  endsOn: addDays(dayOf(nowMs), 30),
  ...overrides,
});

export const lineItemInput = (campaignId: number, nowMs: number, overrides = {}) => ({
  campaignId,
  name: '杭州横幅',
  bidFen: 1200,
  dailyBudgetMicroCny: '200000000',
  totalBudgetMicroCny: '2000000000',
  startsOn: dayOf(nowMs),
  endsOn: addDays(dayOf(nowMs), 30),
  target: { all: [{ attribute: 'division', in: ['330100'] }] },
  ...overrides,
});

export const creativeInput = (advertiserId: number, overrides = {}) => ({
  advertiserId,
  name: '龙井横幅',
  format: 'native',
  content: { title: '西湖龙井 春茶到店', html: '<b>茶</b>', imageUrl: undefined },
  landingUrl: 'https://longjing.example/spring',
  category: 'food',
  ...overrides,
});

/** A one-pixel PNG, made by hand so that the test needs no picture file. */
export const PIXEL_PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

export async function upload(
  caller: Pick<Caller, 'call'>,
  advertiserId: number,
  bytes: Uint8Array,
  name = 'picture.png',
) {
  const body = new FormData();
  body.set('advertiserId', String(advertiserId));
  body.set('file', new File([new Uint8Array(bytes)], name));
  return caller.call('POST', '/api/assets', body);
}

/** A draft creative with an uploaded picture. */
export async function newCreative(
  caller: Pick<Caller, 'call'>,
  advertiserId: number,
  overrides: Record<string, unknown> = {},
) {
  const asset = await upload(caller, advertiserId, PIXEL_PNG);
  if (asset.status !== 201) throw new Error(`upload: ${JSON.stringify(asset.body)}`);
  const content = { title: '西湖龙井 春茶到店', imageUrl: asset.body.url };
  return made(caller, '/api/creatives', creativeInput(advertiserId, { content, ...overrides }));
}

/** Submits, and has a reviewer approve. */
export async function approve(
  owner: Pick<Caller, 'call'>,
  reviewer: Pick<Caller, 'call'>,
  creative: { id: number; version: number },
): Promise<void> {
  const { id, version } = creative;
  await owner.call('POST', `/api/creatives/${id}/submission`, { version });
  const { body } = await reviewer.call('POST', `/api/review/${id}/lock`);
  const verdict = { contentHash: body.contentHash, verdict: 'approved' };
  const answer = await reviewer.call('POST', `/api/review/${id}/verdict`, verdict);
  if (answer.status !== 200) throw new Error(`verdict: ${JSON.stringify(answer.body)}`);
}

export async function newCampaign(
  caller: Pick<Caller, 'call'>,
  advertiserId: number,
  nowMs: number,
  overrides = {},
) {
  return made(caller, '/api/campaigns', campaignInput(advertiserId, nowMs, overrides));
}

export async function newLineItem(
  caller: Pick<Caller, 'call'>,
  campaignId: number,
  nowMs: number,
  overrides = {},
) {
  return made(caller, '/api/line-items', lineItemInput(campaignId, nowMs, overrides));
}

/** A site with one banner placement. */
export async function newPlacement(
  caller: Pick<Caller, 'call'>,
  outletId: number,
  overrides: Record<string, unknown> = {},
) {
  const property = await made(caller, '/api/properties', {
    outletId,
    kind: 'site',
    name: '富阳新闻网',
    domain: 'news.fuyang.example',
  });
  const placement = await made(caller, '/api/placements', {
    propertyId: property.id,
    name: '首页横幅',
    format: 'banner',
    sizes: [{ w: 640, h: 100 }],
    floorCpmFen: 500,
    ...overrides,
  });
  return { property, placement };
}
