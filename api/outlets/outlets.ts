/**
 * Supply: outlets, what they own, what they sell and for how much. Owns those tables; refuses edits on an old version,
 * floors and prices that reach back in time, and formats a property cannot show. What changes is published by triggers.
 */
import { eq } from 'drizzle-orm';
import type { z } from 'zod';
import type { Db } from '../../db/client.ts';
import { division } from '../../db/schema/delivery.ts';
import { floorRule, outlet, placement, property, rateCard } from '../../db/schema/outlets.ts';
import { type Clock, dayOf } from '../../db/terms/day.ts';
import { divisionLevel } from '../../db/terms/division.ts';
import { Failure } from '../../db/terms/failure.ts';
import type { Format, PropertyKind } from '../../db/terms/market.ts';
import { type Author, record } from '../audit/audit.ts';
import { assertOwned, forbidden, type Ownership } from '../http/auth.ts';
import { lockRow, saveEdit } from '../http/versioned.ts';
import { type Actor, opens } from '../identity/actor.ts';
import { ensureOrganization } from '../identity/identity.ts';
import type {
  newFloorRuleSchema,
  newOutletSchema,
  newPlacementSchema,
  newPropertySchema,
  newRateCardSchema,
  outletEditSchema,
  placementEditSchema,
  propertyEditSchema,
} from './shapes.ts';

type OutletContext = { db: Db; clock: Clock };

export const outletOwnership: Ownership = { table: outlet, id: outlet.id, outlet: outlet.id };
export const propertyOwnership: Ownership = {
  table: property,
  id: property.id,
  outlet: property.outletId,
};
export const placementOwnership: Ownership = {
  table: placement,
  id: placement.id,
  outlet: placement.outletId,
};
export const floorRuleOwnership: Ownership = {
  table: floorRule,
  id: floorRule.id,
  outlet: floorRule.outletId,
};

/** Fails with `invalid_input` where tier and division do not belong together or the division does not exist. */
export async function createOutlet(
  ctx: OutletContext,
  actor: Author,
  input: z.infer<typeof newOutletSchema>,
) {
  return ctx.db.transaction(async (tx) => {
    await assertDivision(tx, input.divisionCode);
    if (divisionLevel(input.divisionCode) !== input.tier) {
      throw new Failure('invalid_input', {
        pointer: '/divisionCode',
        zh: '行政区划与媒体层级不符',
        en: `a ${input.tier} outlet needs the code of a ${input.tier}`,
      });
    }
    const organizationId =
      input.organizationId ?? (await ensureOrganization(tx, { name: input.name, kind: 'outlet' }));
    const [row] = await tx
      .insert(outlet)
      .values({ ...input, organizationId })
      .returning();
    if (!row) throw new Error('insert returned nothing');
    await record(tx, { actor, action: 'outlet.create', subject: `outlet:${row.id}`, after: row });
    return row;
  });
}

async function assertDivision(db: Db, code: string): Promise<void> {
  const [known] = await db
    .select({ validTo: division.validTo })
    .from(division)
    .where(eq(division.code, code));
  if (known && known.validTo === null) return;
  throw new Failure('invalid_input', {
    pointer: '/divisionCode',
    zh: known ? '该行政区划已撤销' : '没有这个行政区划',
    en: known ? 'this division was abolished' : 'there is no such division',
  });
}

/** Outlets edit themselves; their status is the platform's, their payee only their owner's or finance's. */
export async function editOutlet(
  ctx: OutletContext,
  actor: Actor,
  id: number,
  { version, ...changes }: z.infer<typeof outletEditSchema>,
) {
  if (changes.status !== undefined && !opens('platform:operator', actor)) throw forbidden();
  const touchesPayee = changes.payeeName !== undefined || changes.payeeAlipayAccount !== undefined;
  if (touchesPayee && !opens('outlet:finance', actor) && !opens('platform:finance', actor)) {
    throw forbidden();
  }
  return ctx.db.transaction(async (tx) => {
    const row = await lockRow(tx, outlet, id, version);
    const subject = `outlet:${id}` as const;
    const action = 'outlet.edit';
    return saveEdit(tx, {
      table: outlet,
      row,
      changes,
      actor,
      action,
      subject,
      nowMs: ctx.clock(),
    });
  });
}

export async function createProperty(
  ctx: OutletContext,
  actor: Actor,
  input: z.infer<typeof newPropertySchema>,
) {
  return ctx.db.transaction(async (tx) => {
    await assertOwned(tx, actor, outletOwnership, [input.outletId], '/outletId');
    const [row] = await tx.insert(property).values(input).returning();
    if (!row) throw new Error('insert returned nothing');
    await record(tx, {
      actor,
      action: 'property.create',
      subject: `property:${row.id}`,
      after: row,
    });
    return row;
  });
}

export async function editProperty(
  ctx: OutletContext,
  actor: Actor,
  id: number,
  { version, ...changes }: z.infer<typeof propertyEditSchema>,
) {
  return ctx.db.transaction(async (tx) => {
    const row = await lockRow(tx, property, id, version);
    const subject = `property:${id}` as const;
    const action = 'property.edit';
    return saveEdit(tx, {
      table: property,
      row,
      changes,
      actor,
      action,
      subject,
      nowMs: ctx.clock(),
    });
  });
}

