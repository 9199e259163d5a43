/** Outcome → bid response: what each winner's token holds, and what the caller is told. Owns the trace's form. */
import { DEVICES } from '../../db/terms/market.ts';
import type { ReceivedBid } from '../demand/received.ts';
import { partnerSale, tellWinner } from '../demand/settle.ts';
import type { ImpOutcome, Outcome, PartnerBid, TraceLine, Win } from '../engine/outcome.ts';
import { reasonOf } from '../engine/reasons.ts';
import { cpmYuan } from '../openrtb/decimal.ts';
import type { Imp } from '../openrtb/imp.ts';
import type { BidRequest } from '../openrtb/message.ts';
import { AD_PRODUCT_2, productsOf } from '../openrtb/products.ts';
import { OUR_LANGUAGE } from '../openrtb/shown.ts';
import { asciiJson, bidJson, prepare, preparedOf, responseJson } from '../openrtb/write.ts';
import { TOKEN_TTL_MS } from '../wire/budget.ts';
import { reportQuery } from '../wire/reported.ts';
import { BILLED_ON, sealToken, type Token } from '../wire/token.ts';
import type { AuctionDeps, Hearing } from './hearing.ts';
import { billedMicroCny, multiplierOf, OUR_SEAT } from './limits.ts';

/** Seconds for which a token is good, and so a bid. */
const OUR_EXP_S = TOKEN_TTL_MS / 1000;

/** The bidder code by which this caller knows us: Prebid wants back the name that it asked. */
function seatFor(message: BidRequest, imp: Imp): string {
  if (!message.prebid || imp.bidders.length === 0) return OUR_SEAT;
  if (imp.bidders.includes(OUR_SEAT)) return OUR_SEAT;
  const alias = imp.bidders.find((name) => message.aliases.includes(`${name}=${OUR_SEAT}`));
  return alias ?? OUR_SEAT;
}

function tokenOf(hearing: Hearing, imp: ImpOutcome, win: Win, ordinal: number): Token {
  const { request, found } = hearing;
  const { candidate } = win;
  const { placement } = imp.match;
  const partner = (win.partnerBid?.ref as ReceivedBid | undefined)?.partner;
  const billed = win.billOn === 'none' ? 'nothing' : win.billOn;
  const multiplier = multiplierOf(hearing.message.imps[ordinal], imp.match);
  return {
    auctionId: hearing.auctionId,
    impOrdinal: ordinal,
    issuedAtMs: request.atMs,
    expiresAtMs: request.atMs + TOKEN_TTL_MS,
    outletId: placement?.outletId ?? 0,
    placementId: placement?.id ?? 0,
    divisionCode: found.located.code,
    advertiserId: candidate?.item.source.advertiserId ?? partner?.advertiserId ?? 0,
    campaignId: candidate?.item.source.campaignId ?? partner?.campaignId ?? 0,
    lineItemId: candidate?.item.source.id ?? partner?.lineItemId ?? 0,
    creativeId: candidate?.creative.id ?? 0,
    device: request.device < 0 ? DEVICES.length : request.device,
    billedOn: request.test ? BILLED_ON.test : BILLED_ON[billed],
    priceMicroCny: request.test ? 0 : billedMicroCny(win.chargeMicroCny, multiplier),
    leaseId: hearing.leaseIds[ordinal] ?? 0,
    dealId: win.dealId === '' ? 0 : (hearing.market.deals.get(win.dealId)?.rowId ?? 0),
    userHash: request.userHash,
  };
}

/** What is bid, and the token; to a supply partner net of our share, with the way to report what it cleared at. */
function priced(
  deps: AuctionDeps,
  hearing: Hearing,
  outcome: ImpOutcome,
  win: Win,
  ordinal: number,
): { priceMicroCny: number; token: string; billQuery?: string } {
  const token = sealToken(deps.key, tokenOf(hearing, outcome, win, ordinal));
  const gross = Math.floor(win.priceMicroCny);
  const { supply } = hearing.options;
  if (!supply) return { priceMicroCny: gross, token };
  const priceMicroCny = Math.floor((gross * (100 - supply.takePercent)) / 100);
  return { priceMicroCny, token, billQuery: reportQuery(deps.salt, token, priceMicroCny) };
}

function bidOf(
  deps: AuctionDeps,
  hearing: Hearing,
  outcome: ImpOutcome,
  win: Win,
  ordinal: number,
): { seat: string; json: string } | undefined {
  const imp = hearing.message.imps[ordinal];
  const { candidate } = win;
  const { placement } = outcome.match;
  if (!imp || !placement) return undefined;
  if (win.partnerBid) return partnerBidOf(deps, hearing, outcome, win, win.partnerBid, ordinal);
  if (!candidate) return undefined;
  const prepared = prepare(candidate.creative, placement.format, imp, deps.links);
  if (!prepared) return undefined;
  const { source } = candidate.item;
  const seat = seatFor(hearing.message, imp);
  const json = bidJson(
    {
      seat,
      impId: imp.id,
      bidId: `${hearing.auctionId}-${ordinal}`,
      ...priced(deps, hearing, outcome, win, ordinal),
      prepared,
      creativeId: candidate.creative.id,
      campaignId: source.campaignId,
      lineItemId: source.id,
      domains: source.advertiserDomain ? [source.advertiserDomain] : [],
      categories: productsOf(candidate.creative.category),
      taxonomy: AD_PRODUCT_2,
      language: OUR_LANGUAGE,
      slotInPod: 0,
      dealId: win.dealId,
      expS: OUR_EXP_S,
    },
    deps.links,
  );
  return { seat, json };
}

