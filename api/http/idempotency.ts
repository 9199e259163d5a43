/**
 * `Idempotency-Key`: a request sent twice happens once. Owns the memory of answers; it runs the handler inside one
 * transaction (`ctx.db` is that transaction) together with the answer it stores, so that neither is ever without
 * the other. A refusal rolls back and leaves the key free: nothing happened, and the caller may correct it, or send the same
 * once its reason is gone. That it was refused stays on file all the same: such notes are written afterwards.
 */
import { createHash } from 'node:crypto';
import { and, eq, sql } from 'drizzle-orm';
import { createMiddleware } from 'hono/factory';
import type { Database, Transaction } from '../../db/client.ts';
import { idempotencyKey } from '../../db/schema/audit.ts';
import { Failure } from '../../db/terms/failure.ts';
import type { AfterwardsNote, AppEnv } from '../context.ts';

const KEY = /^[\x21-\x7e]{8,128}$/;

const badKey = () =>
  new Failure('invalid_input', {
    pointer: '/headers/Idempotency-Key',
    zh: '幂等键应为 8 至 128 个可见字符',
    en: 'the idempotency key must be 8 to 128 visible characters',
  });

const mismatch = () =>
  new Failure('idempotency_mismatch', {
    zh: '同一幂等键曾用于内容不同的请求',
    en: 'this idempotency key came with another request before',
  });

/** A transaction that can stand where a connection is expected; drizzle keeps its client on the session. */
function asDatabase(tx: Transaction): Database {
  const { session } = tx as unknown as { session: { client: Database['$client'] } };
  return Object.assign(tx, { $client: session.client }) as unknown as Database;
}

/** Thrown to roll back a handler that answered with an error instead of throwing a Failure. */
class Unanswered extends Error {
  readonly response: Response;
  constructor(response: Response) {
    super('rolled back');
    this.response = response;
  }
}

/** Honours the header where it is sent; without it the request runs as usual. */
export const idempotent = () =>
  createMiddleware<AppEnv>(async (c, next) => {
    const key = c.req.header('idempotency-key');
    if (key === undefined) return next();
    if (!KEY.test(key)) throw badKey();
    const body = await c.req.raw.clone().arrayBuffer();
    const requestSha256 = createHash('sha256')
      .update(`${c.req.method} ${c.req.path}\n`)
      .update(new Uint8Array(body))
      .digest('hex');
    const ctx = c.var.ctx;
    const { organizationId } = c.var.actor;
    const mine = and(
      eq(idempotencyKey.organizationId, organizationId),
      eq(idempotencyKey.key, key),
    );
    const afterwards: AfterwardsNote[] = [];
    try {
      await ctx.db.transaction(async (tx) => {
        // A second request waits here until the first commits or rolls back.
        const fresh = await tx
          .insert(idempotencyKey)
          .values({ organizationId, key, requestSha256 })
          .onConflictDoNothing()
          .returning({ key: idempotencyKey.key });
        if (fresh.length === 0) {
          const [known] = await tx.select().from(idempotencyKey).where(mine);
          if (known?.requestSha256 !== requestSha256) throw mismatch();
          c.res = replay(known.response ?? '', known.status ?? 200);
          return;
        }
        c.set('ctx', { ...ctx, db: asDatabase(tx), afterwards });
        await next();
        if (c.error) throw c.error;
        if (c.res.status >= 400) throw new Unanswered(c.res);
        const response = await c.res.clone().text();
        await tx.update(idempotencyKey).set({ status: c.res.status, response }).where(mine);
      });
    } catch (error) {
      if (!(error instanceof Unanswered)) throw error;
    } finally {
      c.set('ctx', ctx);
      for (const note of afterwards) await note(ctx.db);
    }
  });

function replay(text: string, status: number): Response {
  return new Response(status === 204 ? null : text, {
    status,
    headers: { 'content-type': 'application/json', 'idempotency-replayed': 'true' },
  });
}

/** Keys older than a day are forgotten; called by the worker. Returns how many. */
export async function forgetIdempotencyKeys(db: Database, nowMs: number): Promise<number> {
  const gone = await db
    .delete(idempotencyKey)
    .where(sql`${idempotencyKey.createdAt} < ${new Date(nowMs - 86_400_000).toISOString()}`)
    .returning({ key: idempotencyKey.key });
  return gone.length;
}
