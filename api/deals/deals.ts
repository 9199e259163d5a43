/**
 * Deals between a buyer and an outlet. Owns their states: proposed (one side has agreed to these terms) → active (both have) ⇄
 * paused → ended; or declined. A counter-proposal changes the terms and takes the other side's word back. Terms that bind are never
 * edited: a new deal is proposed. Refuses others' placements, and line items that are not the buyer's.
 */
import { randomBytes } from 'node:crypto';
import { and, eq, inArray } from 'drizzle-orm';
import type { z } from 'zod';
import type { Db } from '../../db/client.ts';
import { type DealStatus, deal, dealPlacement } from '../../db/schema/deals.ts';
import { outlet, placement, property } from '../../db/schema/outlets.ts';
import { asHouse } from '../../db/scope.ts';
import { type Clock, dayOf } from '../../db/terms/day.ts';
import { Failure, type FailureDetail } from '../../db/terms/failure.ts';
import { record } from '../audit/audit.ts';
import { advertiserOwnership } from '../campaigns/campaigns.ts';
import { assertOwned, forbidden, type Ownership } from '../http/auth.ts';
import { lockRow, saveEdit } from '../http/versioned.ts';
import { type Actor, opens } from '../identity/actor.ts';
import { outletOwnership } from '../outlets/outlets.ts';
import { demandOwnership } from '../partners/partners.ts';
import { guaranteeProblem } from './guarantee.ts';
import { releaseLines } from './lines.ts';
import type { agreementSchema, counterSchema, dealStatusSchema, newDealSchema } from './shapes.ts';

export { endFulfilledDeals } from './guarantee.ts';

export type DealContext = { db: Db; clock: Clock };
export type Deal = typeof deal.$inferSelect;
export type Side = 'outlet' | 'buyer';

export const dealOwnership: Ownership = {
  table: deal,
  id: deal.id,
  outlet: deal.outletId,
  advertiser: deal.advertiserId,
};

/** A code that cannot be guessed from another: partners see theirs only. */
const newCode = (): string => `hz-${randomBytes(6).toString('hex')}`;

/** Whose word the actor gives. The platform speaks for demand partners, who have no login, and for nobody else. */
export function sideOf(actor: Actor, parties: Pick<Deal, 'outletId' | 'advertiserId'>): Side {
  if (actor.kind === 'outlet' && actor.outletIds.includes(parties.outletId)) return 'outlet';
  const isBuyer =
    parties.advertiserId !== null && actor.advertiserIds.includes(parties.advertiserId);
  if (isBuyer) return 'buyer';
  if (opens('platform:operator', actor) && parties.advertiserId === null) return 'buyer';
  throw forbidden();
}

const word = (side: Side, at: Date) =>
  side === 'outlet'
    ? { outletAgreedAt: at, buyerAgreedAt: null }
    : { outletAgreedAt: null, buyerAgreedAt: at };

export async function proposeDeal(
  ctx: DealContext,
  actor: Actor,
  { placementIds, ...input }: z.infer<typeof newDealSchema>,
) {
  return ctx.db.transaction(async (tx) => {
    await assertParties(tx, actor, input);
    const side = sideOf(actor, input);
    refuse(...(await termsProblems(tx, ctx, { ...input, placementIds })));
    const [row] = await tx
      .insert(deal)
      .values({ ...input, code: newCode(), ...word(side, new Date(ctx.clock())) })
      .returning();
    if (!row) throw new Error('insert returned nothing');
    await place(tx, row, placementIds);
    const subject = `deal:${row.id}` as const;
    await record(tx, { actor, action: 'deal.propose', subject, after: { ...row, placementIds } });
    return row;
  });
}

/** One's own side must be one's own; the other side must exist. */
async function assertParties(
  db: Db,
  actor: Actor,
  {
    outletId,
    advertiserId,
    demandPartnerId,
  }: Pick<z.infer<typeof newDealSchema>, 'outletId' | 'advertiserId' | 'demandPartnerId'>,
): Promise<void> {
  const everyone: Actor = { ...actor, kind: 'platform' };
  const sells = actor.kind === 'outlet';
  await assertOwned(db, sells ? actor : everyone, outletOwnership, [outletId], '/outletId');
  if (advertiserId !== null) {
    const buyer = sells ? everyone : actor;
    await assertOwned(db, buyer, advertiserOwnership, [advertiserId], '/advertiserId');
  }
  if (demandPartnerId !== null)
    await assertOwned(db, everyone, demandOwnership, [demandPartnerId], '/demandPartnerId');
}

interface Terms {
  outletId: number;
  startsOn: string;
  endsOn: string;
  placementIds: readonly number[];
}

async function termsProblems(
  db: Db,
  ctx: DealContext,
  terms: Terms,
): Promise<(FailureDetail | undefined)[]> {
  const rows = await db
    .select({ id: placement.id })
    .from(placement)
    .innerJoin(property, eq(property.id, placement.propertyId))
    .innerJoin(outlet, eq(outlet.id, placement.outletId))
    .where(
      and(
        inArray(placement.id, [...terms.placementIds]),
        eq(placement.outletId, terms.outletId),
        eq(placement.status, 'active'),
        eq(property.status, 'active'),
        // Nothing of an outlet that is not admitted yet, or suspended, is for sale.
        eq(outlet.status, 'active'),
      ),
    );
  const known = new Set(rows.map((row) => row.id));
  const late = terms.endsOn < dayOf(ctx.clock());
  return [
    late ? { pointer: '/endsOn', zh: '结束日期已过', en: 'the end has passed already' } : undefined,
    terms.endsOn < terms.startsOn
      ? { pointer: '/endsOn', zh: '结束日期不能早于开始日期', en: 'the end is before the start' }
      : undefined,
    ...terms.placementIds.map((id, i) =>
      known.has(id)
        ? undefined
        : {
            pointer: `/placementIds/${i}`,
            zh: `该媒体没有在售的广告位 ${id}`,
            en: `the outlet sells no placement ${id}`,
          },
    ),
  ];
}

