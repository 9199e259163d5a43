/**
 * Doors and ownership: the one mechanism every route uses. A route names who may enter (`requireActor`) and whose the
 * thing is (`requireOwned`, `assertOwned`); what belongs to somebody else answers 404, exactly like what does not exist.
 */
import { and, eq, inArray, or, type SQL, sql } from 'drizzle-orm';
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core';
import { createMiddleware } from 'hono/factory';
import type { Db } from '../../db/client.ts';
import { houseOf } from '../../db/scope.ts';
import { Failure } from '../../db/terms/failure.ts';
import { idSchema } from '../../db/terms/id.ts';
import type { AppEnv } from '../context.ts';
import { type Actor, type Door, opens } from '../identity/actor.ts';

export const notFound = () =>
  new Failure('not_found', {
    zh: '找不到，或不属于您',
    en: 'there is no such thing, or not yours',
  });

export const forbidden = () =>
  new Failure('forbidden', { zh: '您的角色不能做这件事', en: 'your role may not do this' });

export const notSignedIn = () =>
  new Failure('unauthenticated', { zh: '请先登录', en: 'sign in first' });

/** Lets in whom any of the doors opens for; with none named, anyone signed in. */
export const requireActor = (...doors: Door[]) =>
  createMiddleware<AppEnv>(async (c, next) => {
    assertActor(c.var.actor, ...doors);
    await next();
  });

export function assertActor(actor: Actor | undefined, ...doors: Door[]): asserts actor is Actor {
  if (!actor) throw notSignedIn();
  if (doors.length > 0 && !doors.some((door) => opens(door, actor))) throw forbidden();
}

/** Where a table says whose its rows are; a row owned by both sides is visible to both. */
export interface Ownership {
  table: PgTable;
  id: PgColumn;
  outlet?: PgColumn;
  advertiser?: PgColumn;
  organization?: PgColumn;
}

/** The condition a list adds so that it holds only what is the actor's; undefined for the platform, which sees all. */
export function ownedBy(actor: Actor, owner: Omit<Ownership, 'table' | 'id'>): SQL | undefined {
  if (actor.kind === 'platform') return undefined;
  const any: SQL[] = [];
  if (owner.outlet && actor.outletIds.length > 0) {
    any.push(inArray(owner.outlet, actor.outletIds));
  }
  if (owner.advertiser && actor.advertiserIds.length > 0) {
    any.push(inArray(owner.advertiser, actor.advertiserIds));
  }
  if (owner.organization) any.push(eq(owner.organization, actor.organizationId));
  return or(...any) ?? sql`false`;
}

/**
 * Throws `not_found` unless every id is a row the actor owns; `pointer` names the field it came in.
 * Duplicates are fine; an empty list passes.
 */
export async function assertOwned(
  db: Db,
  actor: Actor,
  owner: Ownership,
  ids: readonly (number | string)[],
  pointer?: string,
): Promise<void> {
  const wanted = [...new Set(ids)];
  if (wanted.length === 0) return;
  const rows = await db
    .select({ id: owner.id })
    .from(owner.table)
    .where(and(inArray(owner.id, wanted), ownedBy(actor, owner)));
  if (rows.length === wanted.length) return;
  if (pointer === undefined) throw notFound();
  const found = new Set(rows.map((row) => String(row.id)));
  const missing = wanted.filter((id) => !found.has(String(id))).slice(0, 5);
  throw new Failure('not_found', {
    pointer,
    zh: `找不到，或不属于您：${missing.join('、')}`,
    en: `no such thing, or not yours: ${missing.join(', ')}`,
  });
}

/**
 * The row named by a path parameter (`:id`) must be the actor's. `twoSided`: what a write does to it is an affair of both
 * its parties (a proof of the outlet's charges the advertiser's wallet), so that behind this check the handler of a write
 * is not held to what one of them may see.
 */
export const requireOwned = (
  owner: Ownership,
  name = 'id',
  { twoSided = false }: { twoSided?: boolean } = {},
) =>
  createMiddleware<AppEnv>(async (c, next) => {
    const id = idSchema.safeParse(c.req.param(name));
    if (!id.success) throw notFound();
    const { ctx } = c.var;
    await assertOwned(ctx.db, c.var.actor, owner, [id.data]);
    if (twoSided && c.req.method !== 'GET') c.set('ctx', { ...ctx, db: houseOf(ctx.db) });
    await next();
  });

/** An advertiser's id in a query or body must be one the actor acts for. */
export function assertActsFor(
  actor: Actor,
  side: { advertiserId?: number; outletId?: number },
): void {
  if (actor.kind === 'platform') return;
  const { advertiserId, outletId } = side;
  if (advertiserId !== undefined && !actor.advertiserIds.includes(advertiserId)) throw notFound();
  if (outletId !== undefined && !actor.outletIds.includes(outletId)) throw notFound();
}

/**
 * Behind this the handler acts for the house: for doors at which nobody is anybody yet (sign-up, an invitation's link) and for
 * callers that are no organisation of ours (the payment gateway, a reader's pixel). Say why beside each use.
 */
export const forHouse = createMiddleware<AppEnv>(async (c, next) => {
  const { ctx } = c.var;
  c.set('ctx', { ...ctx, db: houseOf(ctx.db) });
  await next();
});
