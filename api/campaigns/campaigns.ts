/**
 * Demand: advertisers and their campaigns. Owns those tables' writes; refuses budgets below what is spent, dates that
 * leave line items outside, and status changes that skip a step. Line items are in lineItems.ts.
 */
import { and, eq, ne, sql } from 'drizzle-orm';
import type { z } from 'zod';
import type { Db } from '../../db/client.ts';
import { advertiser, type CampaignStatus, campaign, lineItem } from '../../db/schema/campaigns.ts';
import { dayOf } from '../../db/terms/day.ts';
import { Failure } from '../../db/terms/failure.ts';
import { type Author, record } from '../audit/audit.ts';
import { assertActsFor, forbidden } from '../http/auth.ts';
import { lockRow, saveEdit } from '../http/versioned.ts';
import { type Actor, opens } from '../identity/actor.ts';
import { ensureOrganization } from '../identity/identity.ts';
import { copyLineItemInto } from './copying.ts';
import { assertEditable, committedBy, refuse } from './guards.ts';
import type { DemandContext } from './ownership.ts';
import { budgetProblem, statusProblem } from './rules.ts';
import type {
  advertiserEditSchema,
  campaignEditSchema,
  newAdvertiserSchema,
  newCampaignSchema,
} from './shapes.ts';

export {
  openPartnerLine,
  type PartnerLine,
  pauseLineItem,
  readLineItemTerms,
  setLineItemPriority,
} from './dealing.ts';
export { createPromised, endPromised, type PromisedLine, planPromised } from './guaranteed.ts';
export { assertCreatives } from './guards.ts';
export { createLineItem } from './lineItems.ts';
export { advertiserOwnership, campaignOwnership, type DemandContext } from './ownership.ts';

/** An agency takes in its own clients and nobody else's, and joins them to no organisation that exists. */
export function asClient(actor: Actor, input: z.infer<typeof newAdvertiserSchema>) {
  if (actor.kind !== 'agency') return input;
  const agencyOrganizationId = input.agencyOrganizationId ?? actor.organizationId;
  if (input.organizationId !== undefined || agencyOrganizationId !== actor.organizationId) {
    throw forbidden();
  }
  return { ...input, agencyOrganizationId };
}

export async function createAdvertiser(
  ctx: DemandContext,
  actor: Author,
  input: z.infer<typeof newAdvertiserSchema>,
) {
  return ctx.db.transaction(async (tx) => {
    const organizationId =
      input.organizationId ??
      (await ensureOrganization(tx, { name: input.name, kind: 'advertiser' }));
    const [row] = await tx
      .insert(advertiser)
      .values({ ...input, organizationId })
      .returning();
    if (!row) throw new Error('insert returned nothing');
    const subject = `advertiser:${row.id}` as const;
    await record(tx, { actor, action: 'advertiser.create', subject, after: row });
    return row;
  });
}

/** Status and category decide what may be shown where: the platform's alone. */
export async function editAdvertiser(
  ctx: DemandContext,
  actor: Actor,
  id: number,
  { version, ...changes }: z.infer<typeof advertiserEditSchema>,
) {
  const platformOnly = changes.status !== undefined || changes.category !== undefined;
  if (platformOnly && !opens('platform:operator', actor)) throw forbidden();
  return ctx.db.transaction(async (tx) => {
    const row = await lockRow(tx, advertiser, id, version);
    const subject = `advertiser:${id}` as const;
    const action = 'advertiser.edit';
    return saveEdit(tx, {
      table: advertiser,
      row,
      changes,
      actor,
      action,
      subject,
      nowMs: ctx.clock(),
    });
  });
}

export async function createCampaign(
  ctx: DemandContext,
  actor: Actor,
  input: z.infer<typeof newCampaignSchema>,
) {
  assertActsFor(actor, { advertiserId: input.advertiserId });
  return ctx.db.transaction(async (tx) => {
    await lockRow(tx, advertiser, input.advertiserId);
    const [row] = await tx.insert(campaign).values(input).returning();
    if (!row) throw new Error('insert returned nothing');
    const subject = `campaign:${row.id}` as const;
    await record(tx, { actor, action: 'campaign.create', subject, after: row });
    return row;
  });
}

