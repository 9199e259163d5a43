/**
 * What partners and deals need of line items. Owns three writes: the line item by which a demand partner buys, the priority that
 * a deal gives and its end takes away, and the pause of what has got all that it was promised. Nobody sets a priority by itself.
 */
import { inArray } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { advertiser, campaign, lineItem } from '../../db/schema/campaigns.ts';
import { addDays, type Clock, dayOf } from '../../db/terms/day.ts';
import { Failure } from '../../db/terms/failure.ts';
import type { Priority } from '../../db/terms/market.ts';
import { MAX_MICRO_CNY, type MicroCny } from '../../db/terms/money.ts';
import { type Author, record } from '../audit/audit.ts';
import { lockRow, saveEdit } from '../http/versioned.ts';
import type { Actor } from '../identity/actor.ts';

/** Its bids come from outside; this only sizes the leases. */
const USUAL_BID_FEN = 1_000;
const YEARS_OPEN_DAYS = 3_650;

export interface PartnerLine {
  advertiserId: number;
  campaignId: number;
  lineItemId: number;
}

/** A campaign and an active line item without creatives: budgets are granted to it, and no node bids with it. */
export async function openPartnerLine(
  db: Db,
  ctx: { clock: Clock },
  actor: Actor,
  input: { advertiserId: number; name: string; dailyBudgetMicroCny: MicroCny },
): Promise<PartnerLine> {
  const { advertiserId, name, dailyBudgetMicroCny } = input;
  const buyer = await lockRow(db, advertiser, advertiserId);
  if (buyer.status !== 'active') {
    throw new Failure('conflict', {
      pointer: '/advertiserId',
      zh: '该广告主未启用',
      en: 'this advertiser is not active',
    });
  }
  const startsOn = dayOf(ctx.clock());
  const flight = {
    advertiserId,
    name: name.slice(0, 100),
    status: 'active' as const,
    totalBudgetMicroCny: MAX_MICRO_CNY,
    startsOn,
    endsOn: addDays(startsOn, YEARS_OPEN_DAYS),
  };
  const [plan] = await db.insert(campaign).values(flight).returning();
  if (!plan) throw new Error('insert returned nothing');
  const [line] = await db
    .insert(lineItem)
    .values({
      ...flight,
      campaignId: plan.id,
      bidFen: USUAL_BID_FEN,
      dailyBudgetMicroCny,
      pacing: 'asap',
      target: { all: [] },
    })
    .returning();
  if (!line) throw new Error('insert returned nothing');
  const subject = `lineItem:${line.id}` as const;
  await record(db, { actor, action: 'lineItem.create', subject, after: line });
  return { advertiserId, campaignId: plan.id, lineItemId: line.id };
}

/** Sets a line item's priority inside the caller's transaction. */
export async function setLineItemPriority(
  db: Db,
  ctx: { clock: Clock },
  actor: Author,
  lineItemId: number,
  priority: Priority,
): Promise<void> {
  const row = await lockRow(db, lineItem, lineItemId);
  await saveEdit(db, {
    table: lineItem,
    row,
    changes: { priority },
    actor,
    action: 'lineItem.priority',
    subject: `lineItem:${lineItemId}`,
    nowMs: ctx.clock(),
  });
}

/** Pauses a line item that runs, inside the caller's transaction. */
export async function pauseLineItem(
  db: Db,
  ctx: { clock: Clock },
  actor: Author,
  lineItemId: number,
): Promise<void> {
  const row = await lockRow(db, lineItem, lineItemId);
  if (row.status !== 'active') return;
  await saveEdit(db, {
    table: lineItem,
    row,
    changes: { status: 'paused' },
    actor,
    action: 'lineItem.paused',
    subject: `lineItem:${lineItemId}`,
    nowMs: ctx.clock(),
  });
}

/** What a line item is, for whoever binds it: whose, how it is paid for, whether it still runs. */
export async function readLineItemTerms(db: Db, lineItemIds: readonly number[]) {
  if (lineItemIds.length === 0) return [];
  return db
    .select({
      id: lineItem.id,
      advertiserId: lineItem.advertiserId,
      pricing: lineItem.pricing,
      status: lineItem.status,
    })
    .from(lineItem)
    .where(inArray(lineItem.id, [...lineItemIds]));
}
