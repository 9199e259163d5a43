/**
 * Sending what waits. Owns the claim (an attempt is written down before it is made, so that a crash is an attempt too), the
 * schedule of retries and giving up. Holds no transaction while it waits for somebody else's server.
 */
import { and, eq, sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { webhookDelivery, webhookEndpoint } from '../../db/schema/webhooks.ts';
import type { Clock } from '../../db/terms/day.ts';
import { OutboundRefused, reach } from '../http/outbound.ts';
import { signedHeaders } from './signing.ts';

interface SendingContext {
  db: Db;
  clock: Clock;
  config: { outboundAllow?: string[] };
}

const BATCH = 20;
const TIMEOUT_MS = 10_000;
/** Waits after the first, second … attempt; about three days, then it has failed. */
export const RETRY_AFTER_MS = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400].map(
  (seconds) => seconds * 1_000,
);
/** A claim that nobody finished is taken up again after this. */
const CLAIM_MS = 60_000;
/** An endpoint at which nothing arrived for so long is disabled. */
const DISABLE_AFTER_MS = 5 * 86_400_000;
const KEEP_DAYS = 30;

interface Due extends Record<string, unknown> {
  id: string;
  endpoint_id: string;
  event_id: string;
  attempts: number;
  url: string;
  secrets: string[];
  kind: string;
  subject: string;
  payload: unknown;
  at: string;
}

/** Takes what is due, oldest first; another worker passes over what this one holds. */
async function claim(db: Db, nowMs: number): Promise<Due[]> {
  const now = sql`${new Date(nowMs).toISOString()}::timestamptz`;
  const until = sql`${new Date(nowMs + CLAIM_MS).toISOString()}::timestamptz`;
  return db.execute<Due>(sql`
    WITH due AS (
      SELECT d.id FROM webhook_delivery d JOIN webhook_endpoint e ON e.id = d.endpoint_id
      WHERE d.status = 'pending' AND (d.next_at IS NULL OR d.next_at <= ${now}) AND e.status = 'active'
      ORDER BY d.next_at NULLS FIRST, d.id LIMIT ${BATCH} FOR UPDATE OF d SKIP LOCKED
    )
    UPDATE webhook_delivery d SET attempts = d.attempts + 1, next_at = ${until}, last_attempt_at = ${now}
    FROM due, webhook_endpoint e, webhook_event v
    WHERE d.id = due.id AND e.id = d.endpoint_id AND v.id = d.event_id
    RETURNING d.id, d.endpoint_id, d.event_id, d.attempts, e.url, v.kind, v.subject, v.payload, v.at,
      array_remove(ARRAY[e.secret, CASE WHEN e.previous_until > ${now} THEN e.previous_secret END], NULL) AS secrets`);
}

type Outcome = { status: number | null; error: string | null };

async function send(ctx: SendingContext, due: Due): Promise<Outcome> {
  const { kind, subject, payload, at } = due;
  const type = { type: kind, timestamp: new Date(at).toISOString(), subject };
  const body = JSON.stringify({ ...type, data: payload });
  const signed = signedHeaders(due.secrets, `evt_${due.event_id}`, ctx.clock(), body);
  try {
    const answer = await reach(
      { allow: ctx.config.outboundAllow },
      {
        url: due.url,
        method: 'POST',
        headers: { 'content-type': 'application/json', ...signed },
        body,
        timeoutMs: TIMEOUT_MS,
        maxBytes: 4_096,
        cutOff: true,
      },
    );
    const ok = answer.status >= 200 && answer.status < 300;
    const said = answer.body.toString('utf8').slice(0, 200).replaceAll('\0', '');
    return { status: answer.status, error: ok ? null : said };
  } catch (error) {
    if (error instanceof OutboundRefused) return { status: null, error: error.reason };
    throw error;
  }
}

async function settle(ctx: SendingContext, due: Due, { status, error }: Outcome): Promise<void> {
  const nowMs = ctx.clock();
  const endpoint = eq(webhookEndpoint.id, Number(due.endpoint_id));
  const delivery = eq(webhookDelivery.id, Number(due.id));
  const told = { lastStatus: status, lastError: error };
  if (error === null) {
    const deliveredAt = new Date(nowMs);
    const done = { ...told, status: 'delivered' as const, deliveredAt, nextAt: null };
    await ctx.db.update(webhookDelivery).set(done).where(delivery);
    await ctx.db.update(webhookEndpoint).set({ failingSince: null }).where(endpoint);
    return;
  }
  const waitMs = RETRY_AFTER_MS[due.attempts - 1];
  // Gone says itself that it never wants anything again.
  const isOver = waitMs === undefined || status === 410;
  const nextAt = isOver ? null : new Date(nowMs + waitMs);
  const next = { ...told, status: isOver ? ('failed' as const) : ('pending' as const), nextAt };
  await ctx.db.update(webhookDelivery).set(next).where(delivery);
  const since = sql`coalesce(${webhookEndpoint.failingSince}, ${new Date(nowMs).toISOString()}::timestamptz)`;
  await ctx.db.update(webhookEndpoint).set({ failingSince: since }).where(endpoint);
  const longAgo = sql`${webhookEndpoint.failingSince} <= ${new Date(nowMs - DISABLE_AFTER_MS).toISOString()}`;
  const dead = status === 410 ? endpoint : and(endpoint, longAgo);
  await ctx.db.update(webhookEndpoint).set({ status: 'disabled' }).where(dead);
}

/** Sends one batch, side by side; returns how many were tried. */
export async function deliverWebhooks(ctx: SendingContext): Promise<number> {
  const due = await claim(ctx.db, ctx.clock());
  await Promise.all(due.map(async (one) => settle(ctx, one, await send(ctx, one))));
  return due.length;
}

/** Events are kept a month for replay; called by the worker. */
export async function forgetWebhooks(ctx: Pick<SendingContext, 'db' | 'clock'>): Promise<void> {
  const before = new Date(ctx.clock() - KEEP_DAYS * 86_400_000).toISOString();
  await ctx.db.execute(sql`DELETE FROM webhook_event WHERE at < ${before}::timestamptz`);
}