export async function editCampaign(
  ctx: DemandContext,
  actor: Actor,
  id: number,
  { version, ...changes }: z.infer<typeof campaignEditSchema>,
) {
  return ctx.db.transaction(async (tx) => {
    const row = await lockRow(tx, campaign, id, version);
    assertEditable(row.status);
    const next = { ...row, ...changes };
    const { totalMicroCny } = await committedBy(tx, { campaignId: id }, dayOf(ctx.clock()));
    refuse(
      next.startsOn > next.endsOn
        ? { pointer: '/endsOn', zh: '结束日期不能早于开始日期', en: 'the end is before the start' }
        : undefined,
      budgetProblem('/totalBudgetMicroCny', changes.totalBudgetMicroCny, totalMicroCny),
      await outsideProblem(tx, id, next),
    );
    const subject = `campaign:${id}` as const;
    const action = 'campaign.edit';
    return saveEdit(tx, {
      table: campaign,
      row,
      changes,
      actor,
      action,
      subject,
      nowMs: ctx.clock(),
    });
  });
}

/** Dates may not be drawn in over a line item that lies there. */
async function outsideProblem(db: Db, id: number, dates: { startsOn: string; endsOn: string }) {
  const [range] = await db
    .select({
      first: sql<string | null>`min(${lineItem.startsOn})::text`,
      last: sql<string | null>`max(${lineItem.endsOn})::text`,
    })
    .from(lineItem)
    .where(and(eq(lineItem.campaignId, id), ne(lineItem.status, 'archived')));
  if (range?.first && range.first < dates.startsOn) {
    return {
      pointer: '/startsOn',
      zh: `有投放单元从 ${range.first} 开始，开始日期最晚为该日`,
      en: `a line item starts on ${range.first}; the campaign cannot start later`,
    };
  }
  if (range?.last && range.last > dates.endsOn) {
    return {
      pointer: '/endsOn',
      zh: `有投放单元到 ${range.last} 结束，结束日期最早为该日`,
      en: `a line item ends on ${range.last}; the campaign cannot end earlier`,
    };
  }
  return undefined;
}

export async function setCampaignStatus(
  ctx: DemandContext,
  actor: Actor,
  id: number,
  { version, status }: { version: number; status: CampaignStatus },
) {
  return ctx.db.transaction(async (tx) => {
    const row = await lockRow(tx, campaign, id, version);
    const problem = statusProblem(row.status, status);
    if (problem) throw new Failure('conflict', problem);
    const subject = `campaign:${id}` as const;
    const action = `campaign.${status}`;
    const changes = { status };
    return saveEdit(tx, {
      table: campaign,
      row,
      changes,
      actor,
      action,
      subject,
      nowMs: ctx.clock(),
    });
  });
}

/** A draft with the same line items and creatives; nothing of the original's past comes along. */
export async function copyCampaign(ctx: DemandContext, actor: Actor, id: number) {
  return ctx.db.transaction(async (tx) => {
    const source = await lockRow(tx, campaign, id);
    const [copy] = await tx
      .insert(campaign)
      .values({
        advertiserId: source.advertiserId,
        name: `${source.name.slice(0, 95)} 副本`,
        totalBudgetMicroCny: source.totalBudgetMicroCny,
        startsOn: source.startsOn,
        endsOn: source.endsOn,
      })
      .returning();
    if (!copy) throw new Error('insert returned nothing');
    const items = await tx
      .select()
      .from(lineItem)
      .where(and(eq(lineItem.campaignId, id), ne(lineItem.status, 'archived')));
    for (const item of items) await copyLineItemInto(tx, item, copy.id, item.name);
    const subject = `campaign:${copy.id}` as const;
    await record(tx, { actor, action: 'campaign.copy', subject, after: { from: id } });
    return copy;
  });
}
