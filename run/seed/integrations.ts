/**
 * Machines of the demo that are told and that ask: webhooks with what was sent to them, keys with what they may do. Endpoints and
 * what they were told are rows, since their names lead nowhere and opening one would resolve it; keys are made by the verb.
 */
import { randomBytes } from 'node:crypto';
import { eq } from 'drizzle-orm';
import { createApiKey } from '../../api/identity/apiKeys.ts';
import type { Actor } from '../../api/identity/identity.ts';
import { secretOf } from '../../api/webhooks/signing.ts';
import type { Database, Db } from '../../db/client.ts';
import { apiKey } from '../../db/schema/identity.ts';
import { webhookDelivery, webhookEndpoint, webhookEvent } from '../../db/schema/webhooks.ts';
import { addDays, type Clock, dayOf } from '../../db/terms/day.ts';

const HOUR_MS = 3_600_000;

type Told = Pick<typeof webhookDelivery.$inferInsert, 'status' | 'attempts' | 'lastStatus'> & {
  kind: string;
  subject: string;
  to: string;
  hoursAgo: number;
  lastError?: string;
};
type Endpoint = Pick<typeof webhookEndpoint.$inferInsert, 'name' | 'url' | 'kinds' | 'status'>;

const arrived = { status: 'delivered', attempts: 1, lastStatus: 200 } as const;
const BUYER: { endpoint: Endpoint; told: readonly Told[] }[] = [
  {
    endpoint: {
      name: '经营看板 投放状态',
      url: 'https://board.longwu-tea.example.cn/hooks/hongze',
      kinds: ['campaign.status', 'lineItem.status'],
      status: 'active',
    },
    told: [
      { ...arrived, kind: 'campaign.status', subject: 'campaign:1', to: 'active', hoursAgo: 41 },
      { ...arrived, kind: 'lineItem.status', subject: 'lineItem:2', to: 'paused', hoursAgo: 18 },
      { ...arrived, attempts: 3, kind: 'lineItem.status', subject: 'lineItem:2', to: 'active', hoursAgo: 17 },
    ], // biome-ignore format: one event a line
  },
  {
    endpoint: {
      name: '旧订单系统',
      url: 'https://orders.longwu-tea.example.cn/api/events',
      kinds: ['order.status', 'creative.status'],
      status: 'disabled',
    },
    told: [
      { ...arrived, kind: 'order.status', subject: 'order:1', to: 'confirmed', hoursAgo: 160 },
      { status: 'failed', attempts: 10, lastStatus: 502, lastError: 'bad gateway', kind: 'order.status', subject: 'order:2', to: 'reserved', hoursAgo: 130 },
      { status: 'failed', attempts: 2, lastStatus: 410, lastError: 'gone', kind: 'creative.status', subject: 'creative:1', to: 'approved', hoursAgo: 52 },
    ], // biome-ignore format: one event a line
  },
];
const OUTLET: typeof BUYER = [
  {
    endpoint: {
      name: '采编平台 结算提醒',
      url: 'https://cms.yuhang-media.example.cn/hooks/settlement',
      kinds: ['statement.status', 'payout.status'],
      status: 'paused',
    },
    told: [
      { ...arrived, kind: 'statement.status', subject: 'statement:1', to: 'frozen', hoursAgo: 66 },
      { ...arrived, kind: 'statement.status', subject: 'statement:1', to: 'confirmed', hoursAgo: 65 },
    ], // biome-ignore format: one event a line
  },
];

export interface Owners {
  buyer: Actor;
  outlet: Actor;
}

export async function seedIntegrations(
  ctx: { db: Database; clock: Clock },
  { buyer, outlet }: Owners,
): Promise<void> {
  const nowMs = ctx.clock();
  for (const one of BUYER) await openEndpoint(ctx.db, buyer, one, nowMs);
  for (const one of OUTLET) await openEndpoint(ctx.db, outlet, one, nowMs);
  const nextYear = new Date(nowMs + 180 * 24 * HOUR_MS).toISOString();
  const used = await createApiKey(ctx, buyer, {
    name: '转化回传（官网）',
    scopes: ['write:conversions'],
    expiresAt: null,
  });
  await ctx.db
    .update(apiKey)
    .set({ lastUsedAt: new Date(nowMs - HOUR_MS) })
    .where(eq(apiKey.id, used.id));
  await createApiKey(ctx, buyer, {
    name: 'BI 每日取数',
    scopes: ['read:reports'],
    expiresAt: nextYear,
  });
  await createApiKey(ctx, outlet, {
    name: '采编平台 取收益',
    scopes: ['read:reports', 'read:statements'],
    expiresAt: nextYear,
  });
}

async function openEndpoint(
  db: Db,
  { organizationId }: Actor,
  { endpoint, told }: (typeof BUYER)[number],
  nowMs: number,
): Promise<void> {
  const failing = endpoint.status === 'disabled' ? new Date(nowMs - 52 * HOUR_MS) : null;
  const secret = secretOf(randomBytes(32));
  const createdAt = new Date(`${addDays(dayOf(nowMs), -40)}T10:00:00+08:00`);
  const [made] = await db
    .insert(webhookEndpoint)
    .values({ ...endpoint, organizationId, secret, failingSince: failing, createdAt })
    .returning({ id: webhookEndpoint.id });
  for (const { kind, subject, to, hoursAgo, ...sent } of told) {
    const at = new Date(nowMs - hoursAgo * HOUR_MS);
    const [event] = await db
      .insert(webhookEvent)
      .values({ organizationId, kind, subject, payload: { status: to }, at })
      .returning({ id: webhookEvent.id });
    await db.insert(webhookDelivery).values({
      ...sent,
      organizationId,
      endpointId: made?.id as number,
      eventId: event?.id as number,
      lastAttemptAt: at,
      deliveredAt: sent.status === 'delivered' ? at : null,
    });
  }
}
