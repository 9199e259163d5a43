/**
 * What the demo's partners reported of their last week, so that finance has days that agree and a case to decide on the first
 * morning: the demand partner counts less on one day, the supply partner leaves one out. Owns what they say; our own side is
 * charged first, by billing's verb, and the reports go in by the verb of the form.
 */
import { eq } from 'drizzle-orm';
import { chargedByDay, closeHour, hoursDue } from '../../api/billing/billing.ts';
import { receiveReport } from '../../api/clearing/clearing.ts';
import type { Context } from '../../api/context.ts';
import type { PartnerSide } from '../../db/schema/clearing.ts';
import { user } from '../../db/schema/identity.ts';
import { demandPartner, supplyPartner } from '../../db/schema/partners.ts';
import { addDays, type Day, dayEndMs, dayOf, dayStartMs, hourOf } from '../../db/terms/day.ts';
import { DEMO_DSP_CODE, DEMO_SSP_CODE } from './partners.ts';

const DAYS = 7;
const TOLERANCE_PPM = 10_000;
/** Which day of the week is off, and by how much the demand partner's count is short. */
const ODD_DAY = 4;
const SHORT_PERCENT = 6n;

type Charged = Awaited<ReturnType<typeof chargedByDay>>;
type Clerk = Pick<Context, 'db' | 'clock'>;
interface Week {
  from: Day;
  to: Day;
}

export async function seedCleared(ctx: Clerk): Promise<void> {
  const today = dayOf(ctx.clock());
  const week = { from: addDays(today, -DAYS), to: addDays(today, -1) };
  await chargeWeek(ctx, week);
  const [finance] = await ctx.db
    .select({ id: user.id })
    .from(user)
    .where(eq(user.email, 'finance@demo.hongze'));
  const by = finance?.id ?? 'finance';
  const [buyer] = await ctx.db
    .select()
    .from(demandPartner)
    .where(eq(demandPartner.code, DEMO_DSP_CODE));
  if (buyer) {
    const charged = await chargedByDay(ctx.db, { lineItemId: buyer.lineItemId, ...week });
    await report(ctx, { side: 'demand', partnerId: buyer.id, week, rows: countLess(charged) }, by);
  }
  const [seller] = await ctx.db
    .select()
    .from(supplyPartner)
    .where(eq(supplyPartner.code, DEMO_SSP_CODE));
  if (seller) {
    const charged = await chargedByDay(ctx.db, { outletId: seller.outletId, ...week });
    const rows = charged.filter((_, i) => i !== ODD_DAY);
    await report(ctx, { side: 'supply', partnerId: seller.id, week, rows }, by);
  }
}

async function chargeWeek(ctx: Clerk, { from, to }: Week): Promise<void> {
  const [first, end] = [hourOf(dayStartMs(from)), hourOf(dayEndMs(to))];
  for (const hour of await hoursDue(ctx.db, end, first)) await closeHour(ctx, hour);
}

/** As charged, but for one day. */
const countLess = (charged: Charged): Charged =>
  charged.map((row, i) => {
    if (i !== ODD_DAY) return row;
    const less = (amount: bigint) => amount - (amount * SHORT_PERCENT) / 100n;
    return {
      ...row,
      quantity: Number(less(BigInt(row.quantity))),
      amountMicroCny: less(row.amountMicroCny),
    };
  });

async function report(
  ctx: Clerk,
  {
    side,
    partnerId,
    week,
    rows,
  }: { side: PartnerSide; partnerId: number; week: Week; rows: Charged },
  by: string,
): Promise<void> {
  const input = { side, partnerId, fromDay: week.from, toDay: week.to, rows };
  await receiveReport(ctx, { ...input, tolerancePpm: TOLERANCE_PPM }, by);
}
