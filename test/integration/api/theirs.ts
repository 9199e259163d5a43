/** One of everything that can belong to somebody, on the other side of the market, with a mark in every text and amount. */
import type { Db } from '../../../db/client.ts';
import { bookingChange, bookingEvidence } from '../../../db/schema/bookings.ts';
import { rollupHour } from '../../../db/schema/metering.ts';
import { mediaPlan } from '../../../db/schema/plans.ts';
import { dayOf, hourOf } from '../../../db/terms/day.ts';
import { newAdvertiser, newCaller, newOutlet, type TestApi } from '../../kit/actors.ts';
import { newCampaign, newCreative, newLineItem, newPlacement } from '../../kit/market.ts';
import { first, insertPapers, SECRET, SECRET_AMOUNT } from './papers.ts';
import { insertTold } from './told.ts';

export interface Theirs {
  /** Ids by the leading segments of a path. */
  bySegment: Record<string, string | number>;
  /** … and by the name of a field. */
  byField: Record<string, string | number>;
}

/** Both kinds of partner, opened by an operator for the other side. */
async function openPartners(api: TestApi, of: { advertiserId: number; outletId: number }) {
  const operator = await newCaller(api, 'platform', { roles: ['operator'] });
  const demand = await operator.call('POST', '/api/demand-partners', {
    code: 'theirs',
    name: SECRET,
    advertiserId: of.advertiserId,
    seat: SECRET,
    url: 'https://dsp.example/bid',
    dailyBudgetMicroCny: '777777000',
  });
  const supply = await operator.call('POST', '/api/supply-partners', {
    code: 'theirs',
    name: SECRET,
    outletId: of.outletId,
    domain: 'ssp.example',
  });
  return {
    demandPartnerId: demand.body.id as number,
    supplyPartnerId: supply.body.id as number,
  };
}

interface Booked {
  advertiserId: number;
  outletId: number;
  orderId: number;
  bookingId: number;
  day: string;
  by: string;
}

/** What a booking in force would have: a change asked for, a proof. */
async function insertTrade(db: Db, { orderId, bookingId: lineId, day, by, ...owners }: Booked) {
  const { advertiserId, outletId } = owners;
  const change = {
    orderId,
    lineId,
    advertiserId,
    outletId,
    kind: 'drop' as const,
    askedSide: 'buyer' as const,
    days: [day],
    priceMicroCny: SECRET_AMOUNT,
    reason: SECRET,
    askedBy: by,
  };
  const proof = {
    lineId,
    advertiserId,
    outletId,
    ordinal: 1,
    day,
    kind: 'screenshot' as const,
    proofSha256: '7'.repeat(64),
    note: SECRET,
    submittedBy: by,
    submittedAt: new Date(0),
    previousHash: '0'.repeat(64),
    hash: '7'.repeat(64),
  };
  const plan = {
    advertiserId,
    name: SECRET,
    brief: {
      divisionCodes: ['330100'],
      startsOn: day,
      endsOn: day,
      budgetMicroCny: SECRET_AMOUNT.toString(),
      goal: 'reach' as const,
      devices: [],
      hoursOfWeek: null,
      tiers: [],
    },
    lines: [],
    reasons: [],
    createdBy: by,
  };
  return {
    planId: await first(db.insert(mediaPlan).values(plan).returning({ id: mediaPlan.id })),
    changeId: await first(
      db.insert(bookingChange).values(change).returning({ id: bookingChange.id }),
    ),
    evidenceId: await first(
      db.insert(bookingEvidence).values(proof).returning({ id: bookingEvidence.id }),
    ),
  };
}

