/**
 * Which line items buy by a deal. Owns the links and, through campaigns, the priority that a deal lends and its end takes back.
 * A line item buys by deals of one priority at a time: what is promised and what is merely allowed do not mix.
 */
import { and, eq, ne } from 'drizzle-orm';
import type { z } from 'zod';
import type { Db } from '../../db/client.ts';
import { deal, dealLineItem } from '../../db/schema/deals.ts';
import type { Clock } from '../../db/terms/day.ts';
import { Failure, type FailureDetail } from '../../db/terms/failure.ts';
import type { Priority } from '../../db/terms/market.ts';
import { type Author, record } from '../audit/audit.ts';
import { readLineItemTerms, setLineItemPriority } from '../campaigns/campaigns.ts';
import { forbidden } from '../http/auth.ts';
import { lockRow, saveEdit } from '../http/versioned.ts';
import { type Actor, opens } from '../identity/actor.ts';
import type { dealLinesSchema } from './shapes.ts';

type Context = { db: Db; clock: Clock };
type Deal = typeof deal.$inferSelect;

const priorityOf = (row: Pick<Deal, 'kind'>): Priority =>
  row.kind === 'guaranteed' ? 'guaranteed' : 'deal';

export async function linesOf(db: Db, dealId: number): Promise<number[]> {
  const rows = await db
    .select({ id: dealLineItem.lineItemId })
    .from(dealLineItem)
    .where(eq(dealLineItem.dealId, dealId))
    .orderBy(dealLineItem.lineItemId);
  return rows.map((row) => row.id);
}

/** The buyer names the line items that buy by the deal, all of them. */
export async function setDealLines(
  ctx: Context,
  actor: Actor,
  id: number,
  { version, lineItemIds }: z.infer<typeof dealLinesSchema>,
) {
  return ctx.db.transaction(async (tx) => {
    const row = await lockRow(tx, deal, id, version);
    const { advertiserId } = row;
    const isBuyer = advertiserId !== null && actor.advertiserIds.includes(advertiserId);
    if (!isBuyer && !opens('platform:operator', actor)) throw forbidden();
    if (row.status === 'declined' || row.status === 'ended' || advertiserId === null) {
      throw new Failure('conflict', {
        zh: '此交易不能关联投放单元',
        en: 'no line item can buy by this deal',
      });
    }
    const before = await linesOf(tx, id);
    const added = lineItemIds.filter((one) => !before.includes(one));
    const gone = before.filter((one) => !lineItemIds.includes(one));
    await assertLines(tx, row, lineItemIds, added);
    for (const lineItemId of gone.sort((a, b) => a - b))
      await unlink(tx, ctx, actor, row, lineItemId);
    for (const lineItemId of added.sort((a, b) => a - b)) {
      await tx.insert(dealLineItem).values({ dealId: id, lineItemId, advertiserId });
      await setLineItemPriority(tx, ctx, actor, lineItemId, priorityOf(row));
    }
    const subject = `deal:${id}` as const;
    const after = { lineItemIds };
    await record(tx, {
      actor,
      action: 'deal.lines',
      subject,
      before: { lineItemIds: before },
      after,
    });
    // The version moves with the links, so that two buyers' edits meet.
    const changes = { note: row.note, updatedAt: new Date(ctx.clock()) };
    return saveEdit(tx, {
      table: deal,
      row,
      changes,
      actor,
      action: 'deal.edit',
      subject,
      nowMs: ctx.clock(),
    });
  });
}

async function assertLines(
  db: Db,
  row: Deal,
  wanted: readonly number[],
  added: readonly number[],
): Promise<void> {
  const known = new Map((await readLineItemTerms(db, added)).map((one) => [one.id, one]));
  const problems: FailureDetail[] = [];
  for (const lineItemId of added) {
    const pointer = `/lineItemIds/${wanted.indexOf(lineItemId)}`;
    const terms = known.get(lineItemId);
    if (terms?.advertiserId !== row.advertiserId)
      problems.push({ pointer, zh: '没有这个投放单元', en: 'there is no such line item' });
    else if (terms.status === 'archived' || terms.status === 'ended')
      problems.push({ pointer, zh: '投放单元已结束', en: 'the line item has ended' });
    else if (row.kind !== 'pmp' && terms.pricing !== 'CPM')
      problems.push({
        pointer,
        zh: '定价交易按千次展现计费，请使用 CPM 投放单元',
        en: 'a fixed price is per thousand impressions: use a CPM line item',
      });
    else if (await buysOtherwise(db, row, lineItemId))
      problems.push({
        pointer,
        zh: '投放单元已用于另一类交易',
        en: 'the line item buys by deals of another kind',
      });
  }
  const [first, ...rest] = problems;
  if (first) throw new Failure('invalid_input', first, ...rest);
}

async function buysOtherwise(db: Db, row: Deal, lineItemId: number): Promise<boolean> {
  const others = await db
    .select({ kind: deal.kind })
    .from(dealLineItem)
    .innerJoin(deal, eq(deal.id, dealLineItem.dealId))
    .where(and(eq(dealLineItem.lineItemId, lineItemId), ne(dealLineItem.dealId, row.id)));
  return others.some((other) => priorityOf(other) !== priorityOf(row));
}

async function unlink(
  db: Db,
  ctx: { clock: Clock },
  actor: Author,
  row: Deal,
  lineItemId: number,
): Promise<boolean> {
  await db
    .delete(dealLineItem)
    .where(and(eq(dealLineItem.dealId, row.id), eq(dealLineItem.lineItemId, lineItemId)));
  const left = await db.$count(dealLineItem, eq(dealLineItem.lineItemId, lineItemId));
  if (left === 0) await setLineItemPriority(db, ctx, actor, lineItemId, 'open');
  return left === 0;
}

/** A deal is over: its line items buy in the open market again, unless another deal holds them. Returns those that are free. */
export async function releaseLines(
  db: Db,
  ctx: { clock: Clock },
  actor: Author,
  row: Deal,
): Promise<number[]> {
  const free: number[] = [];
  for (const lineItemId of await linesOf(db, row.id))
    if (await unlink(db, ctx, actor, row, lineItemId)) free.push(lineItemId);
  return free;
}
