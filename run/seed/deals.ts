/** Deals of the demo: one in force, with some days of what it brought, one that waits for the outlet's word, one for the buyer's. */
import { eq, sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { lineItem } from '../../db/schema/campaigns.ts';
import { deal, dealPlacement } from '../../db/schema/deals.ts';
import { dealHour, rollupHour } from '../../db/schema/metering.ts';
import { outlet, placement } from '../../db/schema/outlets.ts';
import { addDays, type Day, dayStartMs, hourOf } from '../../db/terms/day.ts';
import { MICRO_CNY_PER_CPM_FEN } from '../../db/terms/money.ts';

const FLIGHT_DAYS = 60;
/** Days that the one in force has run. */
const RUN_DAYS = 5;
const PRICE_CPM_FEN = 2_800;

/** `divisionCode` names the outlet that sells. */
export async function seedDeals(
  db: Db,
  of: { advertiserId: number; divisionCode: string; hasHistory: boolean },
  today: Day,
  now: Date,
): Promise<void> {
  const spots = await db
    .select({ id: placement.id, outletId: placement.outletId })
    .from(placement)
    .innerJoin(outlet, eq(outlet.id, placement.outletId))
    .where(
      sql`${outlet.divisionCode} = ${of.divisionCode} AND ${placement.format} IN ('banner', 'native', 'splash')`,
    )
    .orderBy(placement.id)
    .limit(3);
  const [first] = spots;
  if (!first) return;
  const { outletId } = first;
  const terms = {
    outletId,
    advertiserId: of.advertiserId,
    startsOn: today,
    endsOn: addDays(today, FLIGHT_DAYS),
  };
  const rows = await db
    .insert(deal)
    .values([
      {
        ...terms,
        code: 'hz-demo-preferred',
        name: '首页优先购买',
        kind: 'preferred',
        priceCpmFen: PRICE_CPM_FEN,
        impressions: 20_000,
        startsOn: addDays(today, -RUN_DAYS),
        status: 'active',
        outletAgreedAt: now,
        buyerAgreedAt: now,
      },
      {
        ...terms,
        code: 'hz-demo-pmp',
        name: '信息流私有竞价',
        kind: 'pmp',
        priceCpmFen: 1_500,
        buyerAgreedAt: now,
      },
      {
        ...terms,
        code: 'hz-demo-guaranteed',
        name: '开屏保量',
        kind: 'guaranteed',
        priceCpmFen: 4_200,
        impressions: 200_000,
        outletAgreedAt: now,
      },
    ])
    .returning({ id: deal.id });
  await db.insert(dealPlacement).values(
    rows.map(({ id }, i) => ({
      dealId: id,
      placementId: (spots[i] ?? first).id,
      outletId,
    })),
  );
  const running = rows[0];
  if (running && of.hasHistory)
    await seedDelivery(db, { ...of, ...first, outletId, dealId: running.id }, today);
}

interface Sold {
  dealId: number;
  advertiserId: number;
  outletId: number;
  id: number;
  divisionCode: string;
}

/** What the buyer's line item bought by it on the last days, as metering would have written it. */
async function seedDelivery(
  db: Db,
  { dealId, advertiserId, outletId, id: placementId, divisionCode }: Sold,
  today: Day,
): Promise<void> {
  const [line] = await db
    .select({ lineItemId: lineItem.id, campaignId: lineItem.campaignId })
    .from(lineItem)
    .where(sql`${lineItem.advertiserId} = ${advertiserId} AND ${lineItem.pricing} = 'CPM'`)
    .orderBy(lineItem.id)
    .limit(1);
  if (!line) return;
  const days = Array.from({ length: RUN_DAYS }, (_, i) => {
    const impressions = 900 + 150 * i;
    return {
      hour: hourOf(dayStartMs(addDays(today, i - RUN_DAYS))) + 20,
      lineItemId: line.lineItemId,
      placementId,
      outletId,
      advertiserId,
      impressions,
      viewables: Math.round(impressions * 0.7),
      clicks: 6 + i,
      spendMicroCny: BigInt(impressions * PRICE_CPM_FEN) * MICRO_CNY_PER_CPM_FEN,
    };
  });
  const { campaignId } = line;
  const bucket = { campaignId, divisionCode, creativeId: 0, device: 0 };
  await db.insert(rollupHour).values(days.map((day) => ({ ...day, ...bucket })));
  await db.insert(dealHour).values(days.map((day) => ({ ...day, dealId })));
}
