/**
 * Partners of the demo: a demand partner, paused until `npm run demo:dsp` bids for it, and a supply partner that sells an outlet's pages,
 * with a week of what was traded. Owns what they are called; opened by the verbs that operators use.
 */
import { eq, sql } from 'drizzle-orm';
import type { Actor } from '../../api/identity/actor.ts';
import { createDemandPartner, createSupplyPartner } from '../../api/partners/partners.ts';
import type { Db } from '../../db/client.ts';
import { lineItem } from '../../db/schema/campaigns.ts';
import { rollupHour } from '../../db/schema/metering.ts';
import { partnerReport, supplyPartner } from '../../db/schema/partners.ts';
import { addDays, type Clock, type Day, dayOf, dayStartMs, hourOf } from '../../db/terms/day.ts';
import { MICRO_CNY_PER_YUAN } from '../../db/terms/money.ts';

/** What `npm run demo:dsp` looks for. */
export const DEMO_DSP_CODE = 'demo-dsp';
export const DEMO_SSP_CODE = 'demo-ssp';
const DAYS = 7;
const NOON_MS = 12 * 3_600_000;
/** µCNY an impression: 12 and 15 yuan a thousand. */
const BOUGHT_MICRO_CNY = 12_000;
const BID_MICRO_CNY = 15_000n;
/** What the supply partner sells of ours a day, and the prices that its auctions clear at in turn. */
const SOLD_A_DAY = 60;
const SOLD_AT = ['13.80', '15.00', '12.5'];

interface Seller {
  outletId: number;
  outletName: string;
  placementId: number;
  divisionCode: string;
}

async function sellerIn(db: Db, divisionCode: string): Promise<Seller | undefined> {
  const [row] = await db.execute<Record<string, string>>(sql`
    SELECT o.id, o.name, o.division_code, p.id AS placement_id FROM outlet o JOIN placement p ON p.outlet_id = o.id
    WHERE o.division_code = ${divisionCode} ORDER BY o.id, p.id LIMIT 1`);
  return (
    row && {
      outletId: Number(row.id),
      outletName: row.name ?? '',
      placementId: Number(row.placement_id),
      divisionCode: row.division_code ?? '',
    }
  );
}

export async function seedPartners(
  ctx: { db: Db; clock: Clock },
  of: { operator: Actor; buyerId: number; boughtIn: string; soldIn: string },
): Promise<void> {
  const today = dayOf(ctx.clock());
  const days = Array.from({ length: DAYS }, (_, i) => addDays(today, i - DAYS));
  const bought = await sellerIn(ctx.db, of.boughtIn);
  const sold = await sellerIn(ctx.db, of.soldIn);
  if (bought) await openDemand(ctx, of, bought, days);
  if (sold) await openSupply(ctx, of.operator, sold, days);
}

async function openDemand(
  ctx: { db: Db; clock: Clock },
  { operator, buyerId }: { operator: Actor; buyerId: number },
  at: Seller,
  days: readonly Day[],
): Promise<void> {
  const partner = await createDemandPartner(ctx, operator, {
    code: DEMO_DSP_CODE,
    name: '演示需求方（npm run demo:dsp）',
    advertiserId: buyerId,
    seat: DEMO_DSP_CODE,
    url: 'http://127.0.0.1:8090/bid',
    timeoutMs: 150,
    qps: 200,
    gzip: false,
    formats: [],
    divisions: [],
    outletIds: [],
    discountPercent: 0,
    callKey: null,
    dailyBudgetMicroCny: 2_000n * MICRO_CNY_PER_YUAN,
  });
  await ctx.db.insert(rollupHour).values(
    days.map((day, i) => {
      const impressions = 400 + 60 * i;
      return {
        hour: hourOf(dayStartMs(day) + NOON_MS),
        outletId: at.outletId,
        placementId: at.placementId,
        divisionCode: at.divisionCode,
        advertiserId: buyerId,
        campaignId: partner.campaignId,
        lineItemId: partner.lineItemId,
        creativeId: 0,
        device: 0,
        impressions,
        clicks: 2 + i,
        spendMicroCny: BigInt(impressions * BOUGHT_MICRO_CNY),
      };
    }),
  );
}

async function openSupply(
  ctx: { db: Db; clock: Clock },
  operator: Actor,
  at: Seller,
  days: readonly Day[],
): Promise<void> {
  const { id } = await createSupplyPartner(ctx, operator, {
    code: DEMO_SSP_CODE,
    name: `${at.outletName} SSP（演示）`,
    outletId: at.outletId,
    domain: 'ssp.example.cn',
    qps: 200,
    requireSchain: true,
    chainKey: null,
    takePercent: 15,
  });
  await ctx.db
    .update(supplyPartner)
    .set({ status: 'active' })
    .where(sql`${supplyPartner.id} = ${id}`);
  const [line] = await ctx.db
    .select({
      lineItemId: lineItem.id,
      campaignId: lineItem.campaignId,
      advertiserId: lineItem.advertiserId,
    })
    .from(lineItem)
    .where(eq(lineItem.pricing, 'CPM'))
    .orderBy(lineItem.id)
    .limit(1);
  if (line) await sellWeek(ctx.db, id, at, line, days);
}

/** What it sold of ours, as counted here and, sale by sale, as it reported its auctions' prices. */
async function sellWeek(
  db: Db,
  supplyPartnerId: number,
  { outletId, placementId, divisionCode }: Seller,
  line: { lineItemId: number; campaignId: number; advertiserId: number },
  days: readonly Day[],
): Promise<void> {
  const sold = (i: number): number => SOLD_A_DAY + 10 * i;
  await db.insert(rollupHour).values(
    days.map((day, i) => ({
      ...line,
      hour: hourOf(dayStartMs(day) + NOON_MS),
      outletId,
      placementId,
      divisionCode,
      creativeId: 0,
      device: 0,
      impressions: sold(i),
      spendMicroCny: BigInt(sold(i)) * BID_MICRO_CNY,
    })),
  );
  await db.insert(partnerReport).values(
    days.flatMap((day, i) =>
      Array.from({ length: sold(i) }, (_, n) => {
        const priceRaw = SOLD_AT[n % SOLD_AT.length] as string;
        return {
          eventKey: `seed-${day}-${n}`,
          supplyPartnerId,
          outletId,
          placementId,
          lineItemId: line.lineItemId,
          day,
          at: new Date(dayStartMs(day) + NOON_MS),
          priceRaw,
          bidMicroCny: BID_MICRO_CNY,
          settledMicroCny: BigInt(Math.round(Number(priceRaw) * 1_000)),
        };
      }),
    ),
  );
}
