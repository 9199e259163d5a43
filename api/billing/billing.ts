/**
 * Billing: hours of rolled-up delivery become charges, shares and journals. Owns the promise that what was rolled up is
 * charged exactly once, whatever crashes: each batch is one transaction, and what is due is always the difference
 * between the rollup and the charges there are. Refuses to charge what no contract covers: that is reported instead.
 */
import { sql } from 'drizzle-orm';
import type { Database, Db } from '../../db/client.ts';
import {
  addDays,
  type Clock,
  type Day,
  dayOf,
  dayOfHour,
  type HourNumber,
  monthOf,
} from '../../db/terms/day.ts';
import type { MicroCny } from '../../db/terms/money.ts';
import { contractsFor, splitCharges } from '../contracts/contracts.ts';
import { findHolds, holdKeys, lockAccounts, post } from '../ledger/ledger.ts';
import { accountsOf, type Billed, type Charge, chargeKey, toJournals } from './charging.ts';
import { type DueBucket, dueBuckets } from './due.ts';

export { type ChargeView, chargesOf, hoursDue, outletIncome } from './queries.ts';
export { replayContract } from './replay.ts';

const BATCH_CHARGES = 1000;

export interface ClosedHour {
  hour: HourNumber;
  charges: number;
  amountMicroCny: MicroCny;
  /** Served beyond the wallets: the platform's loss. */
  absorbedMicroCny: MicroCny;
  /** Buckets left uncharged because no contract covers their placement that day. */
  withoutContract: { placementId: number; lineItemId: number; amountMicroCny: MicroCny }[];
}

/**
 * Charges what an hour's rollup holds and was not charged yet; repeat it as often as you like. Late events and removed
 * invalid traffic come out as further revisions with the difference. An hour of a month that was cut for its statements
 * is booked on the clock's day.
 */
export async function closeHour(
  ctx: { db: Database; clock: Clock },
  hour: HourNumber,
  batch = BATCH_CHARGES,
): Promise<ClosedHour> {
  const closed: ClosedHour = {
    hour,
    charges: 0,
    amountMicroCny: 0n,
    absorbedMicroCny: 0n,
    withoutContract: [],
  };
  let after = { lineItemId: 0, placementId: 0 };
  for (;;) {
    const from = after;
    const last = await ctx.db.transaction(async (tx) => {
      // One biller an hour at a time: two would both see the same difference.
      await tx.execute(sql`SELECT pg_advisory_xact_lock(hashtext('billing.closeHour'), ${hour})`);
      const due = await dueBuckets(tx, hour, from, batch);
      if (due.length > 0) await chargeBuckets(tx, ctx.clock, closed, due);
      return due.length < batch ? undefined : due.at(-1);
    });
    if (!last) return closed;
    after = last;
  }
}

async function chargeBuckets(
  tx: Db,
  clock: Clock,
  closed: ClosedHour,
  due: readonly DueBucket[],
): Promise<void> {
  const earnedDay = dayOfHour(closed.hour);
  const day = await bookingDay(tx, earnedDay, clock);
  const contracts = await contractsFor(tx, due, earnedDay);
  const charges: Charge[] = [];
  for (const bucket of due) {
    const contract = contracts.get(bucket.placementId);
    if (!contract) {
      const { placementId, lineItemId, amountMicroCny } = bucket;
      closed.withoutContract.push({ placementId, lineItemId, amountMicroCny });
      continue;
    }
    const revision = bucket.lastRevision + 1;
    charges.push({
      ...bucket,
      contractVersionId: contract.id,
      earnedDay,
      day,
      revision,
      journalKey: chargeKey(closed.hour, bucket.lineItemId, revision),
      portions: [],
    });
  }
  const portions = await splitCharges(
    tx,
    charges.map((charge) => ({ ...charge, day: earnedDay })),
  );
  for (const [i, charge] of charges.entries()) charge.portions = portions[i] ?? [];

  const free = await lockAccounts(tx, accountsOf(charges));
  const keys = new Set(charges.map((charge) => holdKeys.budget(charge.lineItemId, earnedDay)));
  const holds = await findHolds(tx, [...keys]);
  const held = new Map([...holds].map(([key, hold]) => [key, hold.remainingMicroCny]));
  const { journals, billed } = toJournals(charges, { free, held });
  await insertCharges(tx, closed.hour, billed);
  await post(tx, journals);
  for (const { charge, absorbedMicroCny } of billed) {
    closed.charges++;
    closed.amountMicroCny += charge.amountMicroCny;
    closed.absorbedMicroCny += absorbedMicroCny;
  }
}

/** The day a charge is booked on: its own, unless its month was cut; then today, at least the first day after it. */
async function bookingDay(tx: Db, earned: Day, clock: Clock): Promise<Day> {
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

async function insertCharges(tx: Db, hour: HourNumber, billed: readonly Billed[]): Promise<void> {
  if (billed.length === 0) return;
  const heads = billed.map(({ charge, absorbedMicroCny }) => ({
    day: charge.day,
    advertiser: charge.advertiserId,
    campaign: charge.campaignId,
    line: charge.lineItemId,
    outlet: charge.outletId,
    placement: charge.placementId,
    revision: charge.revision,
    quantity: charge.quantity,
    amount: charge.amountMicroCny.toString(),
    absorbed: absorbedMicroCny.toString(),
    contract: charge.contractVersionId,
    key: charge.journalKey,
  }));
  const made = (await tx.execute(sql`
    INSERT INTO charge (hour, day, advertiser_id, campaign_id, line_item_id, outlet_id, placement_id, revision,
                        quantity, amount_micro_cny, absorbed_micro_cny, contract_version_id, journal_key)
    SELECT ${hour}, h.day, h.advertiser, h.campaign, h.line, h.outlet, h.placement, h.revision, h.quantity,
           h.amount, h.absorbed, h.contract, h.key
      FROM json_to_recordset(${JSON.stringify(heads)}::text::json) AS h(day date, advertiser bigint,
        campaign bigint, line bigint, outlet bigint, placement bigint, revision int, quantity bigint,
        amount bigint, absorbed bigint, contract bigint, key text)
    RETURNING id, line_item_id, placement_id`)) as unknown as {
    id: string;
    line_item_id: string;
    placement_id: string;
  }[];
  const ids = new Map(made.map((row) => [`${row.line_item_id}/${row.placement_id}`, row.id]));
  const shares = billed.flatMap(({ charge }) =>
    charge.portions.map((portion) => ({
      charge: ids.get(`${charge.lineItemId}/${charge.placementId}`),
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
