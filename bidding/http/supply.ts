/**
 * `POST /openrtb2/supply/<code>`: other exchanges sell us their pages. Owns who may (a key, by its digest), how often (a quota), what
 * chain a request must bring, and the translation both ways: the partner's page becomes a placement of the partner's outlet, floors
 * are grossed up by our share and bids are net of it. What is then sold is an auction like any other.
 */
import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../../db/terms/day.ts';
import type { Market } from '../engine/market.ts';
import { cpmYuan, floorMicroCny } from '../openrtb/decimal.ts';
import type { Imp } from '../openrtb/imp.ts';
import { Malformed } from '../openrtb/malformed.ts';
import type { BidRequest } from '../openrtb/message.ts';
import { readBidRequest } from '../openrtb/read.ts';
import { placementIdOf } from '../openrtb/understand.ts';
import { violationOf } from '../openrtb/valid.ts';
import { type ChainNode, chainFault } from '../wire/chain.ts';
import type { SnapshotSupplyPartner } from '../wire/partner.ts';
import type { SnapshotPlacement } from '../wire/snapshot.ts';
import { type Answer, type Auctioneer, malformed, noBid, refused } from './auction.ts';
import { readBody } from './body.ts';
import { callerOf } from './caller.ts';
import { BODY_FAULTS, headerFault, sendAnswer } from './calls.ts';
import { type Problem, sendProblem } from './respond.ts';

export interface SupplyDeps {
  auctioneer: Auctioneer;
  market: () => Market | undefined;
  clock: Clock;
  /** Live nodes: each grants its part of a quota. */
  nodes: () => number;
}

export const SUPPLY = '/openrtb2/supply/';

const NO_KEY: Problem = {
  status: 401,
  code: 'bad_key',
  zh: '合作方或密钥无效',
  en: 'no such partner, or not its key',
};
const OVER_QUOTA: Problem = {
  status: 429,
  code: 'over_quota',
  zh: '超出每秒请求配额',
  en: 'over the quota of requests a second',
};

function keyOf(req: IncomingMessage): string {
  const { authorization, 'x-hongze-key': own } = req.headers;
  if (typeof own === 'string') return own;
  return /^Bearer (\S{1,200})$/i.exec(authorization ?? '')?.[1] ?? '';
}

function partnerOf(
  market: Market,
  code: string,
  key: string,
  nowMs: number,
): SnapshotSupplyPartner | undefined {
  if (key === '') return undefined;
  // Digests are compared: the time it takes tells nothing of the key.
  const sha256 = createHash('sha256').update(key).digest('hex');
  for (const partner of market.supplyPartners.values()) {
    if (partner.code !== code) continue;
    const isGood = partner.keys.some(
      (each) => each.sha256 === sha256 && (each.untilMs === null || nowMs < each.untilMs),
    );
    return isGood ? partner : undefined;
  }
  return undefined;
}

/** So many a second, and no more saved up than a second's. */
class Quota {
  private tokens = 0;
  private atMs = Number.NEGATIVE_INFINITY;

  take(perSecond: number, nowMs: number): boolean {
    const gained = ((nowMs - this.atMs) * perSecond) / 1000;
    this.tokens = Math.min(Math.max(perSecond, 1), this.tokens + gained);
    this.atMs = nowMs;
    if (this.tokens < 1) return false;
    this.tokens -= 1;
    return true;
  }
}

/** The chain of a deployment of this house is signed, hop by hop. Read from the bytes: no other auction needs its nodes. */
function isSigned(
  body: Buffer,
  partner: SnapshotSupplyPartner,
  market: Market,
  nowMs: number,
): boolean {
  if (partner.chainKey === undefined) return true;
  const { id, source } = JSON.parse(body.toString('utf8')) as {
    id: unknown;
    source?: { schain?: { nodes?: ChainNode[] } };
  };
  const nodes = source?.schain?.nodes;
  if (!Array.isArray(nodes)) return false;
  const keyOf = (asi: string): string | undefined => {
    if (asi === partner.domain) return partner.chainKey;
    for (const each of market.supplyPartners.values())
      if (each.domain === asi && each.chainKey !== undefined) return each.chainKey;
    return undefined;
  };
  return chainFault(nodes, partner.domain, String(id), keyOf, nowMs) === undefined;
}