function partnerBidOf(
  deps: AuctionDeps,
  hearing: Hearing,
  outcome: ImpOutcome,
  win: Win,
  partnerBid: PartnerBid,
  ordinal: number,
): { seat: string; json: string } | undefined {
  const imp = hearing.message.imps[ordinal];
  if (!imp) return undefined;
  const { auctionId, request } = hearing;
  const ref = partnerBid.ref as ReceivedBid;
  const first = imp.banner?.sizes[0] ?? outcome.match.placement?.sizes[0] ?? { w: 300, h: 250 };
  const size = ref.w > 0 && ref.h > 0 ? { w: ref.w, h: ref.h } : first;
  const multiplierAt = () => multiplierOf(imp, outcome.match);
  const { id: requestId } = hearing.message;
  const sale = { auctionId, requestId, test: request.test, multiplierAt };
  const sold = partnerSale(partnerBid, imp.id, win, size, deps.links, sale);
  if (!sold) return undefined;
  tellWinner(deps.demand.notices, sold, ordinal, sale);
  if (ref.mtype === 2 || ref.mtype === 3) deps.demand.held.keep(auctionId, ordinal, sold.markup);
  const seat = hearing.message.prebid ? seatFor(hearing.message, imp) : partnerBid.seat;
  const json = bidJson(
    {
      seat,
      impId: imp.id,
      bidId: `${auctionId}-${ordinal}`,
      ...priced(deps, hearing, outcome, win, ordinal),
      prepared: preparedOf(sold.markup, ref.mtype, size, ref),
      creativeId: ref.crid,
      campaignId: 0,
      lineItemId: 0,
      domains: ref.adomain,
      categories: ref.categories,
      taxonomy: ref.taxonomy,
      language: ref.language,
      slotInPod: ref.slotInPod,
      dealId: win.dealId,
      expS: ref.expS > 0 ? Math.min(ref.expS, OUR_EXP_S) : OUR_EXP_S,
    },
    deps.links,
  );
  return { seat, json };
}

/** The response's JSON, in ASCII; undefined where there is nothing to say. */
export function compose(
  deps: AuctionDeps,
  hearing: Hearing,
  outcome: Outcome,
  trace: TraceLine[] | undefined,
): string | undefined {
  const bids: { seat: string; json: string }[] = [];
  for (let i = 0; i < outcome.imps.length; i++) {
    const imp = outcome.imps[i] as ImpOutcome;
    const bid = imp.win && bidOf(deps, hearing, imp, imp.win, i);
    if (bid) bids.push(bid);
  }
  if (bids.length === 0 && !trace) return undefined;
  const { prebid } = hearing.message;
  const tookMs = Math.round(performance.now() - hearing.startedAt);
  const times = prebid ? `"responsetimemillis":{"${OUR_SEAT}":${tookMs}},` : '';
  const told = trace
    ? `,"trace":${asciiJson(JSON.stringify(traceOf(hearing, outcome, trace)))}`
    : '';
  const ext = `{${times}"hongze":{"version":${outcome.version}${told}}}`;
  return responseJson(hearing.message.id, hearing.auctionId, bids, ext);
}

/** Who was considered, who lost and why, and who can mend it: for `test: 1` and the debug key. */
function traceOf(hearing: Hearing, outcome: Outcome, lines: readonly TraceLine[]): object {
  const words = (code: number): object => {
    const reason = reasonOf(code);
    if (!reason) return { code };
    const { key, owner, zh, en, fixZh, fixEn } = reason;
    return { code, key, owner, reason: { zh, en }, fix: { zh: fixZh, en: fixEn } };
  };
  return {
    snapshotVersion: outcome.version,
    division: hearing.found.located,
    imps: outcome.imps.map(({ match, reason, win }) => ({
      id: match.imp.id,
      placementId: match.imp.placementId,
      floorCpm: cpmYuan(Math.ceil(match.floorMicroCny)),
      auctionType: match.auctionType,
      sold: win !== undefined,
      ...words(reason),
    })),
    bidders: lines.map(({ reason, valueMicroCny, minToWinMicroCny, ...line }) => ({
      ...line,
      valueCpm: cpmYuan(Math.floor(valueMicroCny)),
      minToWinCpm: cpmYuan(Math.ceil(minToWinMicroCny)),
      ...words(reason),
    })),
    ...partnersOf(hearing, words),
  };
}

/** Who was asked outside and what came of it, and the bids that could not stand. */
function partnersOf(hearing: Hearing, words: (code: number) => object): object {
  const { partnerTrace, partnerRefusals } = hearing;
  if (!partnerTrace || partnerTrace.length + partnerRefusals.length === 0) return {};
  return {
    partners: partnerTrace,
    refusedBids: partnerRefusals.map(({ partner, bidId, reason }) => ({
      partnerId: partner.id,
      partner: partner.code,
      bidId,
      ...words(reason),
    })),
  };
}
