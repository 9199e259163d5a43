/**
 * Line items: what bids. Owns their writes; refuses what could never deliver when it is switched on, and says what is
 * missing; refuses budgets below what is spent, naming the lowest that is allowed.
 */
import { eq } from 'drizzle-orm';
import type { z } from 'zod';
import type { Db } from '../../db/client.ts';
import {
  type CampaignStatus,
  campaign,
  lineItem,
  lineItemCreative,
} from '../../db/schema/campaigns.ts';
import { dayOf } from '../../db/terms/day.ts';
import { Failure, type FailureDetail } from '../../db/terms/failure.ts';
import { record } from '../audit/audit.ts';
import { assertOwned, type Ownership } from '../http/auth.ts';
import { lockRow, saveEdit } from '../http/versioned.ts';
import type { Actor } from '../identity/actor.ts';
import { copyLineItemInto } from './copying.ts';
import {
  assertCreatives,
  assertEditable,
  assertTarget,
  committedBy,
  refuse,
  spentBy,
} from './guards.ts';
import { campaignOwnership, type DemandContext } from './ownership.ts';
import { budgetProblem, datesProblem, spendRuleProblem, statusProblem } from './rules.ts';
import type { bulkEditSchema, lineItemChangesSchema, newLineItemSchema } from './shapes.ts';

export const lineItemOwnership: Ownership = {
  table: lineItem,
  id: lineItem.id,
  advertiser: lineItem.advertiserId,
};

export async function createLineItem(
  ctx: DemandContext,
  actor: Actor,
  { creativeIds, ...input }: z.infer<typeof newLineItemSchema>,
) {
  return ctx.db.transaction(async (tx) => {
    await assertOwned(tx, actor, campaignOwnership, [input.campaignId], '/campaignId');
    const parent = await lockRow(tx, campaign, input.campaignId);
    assertEditable(parent.status);
    refuse(datesProblem(input, parent), spendRuleProblem(input));
    await assertTarget(tx, input.target, parent.advertiserId);
    await assertCreatives(tx, parent.advertiserId, creativeIds);
    const [row] = await tx
      .insert(lineItem)
      .values({ ...input, advertiserId: parent.advertiserId })
      .returning();
    if (!row) throw new Error('insert returned nothing');
    await link(tx, row.id, creativeIds);
    const subject = `lineItem:${row.id}` as const;
    await record(tx, { actor, action: 'lineItem.create', subject, after: { ...row, creativeIds } });
    return row;
  });
}

async function link(db: Db, lineItemId: number, creativeIds: readonly number[]): Promise<void> {
  await db.delete(lineItemCreative).where(eq(lineItemCreative.lineItemId, lineItemId));
  if (creativeIds.length === 0) return;
  await db
    .insert(lineItemCreative)
    .values([...new Set(creativeIds)].map((creativeId) => ({ lineItemId, creativeId })));
}

/** One edit inside the caller's transaction: bulk edits are many of these, all or none. */
export async function applyLineItemEdit(
  db: Db,
  ctx: Pick<DemandContext, 'clock'>,
  actor: Actor,
  id: number,
  { version, ...changes }: z.infer<typeof lineItemChangesSchema> & { version?: number },
) {
  const row = await lockRow(db, lineItem, id, version);
  assertEditable(row.status);
  assertNotPromised(row, changes);
  const parent = await lockRow(db, campaign, row.campaignId);
  const next = { ...row, ...changes };
  const spent = await spentBy(db, { lineItemId: id });
  const committed = await committedBy(db, { lineItemId: id }, dayOf(ctx.clock()));
  refuse(
    datesProblem(next, parent),
    spendRuleProblem(next),
    budgetProblem('/totalBudgetMicroCny', changes.totalBudgetMicroCny, committed.totalMicroCny),
    budgetProblem('/dailyBudgetMicroCny', changes.dailyBudgetMicroCny, committed.todayMicroCny),
    changes.pricing !== undefined && changes.pricing !== row.pricing && spent > 0n
      ? {
          pointer: '/pricing',
          zh: '已有消耗，不能更换计费方式；请复制后修改',
          en: 'money was spent under the old pricing; copy the line item to change it',
        }
      : undefined,
  );
  if (changes.target !== undefined) await assertTarget(db, changes.target, row.advertiserId);
  const subject = `lineItem:${id}` as const;
  const action = 'lineItem.edit';
  const nowMs = ctx.clock();
  return saveEdit(db, { table: lineItem, row, changes, actor, action, subject, nowMs });
}

/** What an order promised is changed through the order, where the outlet has a say too. */
function assertNotPromised(
  row: typeof lineItem.$inferSelect,
  changes: z.infer<typeof lineItemChangesSchema>,
): void {
  const { name, frequencyCaps, ...terms } = changes;
  const [field] = Object.keys(terms);
  if (!['guaranteed', 'booked'].includes(row.priority) || field === undefined) return;
  throw new Failure('conflict', {
    pointer: `/${field}`,
    zh: '由订单约定的投放，请在订单中提出变更',
    en: 'promised by an order: ask for a change there',
  });
}