const SCREEN: readonly Format[] = ['banner', 'native', 'video', 'splash', 'audio'];
/** What a kind of property can show at all. */
export const FORMATS_OF: Record<PropertyKind, readonly Format[]> = {
  app: SCREEN,
  site: ['banner', 'native', 'video', 'audio'],
  h5: ['banner', 'native', 'video', 'audio'],
  mini_program: SCREEN,
  wechat: ['post', 'banner'],
  tv: ['spot', 'video'],
  radio: ['spot', 'audio'],
  newspaper: ['print'],
  outdoor: ['dooh'],
  loudspeaker: ['spot', 'audio'],
};

export async function createPlacement(
  ctx: OutletContext,
  actor: Actor,
  input: z.infer<typeof newPlacementSchema>,
) {
  return ctx.db.transaction(async (tx) => {
    await assertOwned(tx, actor, propertyOwnership, [input.propertyId], '/propertyId');
    const owner = await lockRow(tx, property, input.propertyId);
    const possible = FORMATS_OF[owner.kind];
    if (!possible.includes(input.format)) {
      throw new Failure('invalid_input', {
        pointer: '/format',
        zh: `此类站点只能有：${possible.join('、')}`,
        en: `a ${owner.kind} can show only: ${possible.join(', ')}`,
      });
    }
    const [row] = await tx
      .insert(placement)
      .values({ ...input, outletId: owner.outletId })
      .returning();
    if (!row) throw new Error('insert returned nothing');
    const subject = `placement:${row.id}` as const;
    await record(tx, { actor, action: 'placement.create', subject, after: row });
    return row;
  });
}

export async function editPlacement(
  ctx: OutletContext,
  actor: Actor,
  id: number,
  { version, ...changes }: z.infer<typeof placementEditSchema>,
) {
  return ctx.db.transaction(async (tx) => {
    const row = await lockRow(tx, placement, id, version);
    const subject = `placement:${id}` as const;
    const action = 'placement.edit';
    return saveEdit(tx, {
      table: placement,
      row,
      changes,
      actor,
      action,
      subject,
      nowMs: ctx.clock(),
    });
  });
}

/** Fails with `limit_exceeded` over five hundred rules an outlet: every node evaluates them all. */
export async function createFloorRule(
  ctx: OutletContext,
  actor: Actor,
  input: z.infer<typeof newFloorRuleSchema>,
) {
  return ctx.db.transaction(async (tx) => {
    await assertOwned(tx, actor, outletOwnership, [input.outletId], '/outletId');
    if (input.placementId !== null) {
      const spot = await lockRow(tx, placement, input.placementId);
      if (spot.outletId !== input.outletId) {
        throw new Failure('invalid_input', {
          pointer: '/placementId',
          zh: '广告位不属于该媒体',
          en: 'the placement is another outlet’s',
        });
      }
    }
    const count = await tx.$count(floorRule, eq(floorRule.outletId, input.outletId));
    if (count >= 500) {
      throw new Failure('limit_exceeded', {
        zh: '一家媒体最多 500 条底价规则',
        en: 'an outlet may have 500 floor rules at most',
      });
    }
    const [row] = await tx.insert(floorRule).values(input).returning();
    if (!row) throw new Error('insert returned nothing');
    const subject = `floorRule:${row.id}` as const;
    await record(tx, { actor, action: 'floorRule.create', subject, after: row });
    return row;
  });
}

export async function deleteFloorRule(ctx: OutletContext, actor: Actor, id: number): Promise<void> {
  await ctx.db.transaction(async (tx) => {
    const [row] = await tx.delete(floorRule).where(eq(floorRule.id, id)).returning();
    const subject = `floorRule:${id}` as const;
    if (row) await record(tx, { actor, action: 'floorRule.delete', subject, before: row });
  });
}

/** A published price holds from a later day on; what was published stays (Advertising Law 29, 36). */
export async function publishRate(
  ctx: OutletContext,
  actor: Actor,
  input: z.infer<typeof newRateCardSchema>,
) {
  return ctx.db.transaction(async (tx) => {
    await assertOwned(tx, actor, placementOwnership, [input.placementId], '/placementId');
    if (input.effectiveFrom < dayOf(ctx.clock())) {
      throw new Failure('invalid_input', {
        pointer: '/effectiveFrom',
        zh: '刊例价不能从过去的日期起生效',
        en: 'a price cannot hold from a day that has passed',
      });
    }
    const [row] = await tx.insert(rateCard).values(input).onConflictDoNothing().returning();
    if (!row) {
      throw new Failure('conflict', {
        pointer: '/effectiveFrom',
        zh: '该日期已公布过价格，请选择更晚的日期',
        en: 'a price from that day is published already; choose a later day',
      });
    }
    const subject = `placement:${input.placementId}` as const;
    await record(tx, { actor, action: 'rateCard.publish', subject, after: row });
    return row;
  });
}
