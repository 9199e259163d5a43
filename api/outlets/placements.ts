/**
 * Placements, their floors and their published prices. Owns those tables; refuses what a medium cannot show or sell, and
 * prices that reach back in time.
 */
import { eq } from 'drizzle-orm';
import type { z } from 'zod';
import { floorRule, placement, property, rateCard } from '../../db/schema/outlets.ts';
import { dayOf } from '../../db/terms/day.ts';
import { Failure, type FailureDetail } from '../../db/terms/failure.ts';
import { record } from '../audit/audit.ts';
import { assertOwned, type Ownership } from '../http/auth.ts';
import { lockRow, saveEdit } from '../http/versioned.ts';
import type { Actor } from '../identity/actor.ts';
import { placementProblems, unitProblems } from './media.ts';
import { type OutletContext, outletOwnership, propertyOwnership } from './ownership.ts';
import type {
  newFloorRuleSchema,
  newPlacementSchema,
  newRateCardSchema,
  placementEditSchema,
} from './shapes.ts';

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

function refuse([first, ...rest]: FailureDetail[]): void {
  if (first) throw new Failure('invalid_input', first, ...rest);
}

export async function createPlacement(
  ctx: OutletContext,
  actor: Actor,
  input: z.infer<typeof newPlacementSchema>,
) {
  return ctx.db.transaction(async (tx) => {
    await assertOwned(tx, actor, propertyOwnership, [input.propertyId], '/propertyId');
    const owner = await lockRow(tx, property, input.propertyId);
    refuse(placementProblems(owner.kind, input));
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
    // Not locked: bookers lock a channel before its placements, and a kind never changes.
    const [owner] = await tx
      .select({ kind: property.kind })
      .from(property)
      .where(eq(property.id, row.propertyId));
    if (owner) refuse(placementProblems(owner.kind, { ...row, ...changes }));
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

/** Fails with `too_many` over five hundred rules an outlet: every node evaluates them all. */
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
      throw new Failure('too_many', {
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
    const spot = await lockRow(tx, placement, input.placementId);
    refuse(unitProblems(spot.format, input.unit));
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
