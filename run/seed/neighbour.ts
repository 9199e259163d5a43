/**
 * Another province's deployment as the demo knows it: a seller and a buyer with whom keys were exchanged, what was traded with it in
 * the oldest month, and that month netted by two people on its signed word. Owns playing the other side; ours goes by the verbs.
 */
import { asc } from 'drizzle-orm';
import { postNetting, proposeNetting, receiveWord } from '../../api/clearing/netting.ts';
import { nettingDocument } from '../../api/clearing/nettingDocument.ts';
import type { Context } from '../../api/context.ts';
import { activate, createDraft } from '../../api/contracts/contracts.ts';
import { accounts, post } from '../../api/ledger/ledger.ts';
import { createDemandPartner, createSupplyPartner } from '../../api/partners/partners.ts';
import { canonicalJson } from '../../api/statements/statements.ts';
import { chainSigner } from '../../bidding/wire/chain.ts';
import { advertiser, lineItem } from '../../db/schema/campaigns.ts';
import { organization } from '../../db/schema/identity.ts';
import { rollupHour } from '../../db/schema/metering.ts';
import { outlet, placement, property } from '../../db/schema/outlets.ts';
import { addDays, type Day, dayStartMs, hourOf } from '../../db/terms/day.ts';
import { MICRO_CNY_PER_YUAN } from '../../db/terms/money.ts';
import { PLATFORM } from './logins.ts';
import { actorOf } from './trade.ts';

const NAME = '江苏部署（演示）';
const DOMAIN = 'ad.jiangsu.example.cn';
/** The other side's secret: the demo speaks for it. */
const theirs = chainSigner('5e'.repeat(32));
const NOON_HOURS = 12;
const DAYS = 20;
/** µCNY an impression. */
const PRICE_MICRO_CNY = 12_000n;

export interface Neighbour {
  supplyPartnerId: number;
  demandPartnerId: number;
}

const only = <Row>(rows: readonly Row[]): Row => {
  const [row] = rows;
  if (!row) throw new Error('nothing came back');
  return row;
};

/** Opens both sides of it, and has it trade on days of the month: before that is charged. */
export async function seedNeighbour(ctx: Context, firstDay: Day): Promise<Neighbour> {
  const { db } = ctx;
  const organizationId = 'org-jiangsu';
  await db
    .insert(organization)
    .values({ id: organizationId, name: NAME, slug: organizationId, kind: 'outlet' });
  const seller = await openSeller(ctx, organizationId, firstDay);
  const buyer = await openBuyer(ctx, organizationId, firstDay);
  const home = only(await db.select().from(placement).orderBy(asc(placement.id)).limit(1));
  const line = only(await db.select().from(lineItem).orderBy(asc(lineItem.id)).limit(1));
  const ourLine = { ...line, lineItemId: line.id };
  const days = Array.from({ length: DAYS }, (_, i) => addDays(firstDay, i));
  await db
    .insert(rollupHour)
    .values(
      days.flatMap((day, i) => [
        traded(day, buyer, { placementId: home.id, outletId: home.outletId }, 900 + 40 * i),
        traded(day, ourLine, seller, 700 + 25 * i),
      ]),
    );
  return { supplyPartnerId: seller.supplyPartnerId, demandPartnerId: buyer.demandPartnerId };
}

function traded(
  day: Day,
  line: { advertiserId: number; campaignId: number; lineItemId: number },
  at: { outletId: number; placementId: number },
  impressions: number,
) {
  const { advertiserId, campaignId, lineItemId } = line;
  const { outletId, placementId } = at;
  return {
    ...{ advertiserId, campaignId, lineItemId, outletId, placementId, impressions },
    hour: hourOf(dayStartMs(day)) + NOON_HOURS,
    divisionCode: '330000',
    creativeId: 0,
    device: 0,
    spendMicroCny: BigInt(impressions) * PRICE_MICRO_CNY,
  };
}

const operator = actorOf('platform', PLATFORM);

/** Sells its pages here: an outlet that is owed the whole price. */
async function openSeller(ctx: Context, organizationId: string, firstDay: Day) {
  const { db } = ctx;
  const own = { organizationId, name: NAME, tier: 'province', divisionCode: '330000' } as const;
  const { id: outletId } = only(
    await db
      .insert(outlet)
      .values({ ...own, status: 'active' })
      .returning(),
  );
  const draft = await createDraft(db, {
    name: '跨部署流量合同',
    outletId,
    effectiveFrom: firstDay,
    parties: [{ outletId, sharePpm: 1_000_000 }],
  });
  await activate(ctx, { versionId: draft.id, by: 'seed' });
  const site = { outletId, kind: 'site', name: NAME } as const;
  const { id: propertyId } = only(await db.insert(property).values(site).returning());
  const spot = { outletId, propertyId, name: '跨部署流量', format: 'banner' } as const;
  const { id: placementId } = only(
    await db
      .insert(placement)
      .values({ ...spot, floorCpmFen: 100 })
      .returning(),
  );
  const { id: supplyPartnerId } = await createSupplyPartner(ctx, operator, {
    code: 'jiangsu',
    name: NAME,
    outletId,
    domain: DOMAIN,
    qps: 1_000,
    requireSchain: true,
    takePercent: 0,
    chainKey: theirs.publicKey,
  });
  return { outletId, placementId, supplyPartnerId };
}

/** Buys our pages: an advertiser of its own, asked at its door with the key it gave. */
async function openBuyer(ctx: Context, organizationId: string, firstDay: Day) {
  const { db } = ctx;
  const values = { organizationId, name: NAME, category: 'other', status: 'active' } as const;
  const { id: advertiserId } = only(await db.insert(advertiser).values(values).returning());
  const amountMicroCny = 5_000n * MICRO_CNY_PER_YUAN;
  await post(db, [
    {
      key: `seed:wallet:${advertiserId}`,
      kind: 'opening',
      day: firstDay,
      subject: `advertiser:${advertiserId}`,
      entries: [
        { account: accounts.opening, amountMicroCny },
        { account: accounts.wallet(advertiserId), amountMicroCny: -amountMicroCny },
      ],
    },
  ]);
  const { id, campaignId, lineItemId } = await createDemandPartner(ctx, operator, {
    code: 'jiangsu',
    name: NAME,
    advertiserId,
    seat: 'zhejiang',
    url: `https://${DOMAIN}/openrtb2/supply/zhejiang`,
    timeoutMs: 150,
    qps: 1_000,
    gzip: true,
    formats: [],
    divisions: [],
    outletIds: [],
    discountPercent: 0,
    callKey: 'hzs_the-key-that-jiangsu-gave-us',
    dailyBudgetMicroCny: 2_000n * MICRO_CNY_PER_YUAN,
  });
  return { advertiserId, campaignId, lineItemId, demandPartnerId: id };
}

/** The month as both say it, set off: after it was charged and before it is frozen. */
export async function netMonth(
  ctx: Context,
  of: Neighbour & { month: string },
  { maker, checker }: { maker: string; checker: string },
): Promise<void> {
  const row = await proposeNetting(ctx, { ...of, tolerancePpm: 1_000, by: maker });
  const said = { ...row, owedMicroCny: row.dueMicroCny, dueMicroCny: row.owedMicroCny };
  const { hostname } = new URL(ctx.config.exchangeUrl);
  const document = canonicalJson(nettingDocument(said, DOMAIN, hostname));
  await receiveWord(ctx, { id: row.id, document, signature: theirs.sign(document), by: maker });
  await postNetting(ctx, { id: row.id, by: checker });
}
