/**
 * Guaranteed impressions from their first day to their last: what was delivered of them, what is owed still, and what becomes
 * of a shortfall. Each day is given an even part of what is left, so that a weak day is caught up by those after it. When a
 * line is over and its figures are final, the rest stays held until it is made good at no new price, or given back.
 */
import { and, eq, inArray, lt } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { bookingLine, bookingOrder } from '../../db/schema/bookings.ts';
import { type Day, dayEndMs, dayOf, dayStartMs, hourOf } from '../../db/terms/day.ts';
import type { MicroCny } from '../../db/terms/money.ts';
import { type Author, record } from '../audit/audit.ts';
import { chargedByDay, hoursDue, provisionalDays } from '../billing/billing.ts';
import { planPromised } from '../campaigns/campaigns.ts';
import { findHolds, holdKeys } from '../ledger/ledger.ts';
import { type BookingContext, conflict, type Line } from './order.ts';
import { daysOf } from './slots.ts';

/** A missed day or a shortfall for which no make-good was agreed by then is paid back. */
export const REMEDY_DAYS = 14;

interface Progress {
  delivered: number;
  chargedMicroCny: MicroCny;
  /** In the budgets of its days, and not charged yet. */
  budgetedMicroCny: MicroCny;
}

/** Of a guaranteed line's days up to `until`, which is left out; of all where it is absent. */
async function progressOf(db: Db, line: Line, until?: Day): Promise<Progress> {
  const days = daysOf(line).filter((day) => until === undefined || day < until);
  const progress: Progress = { delivered: 0, chargedMicroCny: 0n, budgetedMicroCny: 0n };
  const { lineItemId } = line;
  const [from, to] = [days[0], days.at(-1)];
  if (lineItemId === null || !from || !to) return progress;
  for (const day of await chargedByDay(db, { lineItemId, from, to })) {
    progress.delivered += day.quantity;
    progress.chargedMicroCny += day.amountMicroCny;
  }
  const holds = await findHolds(
    db,
    days.map((day) => holdKeys.budget(lineItemId, day)),
  );
  for (const hold of holds.values()) progress.budgetedMicroCny += hold.remainingMicroCny;
  return progress;
}

/** What one impression of the line costs, µCNY: its price is that times its impressions exactly. */
const unitOf = (line: Line): MicroCny => line.priceMicroCny / BigInt(line.impressions ?? 1);

/** Impressions that were not delivered, of a line that was judged, and what they cost. */
export function shortfallOf(line: Line): { impressions: number; priceMicroCny: MicroCny } {
  const impressions = (line.impressions ?? 0) - (line.delivered ?? line.impressions ?? 0);
  return { impressions, priceMicroCny: unitOf(line) * BigInt(impressions) };
}

/** What the order's hold must keep for a guaranteed line; nothing once it is settled. */
export async function guaranteeOwed(db: Db, line: Line): Promise<MicroCny> {
  if (line.impressions === null || !['accepted', 'short'].includes(line.status)) return 0n;
  const { chargedMicroCny, budgetedMicroCny } = await progressOf(db, line);
  const owed = line.priceMicroCny - chargedMicroCny - budgetedMicroCny;
  return owed > 0n ? owed : 0n;
}

/** Today's part of what is left, evenly over the days to come; the last day gets all of it. Undefined: nothing to plan. */
async function dailyPartOf(db: Db, line: Line, today: Day): Promise<MicroCny | undefined> {
  if (today < line.startsOn || today > line.endsOn || line.lineItemId === null) return undefined;
  const before = await progressOf(db, line, today);
  const left = line.priceMicroCny - before.chargedMicroCny - before.budgetedMicroCny;
  const days = BigInt(daysOf(line).filter((day) => day >= today).length);
  return left > 0n ? (left + days - 1n) / days : undefined;
}

/**
 * True when nothing can change any more of what the line delivered. Hours may wait for a contract when their days are final and
 * the budgets over: made good before they are charged, they would be paid twice.
 */
