/**
 * Media plans: a brief becomes lines across tiers, the buyer edits them, one step makes them an order and a campaign.
 * Owns `media_plan`; refuses edits of what was converted, and lines that no rate card prices. A plan holds nothing: what
 * is free and what it costs is looked at again when the order reserves.
 */
import { and, inArray, isNull } from 'drizzle-orm';
import type { z } from 'zod';
import type { Db } from '../../db/client.ts';
import { division } from '../../db/schema/delivery.ts';
import { mediaPlan, type PlanBrief } from '../../db/schema/plans.ts';
import { type Clock, dayOf } from '../../db/terms/day.ts';
import { Failure, type FailureDetail } from '../../db/terms/failure.ts';
import { record } from '../audit/audit.ts';
import { createOrder, ratesOf } from '../bookings/bookings.ts';
import { createCampaign, createLineItem } from '../campaigns/campaigns.ts';
import { assertActsFor, type Ownership } from '../http/auth.ts';
import { lockRow, saveEdit } from '../http/versioned.ts';
import type { Actor } from '../identity/actor.ts';
import { editLine } from './editing.ts';
import { planDays, propose } from './proposing.ts';
import type { briefSchema, planEditSchema } from './shapes.ts';

type PlanContext = { db: Db; clock: Clock };
export type Plan = typeof mediaPlan.$inferSelect;

export const planOwnership: Ownership = {
  table: mediaPlan,
  id: mediaPlan.id,
  advertiser: mediaPlan.advertiserId,
};

async function assertPlaces(db: Db, codes: readonly string[]): Promise<void> {
  const named = codes.map((code) => code.slice(0, 6));
  const rows = await db
    .select({ code: division.code })
    .from(division)
    .where(and(inArray(division.code, named), isNull(division.validTo)));
  const known = new Set(rows.map((row) => row.code));
  const faults = named.flatMap((code, i): FailureDetail[] =>
    known.has(code)
      ? []
      : [
          {
            pointer: `/divisionCodes/${i}`,
            zh: `没有这个行政区划：${code}`,
            en: `there is no division ${code}`,
          },
        ],
  );
  const [first, ...rest] = faults.slice(0, 20);
  if (first) throw new Failure('invalid_input', first, ...rest);
}

/** Proposes lines for a brief and keeps them as a draft. */
export async function createPlan(
  ctx: PlanContext,
  actor: Actor,
  { advertiserId, name, ...wanted }: z.infer<typeof briefSchema>,
): Promise<Plan> {
  assertActsFor(actor, { advertiserId });
  if (wanted.startsOn <= dayOf(ctx.clock())) {
    throw new Failure('invalid_input', {
      pointer: '/startsOn',
      zh: '开始日期须在明天或以后',
      en: 'a plan begins tomorrow at the earliest',
    });
  }
  await assertPlaces(ctx.db, wanted.divisionCodes);
  const brief: PlanBrief = { ...wanted, budgetMicroCny: wanted.budgetMicroCny.toString() };
  const { lines, reasons } = await propose(ctx, brief);
  return ctx.db.transaction(async (tx) => {
    const [row] = await tx
      .insert(mediaPlan)
      .values({ advertiserId, name, brief, lines, reasons, createdBy: actor.userId })
      .returning();
    if (!row) throw new Error('insert returned nothing');
    const subject = `plan:${row.id}` as const;
    await record(tx, { actor, action: 'plan.create', subject, after: { name, brief } });
    return row;
  });
}

function assertDraft(row: Plan): void {
  if (row.status === 'draft') return;
  throw new Failure('conflict', {
    zh: row.status === 'converted' ? '方案已转为订单，不能再改' : '方案已作废',
    en: row.status === 'converted' ? 'the plan has become an order' : 'the plan was discarded',
  });
}

/** Takes lines out, or changes days, amounts and bids; every price is the rate card's again. */
export async function editPlan(
  ctx: PlanContext,
  actor: Actor,
  id: number,
  { version, name, lines: edits }: z.infer<typeof planEditSchema>,
): Promise<Plan> {
  return ctx.db.transaction(async (tx) => {
    const row = await lockRow(tx, mediaPlan, id, version);
    assertDraft(row);
    const rates = await ratesOf(
      tx,
      row.lines.flatMap((l) => (l.kind === 'booked' ? [l.placementId] : [])),
    );
    const faults: FailureDetail[] = [];
    const byKey = new Map(row.lines.map((line) => [line.key, line]));
    for (const [i, edit] of edits.entries()) {
      const line = byKey.get(edit.key);
      const edited = line ? editLine(line, edit, rates, `/lines/${i}`) : noSuchLine(edit.key, i);
      if ('en' in edited) faults.push(edited);
      else if (edit.keep) byKey.set(edit.key, edited);
      else byKey.delete(edit.key);
    }
    const [first, ...rest] = faults;
    if (first) throw new Failure('invalid_input', first, ...rest);
    return saveEdit(tx, {
      table: mediaPlan,
      row,
      changes: { ...(name ? { name } : {}), lines: [...byKey.values()] },
      actor,
      action: 'plan.edit',
      subject: `plan:${id}`,
      nowMs: ctx.clock(),
    });
  });
}

