/**
 * Partners: exchanges and buying platforms outside. Owns who they are, how they are spoken to and the keys of those who call us;
 * publishing is done by triggers. Refuses to keep a key it could be robbed of, and a buyer without an advertiser to charge.
 */
import { createHash, randomBytes } from 'node:crypto';
import { and, eq, inArray } from 'drizzle-orm';
import type { z } from 'zod';
import { sealCallKey } from '../../bidding/wire/callKey.ts';
import type { Db } from '../../db/client.ts';
import { outlet } from '../../db/schema/outlets.ts';
import { demandPartner, supplyPartner } from '../../db/schema/partners.ts';
import type { Clock } from '../../db/terms/day.ts';
import { assert, Failure } from '../../db/terms/failure.ts';
import { record } from '../audit/audit.ts';
import { openPartnerLine } from '../campaigns/campaigns.ts';
import type { Config } from '../env.ts';
import type { Ownership } from '../http/auth.ts';
import { lockRow, saveEdit } from '../http/versioned.ts';
import type { Actor } from '../identity/actor.ts';
import type {
  demandPartnerEditSchema,
  newDemandPartnerSchema,
  newSupplyPartnerSchema,
  supplyPartnerEditSchema,
} from './shapes.ts';

export { partnerDays } from './queries.ts';
export { consumeReports } from './reports.ts';

export type PartnerContext = { db: Db; clock: Clock };
/** `config` is wanted where a key is given. */
type SealingContext = PartnerContext & { config?: Pick<Config, 'tokenKey'> };

export const demandOwnership: Ownership = {
  table: demandPartner,
  id: demandPartner.id,
  advertiser: demandPartner.advertiserId,
};
export const supplyOwnership: Ownership = {
  table: supplyPartner,
  id: supplyPartner.id,
  outlet: supplyPartner.outletId,
};

/** A key that was replaced still opens for a day. */
const CHANGE_OVER_MS = 86_400_000;
export const SUPPLY_KEY_PREFIX = 'hzs_';

const taken = (pointer: string) =>
  new Failure('conflict', { pointer, zh: '已被占用', en: 'is taken already' });

/** Opened paused, with a campaign and a line item of its own at the advertiser's charge. */
export async function createDemandPartner(
  ctx: SealingContext,
  actor: Actor,
  { dailyBudgetMicroCny, ...input }: z.infer<typeof newDemandPartnerSchema>,
) {
  return ctx.db.transaction(async (tx) => {
    await assertOutlets(tx, input.outletIds);
    const { advertiserId, name } = input;
    const terms = { advertiserId, name: `OpenRTB · ${name}`, dailyBudgetMicroCny };
    const line = await openPartnerLine(tx, ctx, actor, terms);
    const [row] = await tx
      .insert(demandPartner)
      .values({ ...input, ...line, callKey: sealed(ctx, input.callKey) ?? null })
      .onConflictDoNothing({ target: demandPartner.code })
      .returning();
    if (!row) throw taken('/code');
    const shown = shownDemand(row);
    const subject = `demandPartner:${row.id}` as const;
    await record(tx, { actor, action: 'demandPartner.create', subject, after: shown });
    return shown;
  });
}

/** What may be shown of one: whether it has given us a key, never the key, sealed though it is. */
export function shownDemand({ callKey, ...shown }: typeof demandPartner.$inferSelect) {
  return { ...shown, hasCallKey: callKey !== null };
}

/** As it is kept: null stays none, undefined is no change. */
function sealed({ config }: SealingContext, key: string | null | undefined) {
  if (!key) return key;
  assert(config, 'a key is sealed by the house’s own');
  return sealCallKey(config.tokenKey, key);
}

async function assertOutlets(db: Db, ids: readonly number[]): Promise<void> {
  if (ids.length === 0) return;
  const rows = await db
    .select({ id: outlet.id })
    .from(outlet)
    .where(inArray(outlet.id, [...ids]));
  const known = new Set(rows.map((row) => row.id));
  const missing = ids.filter((one) => !known.has(one));
  if (missing.length === 0) return;
  throw new Failure('invalid_input', {
    pointer: '/outletIds',
    zh: `没有这些媒体：${missing.slice(0, 5).join('、')}`,
    en: `there are no such outlets: ${missing.slice(0, 5).join(', ')}`,
  });
}

