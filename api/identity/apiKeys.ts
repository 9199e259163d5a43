/**
 * Keys for machines: made, rotated, revoked. Owns `api_key`; refuses to keep a secret it could be robbed of. What counts
 * against the limit is what stands: lets one in and has not been replaced. Each of those may have one predecessor in its day
 * of grace, so that a rotation never fails for want of room and no more than twice the limit ever let one in.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { and, desc, eq, gt, isNull, or, sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { apiKey } from '../../db/schema/identity.ts';
import type { Clock } from '../../db/terms/day.ts';
import { Failure } from '../../db/terms/failure.ts';
import { record } from '../audit/audit.ts';
import { notFound } from '../http/auth.ts';
import type { Actor } from './actor.ts';
import { API_KEY_PREFIX, sha256Hex } from './identity.ts';

type KeyContext = { db: Db; clock: Clock };

/** Of an organisation, that stand. */
const MAX_KEYS = 20;
const ROTATION_GRACE_MS = 86_400_000;

const shown = {
  id: apiKey.id,
  name: apiKey.name,
  prefix: apiKey.prefix,
  scopes: apiKey.scopes,
  expiresAt: apiKey.expiresAt,
  replacedBy: apiKey.replacedBy,
  lastUsedAt: apiKey.lastUsedAt,
  createdAt: apiKey.createdAt,
};

const live = (actor: Actor) =>
  and(eq(apiKey.organizationId, actor.organizationId), isNull(apiKey.revokedAt));
const unexpired = ({ clock }: KeyContext) =>
  or(isNull(apiKey.expiresAt), gt(apiKey.expiresAt, new Date(clock())));
const standing = (ctx: KeyContext, actor: Actor) =>
  and(live(actor), unexpired(ctx), isNull(apiKey.replacedBy));

/** Newest first; a replaced key until its grace is over, an expired one until it is revoked. */
export async function listApiKeys(ctx: KeyContext, actor: Actor) {
  const items = await ctx.db
    .select(shown)
    .from(apiKey)
    .where(and(live(actor), or(isNull(apiKey.replacedBy), unexpired(ctx))))
    .orderBy(desc(apiKey.createdAt));
  return { items, nextCursor: null };
}

/** The only moment the secret exists outside its owner's hands. Fails with `too_many` over twenty keys. */
export async function createApiKey(
  ctx: KeyContext,
  actor: Actor,
  input: { name: string; scopes: string[]; expiresAt: string | null },
) {
  return ctx.db.transaction(async (tx) => {
    await tx.execute(
      sql`SELECT pg_advisory_xact_lock(hashtext('identity.apiKeys'), hashtext(${actor.organizationId}))`,
    );
    const count = await tx.$count(apiKey, standing(ctx, actor));
    if (count >= MAX_KEYS) {
      throw new Failure('too_many', {
        zh: `一个机构最多 ${MAX_KEYS} 个密钥`,
        en: `an organisation may have ${MAX_KEYS} keys at most`,
      });
    }
    return insertKey(tx, actor, {
      ...input,
      expiresAt: input.expiresAt && new Date(input.expiresAt),
    });
  });
}

async function insertKey(
  db: Db,
  actor: Actor,
  input: { name: string; scopes: string[]; expiresAt: Date | '' | null },
) {
  const secret = API_KEY_PREFIX + randomBytes(32).toString('base64url');
  const [row] = await db
    .insert(apiKey)
    .values({
      id: randomUUID(),
      organizationId: actor.organizationId,
      userId: actor.userId,
      name: input.name,
      scopes: input.scopes,
      expiresAt: input.expiresAt || null,
      keySha256: sha256Hex(secret),
      prefix: secret.slice(0, 9),
    })
    .returning(shown);
  if (!row) throw new Error('insert returned nothing');
  await record(db, { actor, action: 'apiKey.create', subject: `apiKey:${row.id}`, after: row });
  return { ...row, secret };
}

/**
 * A new secret under the same name, scopes and expiry. The old one works a day longer; the one before it no more.
 * @throws Failure `not_found`, `conflict` (replaced already, or expired).
 */
export async function rotateApiKey(ctx: KeyContext, actor: Actor, id: string) {
  return ctx.db.transaction(async (tx) => {
    const now = ctx.clock();
    const [old] = await tx
      .select()
      .from(apiKey)
      .where(and(eq(apiKey.id, id), live(actor)))
      .for('update');
    if (!old) throw notFound();
    if (old.replacedBy !== null || (old.expiresAt && old.expiresAt.getTime() <= now))
      throw new Failure('conflict', {
        zh: '该密钥已换发或已过期，不能再换发',
        en: 'the key was rotated already or has expired',
      });
    const made = await insertKey(tx, actor, old);
    const until = new Date(now + ROTATION_GRACE_MS);
    const expiresAt = old.expiresAt && old.expiresAt < until ? old.expiresAt : until;
    await tx.update(apiKey).set({ expiresAt, replacedBy: made.id }).where(eq(apiKey.id, id));
    await tx
      .update(apiKey)
      .set({ revokedAt: new Date(now) })
      .where(and(eq(apiKey.replacedBy, id), live(actor)));
    await record(tx, {
      actor,
      action: 'apiKey.rotate',
      subject: `apiKey:${id}`,
      after: { replacedBy: made.id },
    });
    return made;
  });
}

export async function revokeApiKey(ctx: KeyContext, actor: Actor, id: string): Promise<void> {
  await ctx.db.transaction(async (tx) => {
    const gone = await tx
      .update(apiKey)
      .set({ revokedAt: new Date(ctx.clock()) })
      .where(and(eq(apiKey.id, id), live(actor)))
      .returning({ name: apiKey.name });
    if (gone.length === 0) throw notFound();
    await record(tx, { actor, action: 'apiKey.revoke', subject: `apiKey:${id}`, before: gone[0] });
  });
}
