/** From a brief to lines with their reasons: what is bought in the auction, what is guaranteed, what is booked by the day. */
import type { Db } from '../../db/client.ts';
import type { AuctionLine, BookedLine, PlanBrief, PlanLine } from '../../db/schema/plans.ts';
import { addDays, type Clock, dayStartMs } from '../../db/terms/day.ts';
import { fenToMicroCny, fenToYuan, grouped } from '../../db/terms/money.ts';
import { type Bought, choose, divide, SHARES, type TierOffer } from './allocation.ts';
import { fixedOffers, promiseOffers, tierOffers, tierTarget } from './market.ts';

const TIER_ZH = { province: '省级', city: '市级', county: '县级' } as const;
const GOAL_UNIT = {
  reach: { zh: '人', en: 'people' },
  impressions: { zh: '次展现', en: 'impressions' },
  clicks: { zh: '次点击', en: 'clicks' },
  presence: { zh: '人', en: 'people' },
} as const;
/** Above the price paid lately: a plan that loses its auctions is no plan. */
const BID_OVER_PRICE = 1.25;
const MOST_PROMISES = 6;
/** Of what a placement showed, what is promised to one buyer. */
const PROMISED_PART = 0.4;

/** Money and counts as people read them. */
const yuanOf = (fen: number): string => grouped(fenToYuan(fen));

/** Two figures of a small amount, whole numbers of a large one: never 1.2e+3. */
const amountOf = (n: number): string =>
  n >= 10 ? grouped(Math.round(n)) : String(Number(n.toPrecision(2)));

type Reason = PlanLine['why'];

/** What one more yuan brings; by the thousand where it is a fraction. */
function gainOf(aYuan: number, unit: Reason): Reason {
  if (aYuan >= 1) {
    const n = amountOf(aYuan);
    return { zh: `每元约增 ${n} ${unit.zh}`, en: `a yuan brings about ${n} ${unit.en}` };
  }
  const n = amountOf(aYuan * 1_000);
  return { zh: `每千元约增 ${n} ${unit.zh}`, en: `a thousand yuan bring about ${n} ${unit.en}` };
}

const countiesOf = (n: number): string => (n === 1 ? 'one county' : `${n} counties`);

/** Which counties a placement brings: those that nothing reached yet, and those once more. */
function coverOf(fresh: number, known: number): Reason {
  if (fresh === 0) {
    return { zh: `再次覆盖 ${known} 个县区`, en: `reaches ${countiesOf(known)} once more` };
  }
  const again = known > 0;
  return {
    zh: `新覆盖 ${fresh} 个县区${again ? `，再次覆盖 ${known} 个` : ''}`,
    en: `reaches ${countiesOf(fresh)} that nothing reached yet${again ? `, and ${known} once more` : ''}`,
  };
}

export interface Proposal {
  lines: PlanLine[];
  reasons: Reason[];
}

export const planDays = (brief: Pick<PlanBrief, 'startsOn' | 'endsOn'>): number =>
  Math.round((dayStartMs(brief.endsOn) - dayStartMs(brief.startsOn)) / 86_400_000) + 1;

export async function propose(ctx: { db: Db; clock: Clock }, brief: PlanBrief): Promise<Proposal> {
  const budgetFen = Number(BigInt(brief.budgetMicroCny) / 10_000n);
  const share = SHARES[brief.goal];
  const [tiers, promises, fixed] = [
    await tierOffers(ctx, brief),
    share.guaranteed > 0 ? await promiseOffers(ctx, brief) : [],
    share.fixed > 0 ? await fixedOffers(ctx, brief) : [],
  ];
  const days = planDays(brief);
  const booked = [
    ...promiseLines(brief, promises, days, (budgetFen * share.guaranteed) / 100),
    ...fixedLines(brief, fixed, (budgetFen * share.fixed) / 100),
  ];
  // What could not be booked goes into the auction.
  const spent = booked.reduce((sum, line) => sum + Number(BigInt(line.priceMicroCny) / 10_000n), 0);
  const bought = divide(tiers, brief.goal, days, budgetFen - spent);
  const lines: PlanLine[] = [...auctionLines(brief, tiers, bought), ...booked];
  return { lines, reasons: reasonsOf(brief, budgetFen, lines, tiers) };
}

function auctionLines(
  brief: PlanBrief,
  offers: readonly TierOffer[],
  bought: readonly Bought[],
): AuctionLine[] {
  return bought.flatMap((one) => {
    const offer = offers.find((it) => it.tier === one.tier);
    if (!offer) return [];
    const byClick = brief.goal === 'clicks';
    const perClick = offer.cpmFen / (1_000 * offer.ctr);
    const unit = GOAL_UNIT[brief.goal];
    const [first, last] = [gainOf(one.firstGain * 100, unit), gainOf(one.lastGain * 100, unit)];
    return [
      {
        key: `auction-${one.tier}`,
        kind: 'auction' as const,
        tier: one.tier,
        startsOn: brief.startsOn,
        endsOn: brief.endsOn,
        pricing: byClick ? ('CPC' as const) : ('CPM' as const),
        bidFen: Math.max(1, Math.ceil((byClick ? perClick : offer.cpmFen) * BID_OVER_PRICE)),
        target: tierTarget(brief, one.tier),
        priceMicroCny: fenToMicroCny(one.costFen).toString(),
        expected: expectedOf(offer, one),
        why: {
          zh: `${TIER_ZH[one.tier]}媒体近两周千次成交价约 ${yuanOf(offer.cpmFen)} 元；起初${first.zh}，投满时${last.zh}`,
          en: `${one.tier} outlets cost about ${yuanOf(offer.cpmFen)} yuan a thousand lately; at first ${first.en}, at the end ${last.en}`,
        },
      },
    ];
  });
}

