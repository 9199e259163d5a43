/**
 * Endpoints of webhooks: made, edited, tested, their secret changed. Owns who is told what; refuses addresses inside private
 * networks, and more endpoints than an organisation can mean. The secret is shown once.
 */
import { randomBytes } from 'node:crypto';
import { and, desc, eq, lt, sql } from 'drizzle-orm';
import { z } from 'zod';
import type { Db } from '../../db/client.ts';
import { webhookDelivery, webhookEndpoint, webhookEvent } from '../../db/schema/webhooks.ts';
import type { Clock } from '../../db/terms/day.ts';
import { Failure } from '../../db/terms/failure.ts';
import { record } from '../audit/audit.ts';
import { notFound, type Ownership, ownedBy } from '../http/auth.ts';
import { checkReachable, OutboundRefused } from '../http/outbound.ts';
import { decodeIdCursor, type PageQuery, pageOf } from '../http/paging.ts';
import { lockRow, saveEdit } from '../http/versioned.ts';
import type { Actor } from '../identity/actor.ts';
import { secretOf } from './signing.ts';

export { deliverWebhooks, forgetWebhooks } from './delivering.ts';

export const WEBHOOK_KINDS = [
  'creative.status', 'campaign.status', 'lineItem.status', 'order.status', 'topUp.status', 'statement.status',
  'payout.status', 'reportExport.status', 'feedback.created', 'ping',
] as const; // biome-ignore format: one list

export interface WebhookContext {
  db: Db;
  clock: Clock;
  config: { outboundAllow?: string[] };
}

const MAX_ENDPOINTS = 20;
const ROTATION_GRACE_MS = 86_400_000;

export const webhookOwnership: Ownership = {
  table: webhookEndpoint,
  id: webhookEndpoint.id,
  organization: webhookEndpoint.organizationId,
};
export const deliveryOwnership: Ownership = {
  table: webhookDelivery,
  id: webhookDelivery.id,
  organization: webhookDelivery.organizationId,
};

const fields = {
  name: z.string().trim().min(1).max(100),
  url: z.string().trim().min(1).max(2_000),
  kinds: z
    .array(z.enum(['*', ...WEBHOOK_KINDS]))
    .min(1)
    .max(WEBHOOK_KINDS.length + 1),
};
export const newWebhookSchema = z.strictObject(fields);
export const webhookEditSchema = z.strictObject({
  ...z.strictObject(fields).partial().shape,
  status: z.enum(['active', 'paused']).optional(),
  version: z.number().int().positive(),
});

const shown = {
  id: webhookEndpoint.id,
  name: webhookEndpoint.name,
  url: webhookEndpoint.url,
  kinds: webhookEndpoint.kinds,
  status: webhookEndpoint.status,
  failingSince: webhookEndpoint.failingSince,
  version: webhookEndpoint.version,
  createdAt: webhookEndpoint.createdAt,
};

async function assertReachable(ctx: WebhookContext, url: string): Promise<void> {
  try {
    await checkReachable({ allow: ctx.config.outboundAllow }, url);
  } catch (error) {
    if (!(error instanceof OutboundRefused)) throw error;
    throw new Failure('invalid_input', error.detail('/url'));
  }
}

export async function listWebhooks(db: Db, actor: Actor) {
  const items = await db
    .select(shown)
    .from(webhookEndpoint)
    .where(eq(webhookEndpoint.organizationId, actor.organizationId))
    .orderBy(desc(webhookEndpoint.id));
  return { items, nextCursor: null };
}

export async function createWebhook(
  ctx: WebhookContext,
  actor: Actor,
  input: z.infer<typeof newWebhookSchema>,
) {
  await assertReachable(ctx, input.url);
  return ctx.db.transaction(async (tx) => {
    const { organizationId } = actor;
    const mine = eq(webhookEndpoint.organizationId, organizationId);
    if ((await tx.$count(webhookEndpoint, mine)) >= MAX_ENDPOINTS) {
      throw new Failure('too_many', {
        zh: `一个机构最多 ${MAX_ENDPOINTS} 个回调地址`,
        en: `an organisation may have ${MAX_ENDPOINTS} webhooks at most`,
      });
    }
    const secret = secretOf(randomBytes(32));
    const [row] = await tx
      .insert(webhookEndpoint)
      .values({ ...input, organizationId, secret })
      .returning(shown);
    if (!row) throw new Error('insert returned nothing');
    await record(tx, { actor, action: 'webhook.create', subject: `webhook:${row.id}`, after: row });
    return { ...row, secret };
  });
}

/** An endpoint that we disabled starts again when its owner sets it active. */
export async function editWebhook(
  ctx: WebhookContext,
  actor: Actor,
  id: number,
  { version, ...changes }: z.infer<typeof webhookEditSchema>,
) {
  if (changes.url) await assertReachable(ctx, changes.url);
  return ctx.db.transaction(async (tx) => {
    const row = await lockRow(tx, webhookEndpoint, id, version);
    const revived = changes.status === 'active' && row.status !== 'active';
    const saved = await saveEdit(tx, {
      table: webhookEndpoint,
      row,
      changes: { ...changes, ...(revived ? { failingSince: null } : {}) },
      actor,
      action: 'webhook.edit',
      subject: `webhook:${id}`,
      nowMs: ctx.clock(),
    });
    const { secret: _kept, previousSecret: _old, ...rest } = saved;
    return rest;
  });
}

