/**
 * A small market with books: outlets of three tiers, placements, advertisers with money, line items, contracts, and
 * hours of delivery written straight into the rollup. One constructor each; everything beyond that a test says itself.
 */
import { activate, createDraft, type DraftInput } from '../../api/contracts/contracts.ts';
import { accounts, post } from '../../api/ledger/ledger.ts';
import type { Db } from '../../db/client.ts';
import { advertiser, campaign, lineItem } from '../../db/schema/campaigns.ts';
import { dealHour, rollupHour } from '../../db/schema/metering.ts';
import { outlet, placement, property } from '../../db/schema/outlets.ts';
import type { Day, HourNumber } from '../../db/terms/day.ts';
import type { Pricing, Tier } from '../../db/terms/market.ts';
import type { MicroCny } from '../../db/terms/money.ts';

const one = <Row>(rows: Row[]): Row => {
  const [row] = rows;
  if (!row) throw new Error('insert returned nothing');
  return row;
};

export async function addOutlet(db: Db, tier: Tier = 'county') {
  const values = { organizationId: 'org-outlet', name: `${tier}融媒体中心`, tier };
  return one(
    await db
      .insert(outlet)
      .values({ ...values, divisionCode: '330106', status: 'active' })
      .returning(),
  );
}

/** A placement on a property of its own. */
export async function addPlacement(db: Db, outletId: number) {
  const site = one(
    await db.insert(property).values({ outletId, kind: 'site', name: '网站' }).returning(),
  );
  return one(
    await db
      .insert(placement)
      .values({ outletId, propertyId: site.id, name: '首页', format: 'banner', floorCpmFen: 100 })
      .returning(),
  );
}

/** An advertiser whose wallet was topped up with whole fen. */
export async function addAdvertiser(db: Db, walletMicroCny: MicroCny, day: Day = '2026-10-01') {
  const made = one(
    await db
      .insert(advertiser)
      .values({ organizationId: 'org-advertiser', name: '农商银行', category: 'finance' })
      .returning(),
  );
  if (walletMicroCny > 0n) {
    await post(db, [
      {
        key: `test-top-up:${made.id}`,
        kind: 'top_up',
        day,
        entries: [
          { account: accounts.alipayCash, amountMicroCny: walletMicroCny },
          { account: accounts.wallet(made.id), amountMicroCny: -walletMicroCny },
        ],
      },
    ]);
  }
  return made;
}

export async function addLineItem(db: Db, advertiserId: number, pricing: Pricing = 'CPM') {
  const dates = { startsOn: '2026-01-01', endsOn: '2026-12-31' };
  const plan = one(
    await db
      .insert(campaign)
      .values({ advertiserId, name: '秋季', totalBudgetMicroCny: 10n ** 12n, ...dates })
      .returning(),
  );
  return one(
    await db
      .insert(lineItem)
      .values({
        campaignId: plan.id,
        advertiserId,
        name: '投放单元',
        pricing,
        bidFen: 1000,
        dailyBudgetMicroCny: 10n ** 11n,
        totalBudgetMicroCny: 10n ** 12n,
        target: {} as never,
        ...dates,
      })
      .returning(),
  );
}

/** An active contract: 55/20/25 among the outlet, another outlet and the platform unless told otherwise. */
export async function signContract(
  db: Db,
  outletId: number,
  terms: Partial<DraftInput> & { cityId?: number } = {},
) {
  const { cityId, ...rest } = terms;
  const draft = await createDraft(db, {
    name: '分成合同',
    outletId,
    effectiveFrom: '2026-01-01',
    parties: [
      { outletId, sharePpm: 550_000 },
      ...(cityId ? [{ outletId: cityId, sharePpm: 200_000 }] : []),
      { outletId: null, sharePpm: cityId ? 250_000 : 450_000 },
    ],
    ...rest,
  });
  return activate({ db, clock: () => 0 }, { versionId: draft.id, by: 'signer' });
}

/** Adds delivery to an hour's rollup; repeated calls for one bucket add up, as metering's would. */
export async function deliver(
  db: Db,
  hour: HourNumber,
  what: {
    line: { id: number; campaignId: number; advertiserId: number };
    place: { id: number; outletId: number };
    impressions?: number;
    clicks?: number;
    spendMicroCny: MicroCny;
    divisionCode?: string;
    /** Row of the deal that all of it was bought by. */
    dealId?: number;
  },
): Promise<void> {
  const { line, place } = what;
  if (what.dealId !== undefined) {
    await db.insert(dealHour).values({
      dealId: what.dealId,
      hour,
      lineItemId: line.id,
      placementId: place.id,
      outletId: place.outletId,
      advertiserId: line.advertiserId,
      campaignId: line.campaignId,
      impressions: what.impressions ?? 0,
      spendMicroCny: what.spendMicroCny,
    });
  }
  await db.insert(rollupHour).values({
    hour,
    outletId: place.outletId,
    placementId: place.id,
    divisionCode: what.divisionCode ?? '330106',
    advertiserId: line.advertiserId,
    campaignId: line.campaignId,
    lineItemId: line.id,
    creativeId: 1,
    device: 0,
    impressions: what.impressions ?? 0,
    clicks: what.clicks ?? 0,
    spendMicroCny: what.spendMicroCny,
  });
}
