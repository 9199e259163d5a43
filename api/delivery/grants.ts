/** SQL of the budgets: limits, what is committed, what is billed, what wallets hold. Private to delivery. */
import { and, eq, inArray, sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { bookingOrder } from '../../db/schema/bookings.ts';
import { advertiser, campaign, lineItem } from '../../db/schema/campaigns.ts';
import { advertiserFunding, budgetGrant } from '../../db/schema/delivery.ts';
import { leaseSpend } from '../../db/schema/metering.ts';
import type { Day } from '../../db/terms/day.ts';
import { MICRO_CNY_PER_CPM_FEN, MICRO_CNY_PER_FEN } from '../../db/terms/money.ts';
import { accounts, balanceOf, findHolds, holdKeys } from '../ledger/ledger.ts';
import { type BudgetLine, type Purse, purseOf } from './allowance.ts';

export type GrantRow = typeof budgetGrant.$inferSelect;

export async function readGrants(db: Db): Promise<GrantRow[]> {
  return db.select().from(budgetGrant).orderBy(budgetGrant.lineItemId, budgetGrant.day);
}

export async function writeGrant(db: Db, grant: GrantRow): Promise<void> {
  const { lineItemId: _lineItem, day: _day, ...rest } = grant;
  await db
    .insert(budgetGrant)
    .values(grant)
    .onConflictDoUpdate({ target: [budgetGrant.lineItemId, budgetGrant.day], set: rest });
}

/** Billed under each lease of a line item's day; lease 0 holds clicks and folded leases. */
export async function leasesBilled(
  db: Db,
  { lineItemId, day }: { lineItemId: number; day: Day },
): Promise<Map<number, bigint>> {
  const rows = await db
    .select()
    .from(leaseSpend)
    .where(and(eq(leaseSpend.lineItemId, lineItemId), eq(leaseSpend.day, day)));
  return new Map(rows.map((row) => [row.leaseId, row.spendMicroCny]));
}

/**
 * Folds leases (all, or those named) into lease 0, so that the table keeps one row a day. `done` also forgets the day's
 * grant: from then on the day counts as what it billed. Returns what lease 0 holds.
 */
export async function foldLeases(
  db: Db,
  { lineItemId, day }: { lineItemId: number; day: Day },
  done: boolean,
  leaseIds?: readonly number[],
): Promise<bigint> {
  const named =
    leaseIds === undefined ? sql`lease_id <> 0` : inArray(leaseSpend.leaseId, [...leaseIds]);
  const [row] = await db.execute<{ total: string }>(sql`
    WITH folded AS (
      DELETE FROM ${leaseSpend} WHERE day = ${day} AND line_item_id = ${lineItemId} AND ${named}
      RETURNING spend_micro_cny
    ),
    forgotten AS (
      DELETE FROM ${budgetGrant} WHERE ${done} AND day = ${day} AND line_item_id = ${lineItemId}
    )
    INSERT INTO ${leaseSpend} AS l (day, line_item_id, lease_id, spend_micro_cny)
    SELECT ${day}::date, ${lineItemId}::bigint, 0, coalesce(sum(spend_micro_cny), 0) FROM folded
    ON CONFLICT (day, line_item_id, lease_id) DO UPDATE
      SET spend_micro_cny = l.spend_micro_cny + excluded.spend_micro_cny
    RETURNING spend_micro_cny AS total`);
  return BigInt(row?.total ?? 0);
}

/** Every line item that serves today or has money out, with its limits and commitments; `free` is filled by the caller. */
export async function readBudgetLines(db: Db, today: Day): Promise<BudgetLine[]> {
  const rows = await db
    .select({
      item: lineItem,
      orderId: sql<
        string | null
      >`CASE WHEN ${lineItem.priority} = 'guaranteed' THEN ${bookingOrder.id} END`,
      campaignTotal: campaign.totalBudgetMicroCny,
      active: sql<boolean>`${lineItem.status} = 'active' AND ${campaign.status} = 'active'
        AND ${advertiser.status} = 'active'
        AND ${today}::date BETWEEN greatest(${lineItem.startsOn}, ${campaign.startsOn})
        AND least(${lineItem.endsOn}, ${campaign.endsOn})`,
      billed: sql<string>`coalesce((SELECT sum(s.spend_micro_cny) FROM lease_spend s
        WHERE s.line_item_id = ${lineItem.id}), 0)`,
      committedToday: sql<string>`coalesce((SELECT g.granted_micro_cny + g.prior_micro_cny
        FROM budget_grant g WHERE g.line_item_id = ${lineItem.id} AND g.day = ${today}::date), 0)`,
      outstanding: sql<string>`coalesce((SELECT sum(greatest(g.granted_micro_cny + g.prior_micro_cny
          - coalesce((SELECT sum(s.spend_micro_cny) FROM lease_spend s
            WHERE s.line_item_id = g.line_item_id AND s.day = g.day), 0), 0))
        FROM budget_grant g WHERE g.line_item_id = ${lineItem.id}), 0)`,
    })
    .from(lineItem)
    .innerJoin(campaign, eq(campaign.id, lineItem.campaignId))
    .innerJoin(advertiser, eq(advertiser.id, lineItem.advertiserId))
    .leftJoin(bookingOrder, eq(bookingOrder.campaignId, campaign.id))
    .where(sql`${campaign.id} IN (
      SELECT li.campaign_id FROM line_item li JOIN campaign c ON c.id = li.campaign_id
      WHERE (li.status = 'active' AND c.status = 'active' AND li.ends_on >= ${today}::date)
        OR EXISTS (SELECT 1 FROM budget_grant g WHERE g.line_item_id = li.id))`)
    .orderBy(lineItem.id);
  return rows.map(({ item, ...row }) => ({
    lineItemId: item.id,
    campaignId: item.campaignId,
    advertiserId: item.advertiserId,
    orderId: row.orderId === null ? null : Number(row.orderId),
    active: row.active,
    dailyMicroCny: item.dailyBudgetMicroCny,
    totalMicroCny: item.totalBudgetMicroCny,
    campaignTotalMicroCny: row.campaignTotal,
    unitMicroCny:
      BigInt(item.bidFen) * (item.pricing === 'CPM' ? MICRO_CNY_PER_CPM_FEN : MICRO_CNY_PER_FEN),
    billedMicroCny: BigInt(row.billed),
    committedTodayMicroCny: BigInt(row.committedToday),
    outstandingMicroCny: BigInt(row.outstanding),
    freeMicroCny: 0n,
  }));
}

/** What each wallet can promise beyond its holds, with its credit, and what the orders' holds have left. */
export async function readPurses(
  db: Db,
  lines: readonly Pick<BudgetLine, 'advertiserId' | 'orderId'>[],
): Promise<Map<Purse, bigint>> {
  const purses = new Map<Purse, bigint>();
  for (const advertiserId of new Set(lines.map((line) => line.advertiserId))) {
    const { availableMicroCny } = await balanceOf(db, accounts.wallet(advertiserId));
    purses.set(purseOf({ advertiserId, orderId: null }), availableMicroCny);
  }
  const orders = new Map(
    lines.flatMap((line) =>
      line.orderId === null ? [] : [[holdKeys.booking(line.orderId), line] as const],
    ),
  );
  for (const [key, hold] of await findHolds(db, [...orders.keys()])) {
    const line = orders.get(key);
    if (line) purses.set(purseOf(line), hold.remainingMicroCny);
  }
  return purses;
}

/** The orders that pay for guaranteed line items, by line item. */
export async function ordersOf(
  db: Db,
  lineItemIds: readonly number[],
): Promise<Map<number, { orderId: number; advertiserId: number }>> {
  const rows = await db
    .select({
      lineItemId: lineItem.id,
      orderId: bookingOrder.id,
      advertiserId: bookingOrder.advertiserId,
    })
    .from(lineItem)
    .innerJoin(bookingOrder, eq(bookingOrder.campaignId, lineItem.campaignId))
    .where(and(inArray(lineItem.id, [...lineItemIds]), eq(lineItem.priority, 'guaranteed')));
  return new Map(rows.map(({ lineItemId, ...order }) => [lineItemId, order]));
}

/** Records who has nothing left, neither in the wallet, nor in an order's hold, nor granted: a flip is a change of the market, and published. */
export async function writeFunding(
  db: Db,
  lines: readonly Pick<BudgetLine, 'advertiserId' | 'orderId' | 'outstandingMicroCny'>[],
  purses: ReadonlyMap<Purse, bigint>,
): Promise<void> {
  const known = new Map(
    (await db.select().from(advertiserFunding)).map((row) => [row.advertiserId, row.funded]),
  );
  for (const advertiserId of new Set(lines.map((line) => line.advertiserId))) {
    const own = lines.filter((line) => line.advertiserId === advertiserId);
    const granted = own.some((line) => line.outstandingMicroCny > 0n);
    const names: Purse[] = [purseOf({ advertiserId, orderId: null }), ...own.map(purseOf)];
    const funded = granted || names.some((name) => (purses.get(name) ?? 0n) > 0n);
    if (known.get(advertiserId) === funded) continue;
    await db
      .insert(advertiserFunding)
      .values({ advertiserId, funded })
      .onConflictDoUpdate({
        target: advertiserFunding.advertiserId,
        set: { funded, updatedAt: sql`now()` },
      });
  }
}