/** A chain that came must end with the partner; one that is required must also be complete. */
function chainHolds(request: BidRequest, partner: SnapshotSupplyPartner): boolean {
  if (request.schainComplete < 0 && request.schainNodes === 0) return !partner.requireSchain;
  if (request.schainEnd.toLowerCase() !== partner.domain) return false;
  return request.schainComplete === 1 || !partner.requireSchain;
}

/** The placement that stands for a partner's imp: the one it names, else the first of its outlet that offers the format. */
function placementFor(market: Market, outletId: number, imp: Imp): SnapshotPlacement | undefined {
  const named = market.placements.get(placementIdOf(imp));
  if (named?.outletId === outletId) return named;
  for (const placement of market.placements.values())
    if (placement.outletId === outletId && offers(imp, placement.format)) return placement;
  return undefined;
}

function offers(imp: Imp, format: SnapshotPlacement['format']): boolean {
  if (format === 'video') return imp.video !== undefined;
  if (format === 'audio') return imp.audio !== undefined;
  if (format === 'native') return imp.native !== undefined;
  return format === 'banner' && imp.banner !== undefined;
}

/** A floor net of our share as a floor of what our buyers pay; rounded up. */
function grossFloor(text: string, takePercent: number): string {
  const net = floorMicroCny(text);
  if (net === undefined || net === 0 || takePercent === 0) return text;
  return cpmYuan(Math.ceil((net * 100) / (100 - takePercent)));
}

function translate(request: BidRequest, partner: SnapshotSupplyPartner, market: Market): void {
  request.publisherId = String(partner.outletId);
  for (const imp of request.imps) {
    const placement = placementFor(market, partner.outletId, imp);
    imp.tagId = placement === undefined ? '' : String(placement.id);
    imp.floor = grossFloor(imp.floor, partner.takePercent);
  }
}

export function createSupply(
  deps: SupplyDeps,
): (req: IncomingMessage, res: ServerResponse, path: string) => void {
  const quotas = new Map<number, Quota>();

  function refusalOf(req: IncomingMessage, path: string): SnapshotSupplyPartner | Problem {
    const market = deps.market();
    const code = path.slice(SUPPLY.length);
    const partner = market && partnerOf(market, code, keyOf(req), deps.clock());
    if (!partner) return NO_KEY;
    let quota = quotas.get(partner.id);
    if (!quota) {
      quota = new Quota();
      quotas.set(partner.id, quota);
    }
    return quota.take(partner.qps / deps.nodes(), performance.now()) ? partner : OVER_QUOTA;
  }

  function hold(
    body: Buffer,
    partner: SnapshotSupplyPartner,
    saysNo: boolean,
    done: (answer: Answer) => void,
  ): void {
    const message = readBidRequest(body);
    if (message instanceof Malformed) {
      done(refused('malformed', malformed(message)));
      return;
    }
    const violation = violationOf(message);
    const market = deps.market();
    if (violation) {
      const problem: Problem = { status: 400, code: 'invalid_request', ...violation };
      done(refused('invalid_request', problem));
    } else if (!market) done(noBid('no_market'));
    else if (!chainHolds(message, partner) || !isSigned(body, partner, market, deps.clock()))
      done(noBid('bad_chain', market.version));
    else {
      translate(message, partner, market);
      deps.auctioneer.hold(message, { mayTrace: false, saysNo, supply: partner }, done, body);
    }
  }

  return (req, res, path) => {
    const fault = headerFault(req);
    const partner = fault ?? refusalOf(req, path);
    if ('status' in partner) {
      req.resume();
      if (partner.status === 429) res.setHeader('retry-after', '1');
      sendProblem(res, partner);
      return;
    }
    readBody(req, false, (body) => {
      if (typeof body !== 'string')
        hold(body, partner, callerOf(req).gpc === '1', (answer) => sendAnswer(req, res, answer));
      else if (body === 'aborted') res.destroy();
      else sendProblem(res, BODY_FAULTS[body]);
    });
  };
}