function refuse(...problems: (FailureDetail | undefined)[]): void {
  const [first, ...rest] = problems.filter((one) => one !== undefined);
  if (first) throw new Failure('invalid_input', first, ...rest.slice(0, 20));
}

async function place(db: Db, { id, outletId }: Deal, placementIds: readonly number[]) {
  await db.delete(dealPlacement).where(eq(dealPlacement.dealId, id));
  await db
    .insert(dealPlacement)
    .values(placementIds.map((placementId) => ({ dealId: id, placementId, outletId })));
}

const notProposed = () =>
  new Failure('conflict', {
    zh: '交易条件已定，不能再改；请另行提议',
    en: 'these terms stand; propose another deal',
  });

/** Other terms, with one's own word for them. */
export async function counterDeal(
  ctx: DealContext,
  actor: Actor,
  id: number,
  { version, placementIds, ...changes }: z.infer<typeof counterSchema>,
) {
  return ctx.db.transaction(async (tx) => {
    const row = await lockRow(tx, deal, id, version);
    if (row.status !== 'proposed') throw notProposed();
    const side = sideOf(actor, row);
    const next = { ...row, ...changes };
    const wanted = placementIds ?? (await placementsOf(tx, id));
    refuse(
      next.kind !== 'guaranteed' || next.impressions !== null
        ? undefined
        : {
            pointer: '/impressions',
            zh: '保量交易须填数量',
            en: 'a guaranteed deal has a quantity',
          },
      ...(await termsProblems(tx, ctx, { ...next, placementIds: wanted })),
    );
    if (placementIds) await place(tx, row, placementIds);
    return save(tx, ctx, actor, row, 'deal.counter', {
      ...changes,
      ...word(side, new Date(ctx.clock())),
    });
  });
}

export async function placementsOf(db: Db, dealId: number): Promise<number[]> {
  const rows = await db
    .select({ id: dealPlacement.placementId })
    .from(dealPlacement)
    .where(eq(dealPlacement.dealId, dealId))
    .orderBy(dealPlacement.placementId);
  return rows.map((row) => row.id);
}

function save(
  db: Db,
  ctx: DealContext,
  actor: Actor,
  row: Deal,
  action: string,
  changes: Partial<typeof deal.$inferInsert>,
): Promise<Deal> {
  const subject = `deal:${row.id}` as const;
  return saveEdit(db, { table: deal, row, changes, actor, action, subject, nowMs: ctx.clock() });
}

/** One's word for the terms as they stand. With both words the deal is active. */
export async function agreeToDeal(
  ctx: DealContext,
  actor: Actor,
  id: number,
  { version }: z.infer<typeof agreementSchema>,
) {
  return ctx.db.transaction(async (tx) => {
    const row = await lockRow(tx, deal, id, version);
    if (row.status !== 'proposed') throw notProposed();
    const side = sideOf(actor, row);
    const placementIds = await placementsOf(tx, id);
    refuse(...(await termsProblems(tx, ctx, { ...row, placementIds })));
    const at = new Date(ctx.clock());
    const changes: Partial<Deal> =
      side === 'outlet'
        ? { outletAgreedAt: row.outletAgreedAt ?? at }
        : { buyerAgreedAt: row.buyerAgreedAt ?? at };
    const both = { ...row, ...changes };
    if (both.outletAgreedAt && both.buyerAgreedAt) {
      refuse(await guaranteeProblem({ ...ctx, db: tx }, row, placementIds));
      changes.status = 'active';
    }
    return save(tx, ctx, actor, row, 'deal.agree', changes);
  });
}

/** Either side may decline, pause, resume and end; nobody reopens what is over. */
const NEXT: Record<DealStatus, readonly DealStatus[]> = {
  proposed: ['declined'],
  active: ['paused', 'ended'],
  paused: ['active', 'ended'],
  declined: [],
  ended: [],
};

export async function setDealStatus(
  ctx: DealContext,
  actor: Actor,
  id: number,
  { version, status }: z.infer<typeof dealStatusSchema>,
) {
  return ctx.db.transaction(async (tx) => {
    const row = await lockRow(tx, deal, id, version);
    // An operator may stop any deal, and start none but a partner's.
    if (!(opens('platform:operator', actor) && status !== 'active')) sideOf(actor, row);
    if (!NEXT[row.status].includes(status)) {
      throw new Failure('conflict', {
        pointer: '/status',
        zh: '当前状态下不能这样做',
        en: `a deal that is ${row.status} cannot become ${status}`,
      });
    }
    if (status === 'active')
      refuse(
        ...(await termsProblems(tx, ctx, { ...row, placementIds: await placementsOf(tx, id) })),
      );
    if (status === 'ended' || status === 'declined') {
      // Over the wall: whoever ends a deal frees the buyer's line items from it.
      await asHouse(tx, (house) => releaseLines(house, ctx, actor, row));
    }
    return save(tx, ctx, actor, row, `deal.${status}`, { status });
  });
}
