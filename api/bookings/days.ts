/**
 * One booked day's way: sold → proved → delivered, or missed → made good or given back. Owns which step follows which, and
 * that what a day costs and what billing has charged for it change in one transaction.
 */
import { and, eq } from 'drizzle-orm';
import type { Database, Db } from '../../db/client.ts';
import { bookingDay, bookingLine, type DayStatus } from '../../db/schema/bookings.ts';
import type { Clock, Day } from '../../db/terms/day.ts';
import type { MicroCny } from '../../db/terms/money.ts';
import { type Author, record } from '../audit/audit.ts';
import { chargeBookedDays } from '../billing/billing.ts';
import { notFound } from '../http/auth.ts';
import { staleVersion } from '../http/versioned.ts';
import { holdKeys } from '../ledger/ledger.ts';
import { conflict } from './order.ts';

export type BookedDayRow = typeof bookingDay.$inferSelect;

const NEXT: Record<DayStatus, readonly DayStatus[]> = {
  sold: ['proved', 'missed', 'cancelled'],
  proved: ['delivered', 'sold', 'missed'],
  delivered: ['missed'],
  missed: ['proved', 'made_good', 'released'],
  made_good: [],
  released: [],
  cancelled: [],
};

const ZH: Record<DayStatus, string> = {
  sold: '待投放', proved: '待核验', delivered: '已履约', missed: '未履约', made_good: '已补播', released: '已退款',
  cancelled: '已取消',
}; // biome-ignore format: a word list

/** Nothing more can happen to its money. */
export const isSettled = (status: DayStatus): boolean =>
  NEXT[status].length === 0 || status === 'delivered';

export async function lockDay(
  tx: Db,
  lineId: number,
  day: Day,
  version?: number,
): Promise<BookedDayRow> {
  const [row] = await tx
    .select()
    .from(bookingDay)
    .where(and(eq(bookingDay.lineId, lineId), eq(bookingDay.day, day)))
    .for('update');
  if (!row) throw notFound();
  if (version !== undefined && row.version !== version) {
    throw await staleVersion(tx, bookingLine, lineId, row.version);
  }
  return row;
}

export interface Step {
  status: DayStatus;
  ran?: number;
  /** What the day costs from now on. */
  chargedMicroCny?: MicroCny;
  reason?: string | null;
  provedAt?: Date | null;
  makegoodLineId?: number;
}

/** What of a day's price so many of its slots cost; all of them the whole, to the µCNY. */
export const partOf = (row: Pick<BookedDayRow, 'priceMicroCny' | 'slots'>, ran: number): MicroCny =>
  (row.priceMicroCny * BigInt(ran)) / BigInt(row.slots);

/**
 * Takes one step. Where it changes what the day costs, the charge follows in the same transaction; without a contract in
 * force that day nothing happens at all. Fails with `conflict`.
 */
export async function stepDay(
  ctx: { db: Db; clock: Clock },
  actor: Author,
  row: BookedDayRow,
  step: Step,
): Promise<BookedDayRow> {
  const { db: tx } = ctx;
  if (!NEXT[row.status].includes(step.status)) {
    throw conflict(
      `该日为「${ZH[row.status]}」，不能改为「${ZH[step.status]}」`,
      `the day is ${row.status}; it cannot become ${step.status}`,
    );
  }
  const charged = step.chargedMicroCny ?? row.chargedMicroCny;
  const ran = step.ran ?? row.ran;
  const [saved] = await tx
    .update(bookingDay)
    .set({
      ...step,
      ran,
      chargedMicroCny: charged,
      decidedBy: actor.userId,
      decidedAt: new Date(ctx.clock()),
      version: row.version + 1,
    })
    .where(and(eq(bookingDay.lineId, row.lineId), eq(bookingDay.day, row.day)))
    .returning();
  if (!saved) throw new Error('a locked day vanished');
  await record(tx, {
    actor,
    action: `booking.day.${step.status}`,
    subject: `booking:${row.lineId}`,
    before: { day: row.day, status: row.status, chargedMicroCny: row.chargedMicroCny },
    after: { day: row.day, ...step },
  });
  if (charged !== row.chargedMicroCny) await charge(ctx, saved);
  return saved;
}

async function charge(ctx: { db: Db; clock: Clock }, row: BookedDayRow): Promise<void> {
  const { withoutContract } = await chargeBookedDays(ctx as { db: Database; clock: Clock }, [
    {
      bookingLineId: row.lineId,
      day: row.day,
      advertiserId: row.advertiserId,
      placementId: row.placementId,
      quantity: row.ran,
      amountMicroCny: row.chargedMicroCny,
      holdKey: holdKeys.booking(row.orderId),
      subject: `order:${row.orderId}`,
    },
  ]);
  if (withoutContract.length === 0) return;
  throw conflict(
    `${row.day} 没有生效的分成合同，暂不能计费；请先签订合同`,
    `no contract is in force on ${row.day}; it cannot be charged before one is signed`,
  );
}