/** The forecast's interval carried over; a plan that buys a small part of the traffic is as sure as the traffic. */
const expectedOf = (offer: TierOffer, one: Bought): AuctionLine['expected'] => {
  const scale = (bound: number) => (offer.availsADay > 0 ? bound / offer.availsADay : 0);
  return {
    impressions: {
      low: Math.round(one.impressions * scale(offer.availsLow)),
      expected: one.impressions,
      high: Math.round(one.impressions * scale(offer.availsHigh)),
    },
    reach: one.reach,
    clicks: one.clicks,
  };
};

function promiseLines(
  brief: PlanBrief,
  offers: Awaited<ReturnType<typeof promiseOffers>>,
  days: number,
  budgetFen: number,
): BookedLine[] {
  const lines: BookedLine[] = [];
  let left = budgetFen;
  for (const offer of offers) {
    if (lines.length >= MOST_PROMISES) break;
    const can = Math.floor(offer.shownADay * days * PROMISED_PART);
    const affordable = Math.floor((left * 1_000) / offer.cpmFen);
    const impressions = Math.floor(Math.min(can, affordable) / 1_000) * 1_000;
    if (impressions < 1_000) continue;
    const costMicroCny = BigInt(offer.cpmFen) * 10n * BigInt(impressions);
    left -= Number(costMicroCny / 10_000n);
    const { shownADay, cpmFen, kind, ...named } = offer;
    lines.push({
      ...named,
      key: `promise-${offer.placementId}`,
      kind: 'booked',
      propertyKind: kind,
      startsOn: brief.startsOn,
      endsOn: brief.endsOn,
      unit: 'CPM',
      slots: 1,
      impressions,
      divisionCodes: [],
      priceMicroCny: costMicroCny.toString(),
      expected: {
        impressions: { low: impressions, expected: impressions, high: impressions },
        reach: 0,
        clicks: 0,
      },
      why: {
        zh: `该位近两周日均展现 ${grouped(shownADay)} 次，按四成保量，刊例千次 ${yuanOf(cpmFen)} 元`,
        en: `it showed ${grouped(shownADay)} impressions a day lately; four tenths of that are guaranteed at ${yuanOf(cpmFen)} yuan a thousand`,
      },
    });
  }
  return lines;
}

function fixedLines(
  brief: PlanBrief,
  offers: Awaited<ReturnType<typeof fixedOffers>>,
  budgetFen: number,
): BookedLine[] {
  const names = new Map(offers.map((offer) => [offer.placementId, offer]));
  return choose(offers, budgetFen).flatMap(({ offer, days, costFen, fresh }) => {
    const named = names.get(offer.placementId);
    if (!named) return [];
    const cover = coverOf(fresh, offer.counties.length - fresh);
    return [
      {
        key: `fixed-${offer.placementId}`,
        kind: 'booked' as const,
        placementId: offer.placementId,
        placementName: named.placementName,
        propertyKind: offer.kind,
        outletId: offer.outletId,
        outletName: named.outletName,
        tier: named.tier,
        startsOn: brief.startsOn,
        endsOn: addDays(brief.startsOn, days - 1),
        unit: offer.unit,
        slots: 1,
        impressions: null,
        divisionCodes: [],
        priceMicroCny: fenToMicroCny(costFen).toString(),
        expected: null,
        why: {
          zh: `${cover.zh}，每天 ${yuanOf(offer.slotFen)} 元`,
          en: `${cover.en}, at ${yuanOf(offer.slotFen)} yuan a day`,
        },
      },
    ];
  });
}

function reasonsOf(
  brief: PlanBrief,
  budgetFen: number,
  lines: readonly PlanLine[],
  tiers: readonly TierOffer[],
): Reason[] {
  const share = SHARES[brief.goal];
  const spentFen = lines.reduce((sum, l) => sum + Number(BigInt(l.priceMicroCny) / 10_000n), 0);
  const reasons: Reason[] = [
    {
      zh: `按目标分配：竞价 ${share.auction}%、保量 ${share.guaranteed}%、固定排期 ${share.fixed}%；固定与保量用不完的部分转入竞价`,
      en: `by the goal: ${share.auction} % auction, ${share.guaranteed} % guaranteed, ${share.fixed} % fixed days; what those two cannot use goes to the auction`,
    },
  ];
  if (tiers.every((one) => one.availsADay === 0)) {
    reasons.push({
      zh: '所选地域近日没有流量记录，竞价部分无法预估',
      en: 'no traffic was recorded in these places lately: the auction cannot be forecast',
    });
  }
  if (spentFen < budgetFen * 0.95) {
    reasons.push({
      zh: `可购流量与档位有限，预算中 ${yuanOf(budgetFen - spentFen)} 元未能分配`,
      en: `${yuanOf(budgetFen - spentFen)} yuan of the budget find nothing to buy`,
    });
  }
  return reasons;
}