const noSuchLine = (key: string, i: number): FailureDetail => ({
  pointer: `/lines/${i}/key`,
  zh: `方案中没有「${key}」`,
  en: `the plan has no line “${key}”`,
});

/** One order for what is booked, one campaign with a draft line item for what is bought in the auction; all or nothing. */
export async function convertPlan(
  ctx: PlanContext,
  actor: Actor,
  id: number,
  { version }: { version: number },
): Promise<Plan> {
  return ctx.db.transaction(async (tx) => {
    const row = await lockRow(tx, mediaPlan, id, version);
    assertDraft(row);
    if (row.lines.length === 0) {
      throw new Failure('conflict', { zh: '方案没有内容', en: 'the plan is empty' });
    }
    const inner = { ...ctx, db: tx };
    const orderId = await orderFor(inner, actor, row);
    const campaignId = await campaignFor(inner, actor, row);
    return saveEdit(tx, {
      table: mediaPlan,
      row,
      changes: { status: 'converted', orderId, campaignId },
      actor,
      action: 'plan.convert',
      subject: `plan:${id}`,
      nowMs: ctx.clock(),
    });
  });
}

async function orderFor(ctx: PlanContext, actor: Actor, plan: Plan): Promise<number | null> {
  const booked = plan.lines.filter((line) => line.kind === 'booked');
  if (booked.length === 0) return null;
  const order = await createOrder(ctx, actor, {
    advertiserId: plan.advertiserId,
    name: plan.name,
    discountPpm: 0,
    discountReason: null,
    lines: booked.map((line) => ({
      placementId: line.placementId,
      unit: line.unit,
      startsOn: line.startsOn,
      endsOn: line.endsOn,
      slots: line.slots,
      impressions: line.impressions,
      divisionCodes: line.divisionCodes,
      creativeIds: [],
    })),
  });
  return order.id;
}

async function campaignFor(ctx: PlanContext, actor: Actor, plan: Plan): Promise<number | null> {
  const bought = plan.lines.filter((line) => line.kind === 'auction');
  if (bought.length === 0) return null;
  const made = await createCampaign(ctx, actor, {
    advertiserId: plan.advertiserId,
    name: plan.name,
    totalBudgetMicroCny: bought.reduce((sum, line) => sum + BigInt(line.priceMicroCny), 0n),
    startsOn: bought.reduce((day, l) => (l.startsOn < day ? l.startsOn : day), '9999-12-31'),
    endsOn: bought.reduce((day, l) => (l.endsOn > day ? l.endsOn : day), '0000-01-01'),
  });
  for (const line of bought) {
    const totalBudgetMicroCny = BigInt(line.priceMicroCny);
    const days = BigInt(planDays(line));
    await createLineItem(ctx, actor, {
      campaignId: made.id,
      name: `${plan.name.slice(0, 80)} ${line.tier}`,
      pricing: line.pricing,
      bidFen: line.bidFen,
      // Half as much again as an even day, so that a weak day can be made up for.
      dailyBudgetMicroCny: (totalBudgetMicroCny * 3n) / (days * 2n + 1n) + 1n,
      totalBudgetMicroCny,
      pacing: 'even',
      startsOn: line.startsOn,
      endsOn: line.endsOn,
      target: line.target,
      frequencyCaps: [{ scope: 'lineItem', window: 'day', count: 5 }],
      creativeIds: [],
    });
  }
  return made.id;
}

export async function discardPlan(
  ctx: PlanContext,
  actor: Actor,
  id: number,
  { version }: { version: number },
): Promise<Plan> {
  return ctx.db.transaction(async (tx) => {
    const row = await lockRow(tx, mediaPlan, id, version);
    assertDraft(row);
    return saveEdit(tx, {
      table: mediaPlan,
      row,
      changes: { status: 'discarded' },
      actor,
      action: 'plan.discard',
      subject: `plan:${id}`,
      nowMs: ctx.clock(),
    });
  });
}