/** What an advertiser and an outlet make themselves, through the API. */
async function makeMarket(api: TestApi, nowMs: number) {
  const buyer = await newAdvertiser(api, { name: SECRET });
  const seller = await newOutlet(api, { payeeName: SECRET, payeeAlipayAccount: `${SECRET}@x.cn` });
  const { advertiserId } = buyer;
  const { outletId } = seller;
  const { property, placement } = await newPlacement(seller, outletId);
  const floor = await seller.call('POST', '/api/floor-rules', { outletId, floorCpmFen: 77_777 });
  const creative = await newCreative(buyer, advertiserId, { name: SECRET });
  const campaign = await newCampaign(buyer, advertiserId, nowMs, { name: SECRET });
  const item = await newLineItem(buyer, campaign.id, nowMs, {
    name: SECRET,
    creativeIds: [creative.id],
  });
  const unit = 'CPD_DAY';
  const placementId = placement.id;
  const day = dayOf(nowMs);
  const rate = { placementId, unit, priceFen: 77_777, effectiveFrom: day };
  await seller.call('POST', '/api/rate-cards', rate);
  const line = { placementId, unit, startsOn: day, endsOn: day };
  const order = await buyer.call('POST', '/api/orders', {
    advertiserId,
    name: SECRET,
    lines: [line],
  });
  const booked = await seller.call('GET', '/api/bookings');
  const deal = await buyer.call('POST', '/api/deals', {
    kind: 'preferred',
    name: SECRET,
    outletId,
    advertiserId,
    priceCpmFen: 77_777,
    startsOn: day,
    endsOn: day,
    placementIds: [placementId],
    note: SECRET,
  });
  const partners = await openPartners(api, { advertiserId, outletId });
  const key = await buyer.call('POST', '/api/api-keys', { name: SECRET, scopes: ['read'] });
  const members = await buyer.call('GET', '/api/members');
  return {
    buyer,
    advertiserId,
    outletId,
    propertyId: property.id,
    placementId,
    ...partners,
    dealId: deal.body.id as number,
    orderId: order.body.id as number,
    bookingId: booked.body.items[0].id as number,
    floorRuleId: floor.body.id as number,
    creativeId: creative.id,
    campaignId: campaign.id,
    lineItemId: item.id,
    apiKeyId: key.body.id as string,
    memberId: members.body.items[0].id as string,
  };
}

/** The platform's own: closed to everybody here whatever the id. */
const PLATFORMS = {
  'payout-batches': 1,
  'partner-statements': 1,
  'partner-differences': 1,
  nettings: 1,
  'credit-proposals': 1,
  'ledger/periods': '2026-02',
  'reconciliation/balance': '2026-02-01',
  'reconciliation/bills': '2026-02-01',
  'reconciliation/cases': 1,
};

export async function makeTheirs(api: TestApi, nowMs: number): Promise<Theirs> {
  const { db } = api.ctx;
  const market = await makeMarket(api, nowMs);
  const { buyer, apiKeyId, memberId, floorRuleId, orderId, bookingId, dealId, ...ids } = market;
  const papers = await insertPapers(db, { ...ids, by: buyer.userId, nowMs });
  const told = await insertTold(db, {
    ...buyer,
    creativeId: ids.creativeId,
    by: buyer.userId,
    nowMs,
  });
  const trade = await insertTrade(db, {
    ...ids,
    orderId,
    bookingId,
    day: dayOf(nowMs),
    by: buyer.userId,
  });
  await db.insert(rollupHour).values({
    ...ids,
    hour: hourOf(nowMs),
    divisionCode: '330111',
    device: 0,
    impressions: 777_777,
    spendMicroCny: SECRET_AMOUNT,
  });
  return {
    bySegment: {
      advertisers: ids.advertiserId,
      campaigns: ids.campaignId,
      'line-items': ids.lineItemId,
      creatives: ids.creativeId,
      review: ids.creativeId,
      outlets: ids.outletId,
      properties: ids.propertyId,
      placements: ids.placementId,
      'floor-rules': floorRuleId,
      orders: orderId,
      deals: dealId,
      'demand-partners': ids.demandPartnerId,
      'supply-partners': ids.supplyPartnerId,
      bookings: bookingId,
      'booking-changes': trade.changeId,
      evidence: trade.evidenceId,
      plans: trade.planId,
      'api-keys': apiKeyId,
      members: memberId,
      statements: papers.statementId,
      payouts: papers.payoutId,
      'wallet/top-ups': papers.topUpId,
      contracts: papers.contractId,
      adjustments: papers.adjustmentId,
      stops: papers.stopId,
      // Whoever holds the link may read it: its id is the proof, and nobody else has one.
      'public/invitations': 'no-such-invitation',
      audiences: told.segmentId,
      qualifications: told.qualificationId,
      'ad-archive': told.archiveId,
      'feedback-cases': told.caseId,
      assets: told.assetId,
      webhooks: told.webhookId,
      'webhook-deliveries': told.deliveryId,
      'report-exports': told.exportId,
      'report-schedules': told.scheduleId,
      invoices: papers.invoiceId,
      'red-letters': papers.redLetterId,
      ...PLATFORMS,
    },
    byField: {
      ...ids,
      segmentId: told.segmentId,
      statementId: papers.statementId,
      invoiceId: papers.invoiceId,
      topUpId: papers.topUpId,
      contractId: papers.contractId,
      organizationId: buyer.organizationId,
      userId: buyer.userId,
      account: `wallet:${ids.advertiserId}`,
    },
  };
}
