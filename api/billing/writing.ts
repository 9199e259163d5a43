/**
 * Writing charges: split under their contracts, paid by wallet and its holds, inserted with their shares, posted. Owns the one
 * order of locks (contract residuals, accounts, holds) and the months that were cut. Private to billing: whoever charges
 * something decides what is due and under which lock it looked.
 */
import { sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { addDays, type Clock, type Day, dayOf, monthOf } from '../../db/terms/day.ts';
import { splitCharges } from '../contracts/contracts.ts';
import { findHolds, lockAccounts, post } from '../ledger/ledger.ts';
import { accountsOf, type Billed, type DueCharge, toJournals } from './charging.ts';

/** Books the charges, all or none, in the caller's transaction. */
export async function bookCharges(tx: Db, due: readonly DueCharge[]): Promise<Billed[]> {
  if (due.length === 0) return [];
  const portions = await splitCharges(
    tx,
    due.map((charge) => ({ ...charge, day: charge.earnedDay })),
  );
  const charges = due.map((charge, i) => ({ ...charge, portions: portions[i] ?? [] }));
  const free = await lockAccounts(tx, accountsOf(charges));
  const holds = await findHolds(tx, [...new Set(charges.map((charge) => charge.holdKey))]);
  const held = new Map([...holds].map(([key, hold]) => [key, hold.remainingMicroCny]));
  const { journals, billed } = toJournals(charges, { free, held });
  await insertCharges(tx, billed);
  await post(tx, journals);
  return billed;
}

/** The day a charge is booked on: its own, unless its month was cut; then today, at least the first day after it. */
export async function dayOfBooking(tx: Db, earned: Day, clock: Clock): Promise<Day> {
  const month = monthOf(earned);
  await tx.execute(sql`INSERT INTO billing_month (month) VALUES (${month}) ON CONFLICT DO NOTHING`);
  const rows = (await tx.execute(
    sql`SELECT cut_at IS NOT NULL AS cut FROM billing_month WHERE month = ${month} FOR SHARE`,
  )) as unknown as { cut: boolean }[];
  if (!rows[0]?.cut) return earned;
  const next = monthOf(addDays(`${month}-28`, 4));
  const today = dayOf(clock());
  return today >= `${next}-01` ? today : `${next}-01`;
}

/**
 * Cuts a month: charges earned in it and found from now on are booked later. Waits for billing in flight. Called by
 * whoever freezes the month's first statement; repeating it changes nothing.
 */
export async function cutMonth(ctx: { db: Db; clock: Clock }, month: string): Promise<void> {
  const at = new Date(ctx.clock()).toISOString();
  await ctx.db.execute(sql`
    INSERT INTO billing_month (month, cut_at) VALUES (${month}, ${at}::timestamptz)
    ON CONFLICT (month) DO UPDATE SET cut_at = coalesce(billing_month.cut_at, excluded.cut_at)`);
}

const nameOf = (journalKey: string, placementId: number | string, dealId: number | string) =>
  `${journalKey}/${placementId}/${dealId}`;

async function insertCharges(tx: Db, billed: readonly Billed[]): Promise<void> {
  const heads = billed.map(({ charge, absorbedMicroCny }) => ({
    hour: charge.hour,
    day: charge.day,
    advertiser: charge.advertiserId,
    campaign: charge.campaignId,
    line: charge.lineItemId,
    booking: charge.bookingLineId,
    outlet: charge.outletId,
    placement: charge.placementId,
    deal: charge.dealId,
    revision: charge.revision,
    reason: charge.reason,
    quantity: charge.quantity,
    amount: charge.amountMicroCny.toString(),
    absorbed: absorbedMicroCny.toString(),
    contract: charge.contractVersionId,
    key: charge.journalKey,
  }));
  const made = (await tx.execute(sql`
    INSERT INTO charge (hour, day, advertiser_id, campaign_id, line_item_id, booking_line_id, outlet_id, placement_id,
                        deal_id, revision, reason, quantity, amount_micro_cny, absorbed_micro_cny, contract_version_id, journal_key)
    SELECT h.hour, h.day, h.advertiser, h.campaign, h.line, h.booking, h.outlet, h.placement, h.deal, h.revision, h.reason,
           h.quantity, h.amount, h.absorbed, h.contract, h.key
      FROM json_to_recordset(${JSON.stringify(heads)}::text::json) AS h(hour int, day date, advertiser bigint,
        campaign bigint, line bigint, booking bigint, outlet bigint, placement bigint, deal bigint, revision int, reason text,
        quantity bigint, amount bigint, absorbed bigint, contract bigint, key text)
    RETURNING id, journal_key, placement_id, deal_id`)) as unknown as {
    id: string;
    journal_key: string;
    placement_id: string;
    deal_id: string;
  }[];
  const ids = new Map(
    made.map((row) => [nameOf(row.journal_key, row.placement_id, row.deal_id), row.id]),
  );
  const shares = billed.flatMap(({ charge }) =>
    charge.portions.map((portion) => ({
      charge: ids.get(nameOf(charge.journalKey, charge.placementId, charge.dealId)),
      day: charge.day,
      outlet: portion.outletId,
      amount: portion.amountMicroCny.toString(),
    })),
  );
  await tx.execute(sql`
    INSERT INTO charge_share (charge_id, outlet_id, day, amount_micro_cny)
    SELECT s.charge, s.outlet, s.day, s.amount
      FROM json_to_recordset(${JSON.stringify(shares)}::text::json)
        AS s(charge bigint, outlet bigint, day date, amount bigint)`);
}