const closed = () =>
  new Failure('conflict', {
    pointer: '/status',
    zh: '已关闭的合作方不能再修改，请新建',
    en: 'a closed partner stays closed; open a new one',
  });

export async function editDemandPartner(
  ctx: SealingContext,
  actor: Actor,
  id: number,
  { version, callKey, ...others }: z.infer<typeof demandPartnerEditSchema>,
) {
  const key = sealed(ctx, callKey);
  const changes = key === undefined ? others : { ...others, callKey: key };
  return ctx.db.transaction(async (tx) => {
    const row = await lockRow(tx, demandPartner, id, version);
    if (row.status === 'closed') throw closed();
    await assertOutlets(tx, changes.outletIds ?? []);
    const saved = await saveEdit(tx, {
      table: demandPartner,
      row,
      changes,
      untold: ['callKey'],
      actor,
      action: 'demandPartner.edit',
      subject: `demandPartner:${id}`,
      nowMs: ctx.clock(),
    });
    return shownDemand(saved);
  });
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

function newKey(): { secret: string; keySha256: string; keyPrefix: string } {
  const secret = SUPPLY_KEY_PREFIX + randomBytes(32).toString('base64url');
  return { secret, keySha256: sha256(secret), keyPrefix: secret.slice(0, 10) };
}

type SupplyRow = typeof supplyPartner.$inferSelect;

/** What may be shown of one: never a digest. */
export function shownSupply(row: SupplyRow) {
  const { keySha256, previousKeySha256, ...shown } = row;
  return shown;
}

/** The answer is the only place where the key stands. */
export async function createSupplyPartner(
  ctx: PartnerContext,
  actor: Actor,
  input: z.infer<typeof newSupplyPartnerSchema>,
) {
  return ctx.db.transaction(async (tx) => {
    const seller = await lockRow(tx, outlet, input.outletId);
    if (seller.status !== 'active') {
      throw new Failure('conflict', {
        pointer: '/outletId',
        zh: '该媒体未启用',
        en: 'this outlet is not active',
      });
    }
    const { secret, ...key } = newKey();
    const [row] = await tx
      .insert(supplyPartner)
      .values({ ...input, ...key })
      .onConflictDoNothing()
      .returning();
    if (!row) {
      const same = and(eq(supplyPartner.code, input.code));
      throw taken((await tx.$count(supplyPartner, same)) > 0 ? '/code' : '/outletId');
    }
    const shown = shownSupply(row);
    const subject = `supplyPartner:${row.id}` as const;
    await record(tx, { actor, action: 'supplyPartner.create', subject, after: shown });
    return { ...shown, secret };
  });
}

export async function editSupplyPartner(
  ctx: PartnerContext,
  actor: Actor,
  id: number,
  { version, ...changes }: z.infer<typeof supplyPartnerEditSchema>,
) {
  return ctx.db.transaction(async (tx) => {
    const row = await lockRow(tx, supplyPartner, id, version);
    if (row.status === 'closed') throw closed();
    const saved = await saveEdit(tx, {
      table: supplyPartner,
      row,
      changes,
      actor,
      action: 'supplyPartner.edit',
      subject: `supplyPartner:${id}`,
      nowMs: ctx.clock(),
    });
    return shownSupply(saved);
  });
}

/** A new key at once; the one before opens for another day. */
export async function rotateSupplyKey(
  ctx: PartnerContext,
  actor: Actor,
  id: number,
  { version }: { version: number },
) {
  return ctx.db.transaction(async (tx) => {
    const row = await lockRow(tx, supplyPartner, id, version);
    if (row.status === 'closed') throw closed();
    const { secret, ...key } = newKey();
    const previousKeyUntil = new Date(ctx.clock() + CHANGE_OVER_MS);
    const changes = { ...key, previousKeySha256: row.keySha256, previousKeyUntil };
    const [saved] = await tx
      .update(supplyPartner)
      .set({ ...changes, version: row.version + 1, updatedAt: new Date(ctx.clock()) })
      .where(eq(supplyPartner.id, id))
      .returning();
    if (!saved) throw new Error('update returned nothing');
    const after = { keyPrefix: key.keyPrefix, previousKeyUntil };
    const subject = `supplyPartner:${id}` as const;
    await record(tx, { actor, action: 'supplyPartner.key', subject, after });
    return { ...shownSupply(saved), secret };
  });
}