export async function removeWebhook(ctx: WebhookContext, actor: Actor, id: number): Promise<void> {
  await ctx.db.transaction(async (tx) => {
    const [gone] = await tx
      .delete(webhookEndpoint)
      .where(eq(webhookEndpoint.id, id))
      .returning(shown);
    if (!gone) throw notFound();
    await record(tx, { actor, action: 'webhook.remove', subject: `webhook:${id}`, before: gone });
  });
}

/** A new secret, shown once; the old one signs too for a day, so that nothing is missed meanwhile. */
export async function rotateSecret(ctx: WebhookContext, actor: Actor, id: number) {
  return ctx.db.transaction(async (tx) => {
    const row = await lockRow(tx, webhookEndpoint, id);
    const secret = secretOf(randomBytes(32));
    const previousUntil = new Date(ctx.clock() + ROTATION_GRACE_MS);
    await tx
      .update(webhookEndpoint)
      .set({ secret, previousSecret: row.secret, previousUntil })
      .where(eq(webhookEndpoint.id, id));
    await record(tx, { actor, action: 'webhook.rotate', subject: `webhook:${id}` });
    return { id, secret, previousUntil };
  });
}

/** A `ping` of its own, whatever kinds it wants. */
export async function pingWebhook(ctx: WebhookContext, actor: Actor, id: number) {
  return ctx.db.transaction(async (tx) => {
    const row = await lockRow(tx, webhookEndpoint, id);
    const { organizationId } = row;
    const subject = `webhook:${id}`;
    const [event] = await tx
      .insert(webhookEvent)
      .values({ organizationId, kind: 'ping', subject, payload: { id, by: actor.userId } })
      .returning({ id: webhookEvent.id });
    const [made] = await tx
      .insert(webhookDelivery)
      .values({ organizationId, endpointId: id, eventId: event?.id as number })
      .returning({ id: webhookDelivery.id });
    return { deliveryId: made?.id as number };
  });
}

export interface DeliveryFilter extends PageQuery {
  status?: typeof webhookDelivery.$inferSelect.status | undefined;
}

export async function listDeliveries(
  db: Db,
  actor: Actor,
  endpointId: number,
  filter: DeliveryFilter,
) {
  const before = decodeIdCursor(filter.cursor);
  const rows = await db
    .select({
      delivery: webhookDelivery,
      kind: webhookEvent.kind,
      subject: webhookEvent.subject,
      payload: webhookEvent.payload,
      at: webhookEvent.at,
    })
    .from(webhookDelivery)
    .innerJoin(webhookEvent, eq(webhookEvent.id, webhookDelivery.eventId))
    .where(
      and(
        eq(webhookDelivery.endpointId, endpointId),
        ownedBy(actor, { organization: webhookDelivery.organizationId }),
        filter.status ? eq(webhookDelivery.status, filter.status) : undefined,
        before === undefined ? undefined : lt(webhookDelivery.id, before),
      ),
    )
    .orderBy(desc(webhookDelivery.id))
    .limit(filter.limit + 1);
  const flat = rows.map(({ delivery, ...event }) => ({ ...delivery, ...event }));
  return pageOf(flat, filter.limit, (row) => row.id);
}

const again = { status: 'pending' as const, attempts: 0, nextAt: null };

/** The very event once more, with the id that it had: a receiver that has it already may ignore it. */
export async function replayDelivery(ctx: WebhookContext, actor: Actor, id: number) {
  return ctx.db.transaction(async (tx) => {
    const [row] = await tx
      .update(webhookDelivery)
      .set(again)
      .where(eq(webhookDelivery.id, id))
      .returning();
    if (!row) throw notFound();
    await record(tx, { actor, action: 'webhook.replay', subject: `webhookDelivery:${id}` });
    return row;
  });
}

/** Everything of an endpoint that failed since then. */
export async function replayFailed(ctx: WebhookContext, actor: Actor, id: number, sinceMs: number) {
  return ctx.db.transaction(async (tx) => {
    const rows = await tx
      .update(webhookDelivery)
      .set(again)
      .where(
        and(
          eq(webhookDelivery.endpointId, id),
          eq(webhookDelivery.status, 'failed'),
          sql`${webhookDelivery.eventId} IN (SELECT ${webhookEvent.id} FROM ${webhookEvent}
            WHERE ${webhookEvent.at} >= ${new Date(sinceMs).toISOString()}::timestamptz)`,
        ),
      )
      .returning({ id: webhookDelivery.id });
    await record(tx, { actor, action: 'webhook.replayFailed', subject: `webhook:${id}` });
    return { replayed: rows.length };
  });
}