async function isFinal(db: Db, line: Line, { budgetedMicroCny }: Progress): Promise<boolean> {
  const { lineItemId, startsOn, endsOn } = line;
  if (budgetedMicroCny > 0n) return false;
  if ((await provisionalDays(db, startsOn, endsOn)).length > 0) return false;
  if (lineItemId === null) return true;
  const [from, until] = [hourOf(dayStartMs(startsOn)), hourOf(dayEndMs(endsOn))];
  return (await hoursDue(db, until, from, { lineItemId })).length === 0;
}

/** One look at an order's guaranteed lines: today's parts planned, those that are over judged. Returns them as they are now. */
export async function lookAtGuarantees(
  ctx: BookingContext,
  actor: Author,
  lines: readonly Line[],
): Promise<Line[]> {
  const today = dayOf(ctx.clock());
  const seen: Line[] = [];
  for (const line of lines) {
    const running = line.impressions !== null && line.status === 'accepted';
    const part = running ? await dailyPartOf(ctx.db, line, today) : undefined;
    if (part !== undefined) await planPromised(ctx.db, line.lineItemId ?? 0, part);
    seen.push(running && line.endsOn < today ? await judge(ctx, actor, line) : line);
  }
  return seen;
}

async function judge(ctx: BookingContext, actor: Author, line: Line): Promise<Line> {
  const progress = await progressOf(ctx.db, line);
  if (!(await isFinal(ctx.db, line, progress))) return line;
  // By money: whatever was not charged is owed, however it came about.
  const short = (line.priceMicroCny - progress.chargedMicroCny) / unitOf(line);
  const delivered = (line.impressions ?? 0) - Math.max(0, Number(short));
  const changes = {
    delivered,
    judgedAt: new Date(ctx.clock()),
    status: short > 0n ? ('short' as const) : ('fulfilled' as const),
  };
  return change(ctx, actor, line, changes, `booking.guarantee.${changes.status}`);
}

async function change(
  ctx: BookingContext,
  actor: Author,
  line: Line,
  changes: Partial<Line>,
  action: `booking.guarantee.${string}`,
): Promise<Line> {
  const [saved] = await ctx.db
    .update(bookingLine)
    .set({ ...changes, version: line.version + 1, updatedAt: new Date(ctx.clock()) })
    .where(eq(bookingLine.id, line.id))
    .returning();
  if (!saved) throw new Error('a locked line vanished');
  const { status, delivered, remedy } = saved;
  const after = { status, delivered, remedy, promised: line.impressions };
  await record(ctx.db, { actor, action, subject: `booking:${line.id}`, after });
  return saved;
}

/** A shortfall's end: another line took it over, or its money goes back. Fails with `conflict` where nothing is short. */
export function remedyGuarantee(
  ctx: BookingContext,
  actor: Author,
  line: Line,
  remedy: 'made_good' | 'released',
): Promise<Line> {
  assertShort(line);
  return change(ctx, actor, line, { status: 'fulfilled', remedy }, `booking.guarantee.${remedy}`);
}

export function assertShort(line: Line): void {
  if (line.status === 'short') return;
  throw conflict(
    '保量投放尚未定稿，或没有未完成的展现量',
    'the guarantee is not over, or nothing of it is missing',
  );
}

/** Lines whose shortfall nobody has made good in time. */
export const overdueGuarantees = (ctx: BookingContext, limit: number): Promise<{ id: number }[]> =>
  ctx.db
    .select({ id: bookingLine.id })
    .from(bookingLine)
    .innerJoin(bookingOrder, eq(bookingOrder.id, bookingLine.orderId))
    .where(
      and(
        eq(bookingLine.status, 'short'),
        lt(bookingLine.judgedAt, new Date(ctx.clock() - REMEDY_DAYS * 86_400_000)),
        inArray(bookingOrder.status, ['booked', 'in_flight']),
      ),
    )
    .limit(limit);
