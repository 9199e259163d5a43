/** Drafts of orders: what is wanted, priced by the rate cards. Owns their writing; refuses lines that could never be booked. */
import { eq } from 'drizzle-orm';
import type { z } from 'zod';
import type { Db } from '../../db/client.ts';
import { bookingDay, bookingLine, bookingOrder } from '../../db/schema/bookings.ts';
import { advertiser } from '../../db/schema/campaigns.ts';
import { dayOf } from '../../db/terms/day.ts';
import { Failure, type FailureDetail } from '../../db/terms/failure.ts';
import type { Category } from '../../db/terms/market.ts';
import { record } from '../audit/audit.ts';
import { assertCreatives } from '../campaigns/campaigns.ts';
import { assertActsFor } from '../http/auth.ts';
import { lockRow, saveEdit } from '../http/versioned.ts';
import type { Actor } from '../identity/actor.ts';
import { judgeBooking } from '../outlets/outlets.ts';
import { type BookingContext, conflict, firstDayOf, linesOf, type Order } from './order.ts';
import { isOnSale, type LineInput, type Placed, placesOf, priceLine, ratesOf } from './pricing.ts';
import type { newOrderSchema, orderEditSchema } from './shapes.ts';

interface Draft {
  advertiserId: number;
  discountPpm: number;
  lines: readonly LineInput[];
}

/** What an outlet would say to each line, and what each costs. Throws `invalid_input` naming every line at fault. */
async function checkLines(db: Db, draft: Draft, today: string) {
  const ids = draft.lines.map((line) => line.placementId);
  const [places, rates] = [await placesOf(db, ids), await ratesOf(db, ids)];
  const [buyer] = await db
    .select({ category: advertiser.category })
    .from(advertiser)
    .where(eq(advertiser.id, draft.advertiserId));
  const problems: FailureDetail[] = [];
  const good = [];
  for (const [index, line] of draft.lines.entries()) {
    const at = `/lines/${index}`;
    const place = places.get(line.placementId);
    const problem = lineProblem(line, place, at, today);
    if (problem || !place) {
      if (problem) problems.push(problem);
      continue;
    }
    const judged = judge(place, line, draft, buyer?.category ?? 'other', today);
    if (judged.answer === 'refuse') {
      problems.push({ pointer: `${at}/placementId`, zh: judged.zh, en: judged.en });
      continue;
    }
    await assertCreatives(db, draft.advertiserId, line.creativeIds, at);
    const priced = priceLine(line, rates, draft.discountPpm, at);
    if ('zh' in priced) problems.push(priced);
    else good.push({ line, place, priced });
  }
  const [first, ...rest] = problems;
  if (first) throw new Failure('invalid_input', first, ...rest);
  return good;
}

function lineProblem(
  line: LineInput,
  place: Placed | undefined,
  at: string,
  today: string,
): FailureDetail | undefined {
  if (!place || !isOnSale(place)) {
    return {
      pointer: `${at}/placementId`,
      zh: '没有这个广告位',
      en: 'there is no such placement',
    };
  }
  if (line.startsOn < today) {
    return {
      pointer: `${at}/startsOn`,
      zh: '不能预订过去的日期',
      en: 'days that have passed cannot be booked',
    };
  }
  return undefined;
}

export const judge = (
  { outlet, property }: Placed,
  line: Pick<LineInput, 'startsOn'>,
  order: Pick<Order, 'advertiserId' | 'discountPpm'>,
  category: string,
  today: string,
) =>
  judgeBooking(
    { ...outlet, forMinors: property.forMinors },
    {
      advertiserId: order.advertiserId,
      discountPpm: order.discountPpm,
      category: category as Category,
      startsOn: line.startsOn,
      today,
    },
  );

const sumOf = (good: Awaited<ReturnType<typeof checkLines>>) =>
  good.reduce((sum, { priced }) => sum + priced.priceMicroCny, 0n);

async function writeLines(
  tx: Db,
  order: Pick<Order, 'id' | 'advertiserId'>,
  good: Awaited<ReturnType<typeof checkLines>>,
) {
  return tx
    .insert(bookingLine)
    .values(
      good.map(({ line, place, priced }) => ({
        ...line,
        orderId: order.id,
        advertiserId: order.advertiserId,
        outletId: place.outlet.id,
        listMicroCny: priced.listMicroCny,
        priceMicroCny: priced.priceMicroCny,
      })),
    )
    .returning();
}

export async function createOrder(
  ctx: BookingContext,
  actor: Actor,
  input: z.infer<typeof newOrderSchema>,
) {
  assertActsFor(actor, { advertiserId: input.advertiserId });
  return ctx.db.transaction(async (tx) => {
    const good = await checkLines(tx, input, dayOf(ctx.clock()));
    const { lines: _lines, ...fields } = input;
    const [order] = await tx
      .insert(bookingOrder)
      .values({ ...fields, totalMicroCny: sumOf(good), createdBy: actor.userId })
      .returning();
    if (!order) throw new Error('insert returned nothing');
    const lines = await writeLines(tx, order, good);
    const subject = `order:${order.id}` as const;
    await record(tx, { actor, action: 'order.create', subject, after: { ...order, lines } });
    return order;
  });
}

/** Of a draft. A changed discount wants approval anew; given lines replace all there were. */
export async function editOrder(
  ctx: BookingContext,
  actor: Actor,
  id: number,
  { version, lines, ...changes }: z.infer<typeof orderEditSchema>,
) {
  return ctx.db.transaction(async (tx) => {
    const row = await lockRow(tx, bookingOrder, id, version);
    if (row.status !== 'draft') {
      throw conflict(
        '只有草稿可以修改；已预订的请提出变更',
        'only a draft can be edited; ask for a change of what is booked',
      );
    }
    const known = await linesOf(tx, id);
    const wanted = lines ?? known;
    if (firstDayOf(wanted) < dayOf(ctx.clock()) && lines === undefined) {
      throw conflict('开始日期已过，请修改排期', 'its first day has passed; name other days');
    }
    const next = { ...row, ...changes };
    const good = await checkLines(tx, { ...next, lines: wanted }, dayOf(ctx.clock()));
    await tx.delete(bookingDay).where(eq(bookingDay.orderId, id));
    await tx.delete(bookingLine).where(eq(bookingLine.orderId, id));
    await writeLines(tx, row, good);
    const rediscounted = changes.discountPpm !== undefined && next.discountPpm !== row.discountPpm;
    return saveEdit(tx, {
      table: bookingOrder,
      row,
      changes: {
        ...changes,
        totalMicroCny: sumOf(good),
        ...(rediscounted ? { discountApprovedBy: null, discountApprovedAt: null } : {}),
      },
      actor,
      action: 'order.edit',
      subject: `order:${id}`,
      nowMs: ctx.clock(),
    });
  });
}
