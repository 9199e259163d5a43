/** Who plays: a province, a city and a county outlet in Hangzhou, one advertiser with one campaign, one contract. */

import type { Context } from '../../../api/context.ts';
import { activate, createDraft } from '../../../api/contracts/contracts.ts';
import { contentHashOf } from '../../../api/creatives/content.ts';
import { advertiser, campaign, lineItem, lineItemCreative } from '../../../db/schema/campaigns.ts';
import { creative, creativeReview } from '../../../db/schema/creatives.ts';
import { outlet, placement, property } from '../../../db/schema/outlets.ts';
import type { Day } from '../../../db/terms/day.ts';
import { seedDivisions } from '../../../run/seed/divisions.ts';

export interface Cast {
  province: number;
  city: number;
  county: number;
  countyName: string;
  placementId: number;
  advertiserId: number;
  lineItemId: number;
  bidCpmFen: number;
  /** Parts per million: county, city, province, platform. */
  shares: { county: number; city: number; province: number; platform: number };
}

export const PEOPLE = {
  buyer: '陈小禾',
  outlet: '沈知溪',
  maker: '周明账',
  checker: '吴复核',
} as const;

const BID_CPM_FEN = 2_345;
const SHARES = { county: 550_000, city: 200_000, province: 50_000, platform: 200_000 };

export async function gatherCast(ctx: Context, from: Day, to: Day): Promise<Cast> {
  return ctx.db.transaction(async (tx) => {
    await seedDivisions(tx);
    const outlets = await tx
      .insert(outlet)
      .values([
        outletRow('之江传媒集团', 'province', '330000'),
        outletRow('钱潮融媒', 'city', '330100'),
        outletRow('苕溪融媒体中心', 'county', '330110'),
      ])
      .returning({ id: outlet.id, name: outlet.name });
    const [province, city, county] = outlets.map((row) => row.id) as [number, number, number];
    const [site] = await tx
      .insert(property)
      .values({ outletId: county, kind: 'h5', name: '爱苕溪 H5', domain: 'tiaoxi.example' })
      .returning({ id: property.id });
    const [banner] = await tx
      .insert(placement)
      .values({
        outletId: county,
        propertyId: site!.id,
        name: '首页横幅',
        format: 'banner',
        sizes: [{ w: 300, h: 250 }],
        floorCpmFen: 1_000,
      })
      .returning({ id: placement.id });
    const contract = await createDraft(tx, {
      name: '苕溪县级分成',
      outletId: county,
      effectiveFrom: `${from.slice(0, 7)}-01`,
      parties: [
        { outletId: county, sharePpm: SHARES.county },
        { outletId: city, sharePpm: SHARES.city },
        { outletId: province, sharePpm: SHARES.province },
        { outletId: null, sharePpm: SHARES.platform },
      ],
    });
    await activate({ db: tx, clock: ctx.clock }, { versionId: contract.id, by: 'story' });
    const buyer = await insertDemand(tx, from, to, banner!.id);
    return {
      province,
      city,
      county,
      ...buyer,
      countyName: outlets[2]!.name,
      placementId: banner!.id,
      bidCpmFen: BID_CPM_FEN,
      shares: SHARES,
    };
  });
}

const outletRow = (name: string, tier: 'province' | 'city' | 'county', divisionCode: string) => ({
  organizationId: `story-${tier}`,
  name,
  tier,
  divisionCode,
  status: 'active' as const,
  payeeName: name,
  payeeAlipayAccount: `${tier}@outlets.example`,
});

type Tx = Parameters<Parameters<Context['db']['transaction']>[0]>[0];

async function insertDemand(tx: Tx, startsOn: Day, endsOn: Day, placementId: number) {
  const [who] = await tx
    .insert(advertiser)
    .values({
      organizationId: 'story-advertiser',
      name: '径山茶业',
      category: 'food',
      domain: 'tea.example',
      status: 'active',
    })
    .returning({ id: advertiser.id });
  const advertiserId = who!.id;
  const budget = { totalBudgetMicroCny: 80_000_000n, startsOn, endsOn };
  const [plan] = await tx
    .insert(campaign)
    .values({ advertiserId, name: '秋茶上市', status: 'active', ...budget })
    .returning({ id: campaign.id });
  const [line] = await tx
    .insert(lineItem)
    .values({
      campaignId: plan!.id,
      advertiserId,
      name: '余杭读者',
      status: 'active',
      bidFen: BID_CPM_FEN,
      dailyBudgetMicroCny: 80_000_000n,
      pacing: 'asap',
      target: {
        all: [
          { attribute: 'placement', in: [placementId] },
          { attribute: 'division', in: ['330110'] },
        ],
      },
      ...budget,
    })
    .returning({ id: lineItem.id });
  const shown = {
    content: { imageUrl: '/assets/tea.png', title: '秋茶上市', brandName: '径山茶业' },
    landingUrl: 'https://tea.example/autumn',
    category: 'food',
    approvalNo: null,
  };
  const [picture] = await tx
    .insert(creative)
    .values({
      ...shown,
      advertiserId,
      name: '秋茶 300×250',
      format: 'banner',
      w: 300,
      h: 250,
      status: 'approved',
      contentHash: contentHashOf(shown),
    })
    .returning({ id: creative.id });
  await tx.insert(creativeReview).values({
    creativeId: picture!.id,
    contentHash: contentHashOf(shown),
    verdict: 'approved',
    reviewer: 'story',
  });
  await tx.insert(lineItemCreative).values({ lineItemId: line!.id, creativeId: picture!.id });
  return { advertiserId, lineItemId: line!.id };
}