export const editLineItem = (
  ctx: DemandContext,
  actor: Actor,
  id: number,
  input: z.infer<typeof lineItemChangesSchema> & { version: number },
) => ctx.db.transaction((tx) => applyLineItemEdit(tx, ctx, actor, id, input));

/** All of the edits or none; what is wrong is named by row, `/edits/3/changes/bidFen`, for every row at once. */
export async function bulkEditLineItems(
  ctx: DemandContext,
  actor: Actor,
  { edits }: z.infer<typeof bulkEditSchema>,
) {
  const ids = edits.map((edit) => edit.id);
  return ctx.db.transaction(async (tx) => {
    await assertOwned(tx, actor, lineItemOwnership, ids, '/edits');
    const saved = new Map<number, Awaited<ReturnType<typeof applyLineItemEdit>>>();
    const wrong: FailureDetail[] = [];
    // In id order, so that two bulk edits of the same rows wait for each other instead of deadlocking.
    const ordered = edits.map((edit, row) => ({ ...edit, row })).sort((a, b) => a.id - b.id);
    for (const { id, version, changes, row } of ordered) {
      try {
        saved.set(id, await applyLineItemEdit(tx, ctx, actor, id, { ...changes, version }));
      } catch (error) {
        if (!(error instanceof Failure)) throw error;
        wrong.push(...error.details.map((detail) => atRow(detail, row)));
      }
    }
    const [first, ...rest] = wrong;
    if (first) throw new Failure('invalid_input', first, ...rest);
    return { items: ids.flatMap((id) => saved.get(id) ?? []), nextCursor: null };
  });
}

const atRow = (detail: FailureDetail, row: number): FailureDetail => ({
  ...detail,
  pointer:
    detail.pointer === '/version'
      ? `/edits/${row}/version`
      : `/edits/${row}/changes${detail.pointer ?? ''}`,
});

/** To `active` only with a creative and days left; whatever else keeps it from delivering, its diagnosis tells. */
export async function setLineItemStatus(
  ctx: DemandContext,
  actor: Actor,
  id: number,
  { version, status }: { version: number; status: CampaignStatus },
) {
  return ctx.db.transaction(async (tx) => {
    const row = await lockRow(tx, lineItem, id, version);
    const problem = statusProblem(row.status, status);
    if (problem) throw new Failure('conflict', problem);
    if (status === 'active') await assertCanStart(tx, ctx, row);
    const subject = `lineItem:${id}` as const;
    const action = `lineItem.${status}`;
    const changes = { status };
    return saveEdit(tx, {
      table: lineItem,
      row,
      changes,
      actor,
      action,
      subject,
      nowMs: ctx.clock(),
    });
  });
}

async function assertCanStart(
  db: Db,
  ctx: Pick<DemandContext, 'clock'>,
  row: typeof lineItem.$inferSelect,
): Promise<void> {
  const links = await db.$count(lineItemCreative, eq(lineItemCreative.lineItemId, row.id));
  refuse(
    links === 0
      ? {
          pointer: '/creativeIds',
          zh: '请先添加至少一个创意',
          en: 'add at least one creative first',
        }
      : undefined,
    row.endsOn < dayOf(ctx.clock())
      ? {
          pointer: '/endsOn',
          zh: '结束日期已过，请先延长',
          en: 'its last day has passed; extend it',
        }
      : undefined,
  );
}

export async function setCreatives(
  ctx: DemandContext,
  actor: Actor,
  id: number,
  { version, creativeIds }: { version: number; creativeIds: number[] },
) {
  return ctx.db.transaction(async (tx) => {
    const row = await lockRow(tx, lineItem, id, version);
    assertEditable(row.status);
    await assertCreatives(tx, row.advertiserId, creativeIds);
    if (row.status === 'active' && creativeIds.length === 0) {
      throw new Failure('conflict', {
        pointer: '/creativeIds',
        zh: '投放中的单元至少要有一个创意；可先暂停',
        en: 'an active line item needs a creative; pause it first',
      });
    }
    const before = await tx
      .select({ creativeId: lineItemCreative.creativeId })
      .from(lineItemCreative)
      .where(eq(lineItemCreative.lineItemId, id));
    await link(tx, id, creativeIds);
    const [saved] = await tx
      .update(lineItem)
      .set({ version: row.version + 1, updatedAt: new Date(ctx.clock()) })
      .where(eq(lineItem.id, id))
      .returning();
    await record(tx, {
      actor,
      action: 'lineItem.creatives',
      subject: `lineItem:${id}`,
      before: { creativeIds: before.map((one) => one.creativeId) },
      after: { creativeIds },
    });
    return saved ?? row;
  });
}

export async function copyLineItem(ctx: DemandContext, actor: Actor, id: number) {
  return ctx.db.transaction(async (tx) => {
    const source = await lockRow(tx, lineItem, id);
    const name = `${source.name.slice(0, 95)} 副本`;
    const copy = await copyLineItemInto(tx, source, source.campaignId, name);
    const subject = `lineItem:${copy.id}` as const;
    await record(tx, { actor, action: 'lineItem.copy', subject, after: { from: id } });
    return copy;
  });
}
