/**
 * Supply: outlets and their properties. Owns those tables; refuses edits on an old version and divisions that do not fit
 * a tier. What changes is published by triggers. Placements, floors and prices are in placements.ts.
 */
import { eq } from 'drizzle-orm';
import type { z } from 'zod';
import type { Db } from '../../db/client.ts';
import { division } from '../../db/schema/delivery.ts';
import { outlet, property } from '../../db/schema/outlets.ts';
import { divisionLevel } from '../../db/terms/division.ts';
import { Failure } from '../../db/terms/failure.ts';
import { type Author, record } from '../audit/audit.ts';
import { assertOwned, forbidden } from '../http/auth.ts';
import { lockRow, saveEdit } from '../http/versioned.ts';
import { type Actor, opens } from '../identity/actor.ts';
import { ensureOrganization } from '../identity/identity.ts';
import { type OutletContext, outletOwnership } from './ownership.ts';
import type {
  newOutletSchema,
  newPropertySchema,
  outletEditSchema,
  propertyEditSchema,
} from './shapes.ts';

export { judgeBooking } from './acceptance.ts';
export { type Airing, airtimeFaults } from './airtime.ts';
export { type OutletContext, outletOwnership, propertyOwnership } from './ownership.ts';
export { logPsaAiring } from './psa.ts';

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
  // What an outlet owes the public is set for it, not by it.
  if (changes.psaQuotaPpm !== undefined && !opens('platform:operator', actor)) throw forbidden();
  const touchesPayee = changes.payeeName !== undefined || changes.payeeAlipayAccount !== undefined;
  if (touchesPayee && !opens('outlet:finance', actor) && !opens('platform:finance', actor)) {
    throw forbidden();
  }
  return ctx.db.transaction(async (tx) => {
    const row = await lockRow(tx, outlet, id, version);
    assertAdmitted(row.status, changes.status);
    const nowMs = ctx.clock();
    const { status = row.status } = changes;
    const suspendedAt = status === 'suspended' ? (row.suspendedAt ?? new Date(nowMs)) : null;
    const subject = `outlet:${id}` as const;
    const action = 'outlet.edit';
    return saveEdit(tx, {
      table: outlet,
      row,
      changes: { ...changes, suspendedAt },
      actor,
      action,
      subject,
      nowMs,
    });
  });
}

/** Papers, contract and countersignature stand between: an outlet that was never admitted is not switched on, nor back. */
function assertAdmitted(now: string, next: string | undefined): void {
  if (next === undefined || next === now || (now !== 'pending' && next !== 'pending')) return;
  throw new Failure('conflict', {
    pointer: '/status',
    zh: '入驻须经提交材料、审核、签约与会签，不能直接改状态',
    en: 'an outlet comes in by its admission: papers, review, contract, countersignature',
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
