/** Deals of the demo: one in force, one that waits for the outlet's word, one for the buyer's. */
import { eq, sql } from 'drizzle-orm';
import type { Db } from '../client.ts';
import { deal, dealPlacement } from '../schema/deals.ts';
import { outlet, placement } from '../schema/outlets.ts';
import { addDays, type Day } from '../terms/day.ts';

const FLIGHT_DAYS = 60;

/** `divisionCode` names the outlet that sells. */
export async function seedDeals(
  db: Db,
  of: { advertiserId: number; divisionCode: string },
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
        priceCpmFen: 2_800,
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
}
