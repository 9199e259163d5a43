/**
 * What a partner is asked: the caller's request with our floors, our currency, our link of the supply chain and the time that
 * is left. Owns what is changed; every other field, `ext` included, travels as it came, but for a reader who said no.
 */
import { gzipSync } from 'node:zlib';
import type { Found, ImpMatch } from '../engine/outcome.ts';
import { cpmYuan } from '../openrtb/decimal.ts';
import type { Deal } from '../openrtb/imp.ts';
import type { BidRequest } from '../openrtb/message.ts';
import type { ChainNode } from '../wire/chain.ts';
import { dealJson } from './offers.ts';
import { withoutReader } from './reader.ts';
import { objectOf } from './received.ts';

type Json = Record<string, unknown>;

/** Our node with its signature, for other deployments (wire/chain). */
export type SignHop = (came: readonly ChainNode[], own: ChainNode, requestId: string) => ChainNode;

/**
 * The chain with ourselves at its end. Complete only if what came was: a request without a chain comes from our own tag or
 * outlet, whose first and only seller we are.
 */
export function appendSchain(
  source: Json,
  outletId: number,
  requestId: string,
  host: string,
  sign?: SignHop,
): Json {
  const came = objectOf(source.schain ?? objectOf(source.ext).schain);
  const nodes: ChainNode[] = Array.isArray(came.nodes) ? came.nodes : [];
  const complete = nodes.length === 0 || came.complete === 1 ? 1 : 0;
  const ours = { asi: host, sid: String(outletId), rid: requestId, hp: 1 };
  const node = sign?.(nodes, ours, requestId) ?? ours;
  return { ver: '1.0', ...came, complete, nodes: [...nodes, node] };
}

function withDeals(pmp: Json, ours: readonly Deal[]): Json {
  const theirs = Array.isArray(pmp.deals) ? pmp.deals : [];
  return { private_auction: 0, ...pmp, deals: [...theirs, ...ours.map(dealJson)] };
}

/** An imp as everybody gets it. */
interface Offered {
  /** Its first place among the found. */
  at: number;
  json: Json;
  text: string;
}

function offeredOf(body: Json, message: BidRequest, found: Found): Offered[] {
  const imps = Array.isArray(body.imp) ? body.imp : [];
  const offered: Offered[] = [];
  let ordinal = -1;
  for (let i = 0; i < found.count; i++) {
    // The places of a pod are one imp to a partner.
    if (i > 0 && message.imps[i] === message.imps[i - 1]) continue;
    ordinal++;
    const match = found.imps[i] as ImpMatch;
    if (!match.placement) continue;
    const imp = objectOf(imps[ordinal]);
    const json = {
      ...imp,
      bidfloor: Number(cpmYuan(Math.ceil(match.floorMicroCny))),
      bidfloorcur: 'CNY',
      secure: imp.secure ?? 1,
    };
    offered.push({ at: i, json, text: JSON.stringify(json) });
  }
  return offered;
}

/** All but the imps and the time, which differ from partner to partner. `at`: 2 where every place of it is sold at second price. */
function commonText(body: Json, at: 1 | 2, outletId: number, host: string, sign?: SignHop): string {
  const source = objectOf(body.source);
  const { schain: _old, ...sourceExt } = objectOf(source.ext);
  const { prebid: _theirs, ...ext } = objectOf(body.ext);
  return JSON.stringify({
    ...body,
    imp: undefined,
    tmax: undefined,
    at,
    cur: ['CNY'],
    source: {
      ...source,
      ext: Object.keys(sourceExt).length > 0 ? sourceExt : undefined,
      schain: appendSchain(source, outletId, String(body.id), host, sign),
    },
    ext: Object.keys(ext).length > 0 ? ext : undefined,
  });
}

/** What follows the common part of the head. */
const sized = (body: Buffer, key: string): Buffer => {
  const authorization = key === '' ? '' : `authorization: Bearer ${key}\r\n`;
  const head = `${authorization}content-length: ${body.length}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head, 'latin1'), body]);
};

/**
 * One auction's request as partners get it: parsed and written once, and put together anew only where the time differs, or a
 * partner has deals of its own.
 */
export class Letters {
  private readonly offered: Offered[];
  /** All but the imps, as most get it, and with our hop signed; each written when first wanted. */
  private readonly common: (sign?: SignHop) => string;
  private plain: string | undefined;
  private signed: string | undefined;
  /** Without deals, by time and coding. */
  private readonly usual = new Map<string, Buffer>();

  constructor(
    raw: Buffer,
    message: BidRequest,
    found: Found,
    exchangeHost: string,
    private readonly sign: SignHop,
  ) {
    const body = JSON.parse(raw.toString('utf8')) as Json;
    this.offered = offeredOf(body, message, found);
    const last = found.imps[this.offered.at(-1)?.at ?? 0]?.placement;
    const isSecond = this.offered.every(({ at }) => found.imps[at]?.auctionType === 'second');
    const saysNo = message.optedOut || message.limited || message.coppa;
    const told = saysNo ? withoutReader(body, message.optedOut) : body;
    this.common = (hop) =>
      last ? commonText(told, isSecond ? 2 : 1, last.outletId, exchangeHost, hop) : '';
  }

  private commonFor(isSigned: boolean): string {
    if (isSigned) {
      this.signed ??= this.common(this.sign);
      return this.signed;
    }
    this.plain ??= this.common();
    return this.plain;
  }

  /** None of the imps can be sold: there is nothing to ask. */
  get isEmpty(): boolean {
    return this.offered.length === 0;
  }

  /**
   * From the header `content-length` on, or from the key before it where the partner wants one. `tmaxMs`: milliseconds in which
   * the partner has to answer; `deals`: ours with it by imp of the message, empty where there are none.
   */
  letter(
    tmaxMs: number,
    deals: readonly (readonly Deal[])[],
    { gzip, callKey }: { gzip: boolean; callKey: string },
  ): Buffer {
    const key = `${tmaxMs} ${gzip} ${callKey}`;
    const known = deals.length === 0 ? this.usual.get(key) : undefined;
    if (known) return known;
    const body = this.write(tmaxMs, deals, this.commonFor(callKey !== ''));
    const letter = sized(gzip ? gzipSync(body, { level: 1 }) : body, callKey);
    if (deals.length === 0) this.usual.set(key, letter);
    return letter;
  }

  private write(tmaxMs: number, deals: readonly (readonly Deal[])[], common: string): Buffer {
    const imps = this.offered.map(({ at, json, text }) => {
      const ours = deals[at];
      if (!ours || ours.length === 0) return text;
      return JSON.stringify({ ...json, pmp: withDeals(objectOf(json.pmp), ours) });
    });
    return Buffer.from(`{"imp":[${imps.join()}],"tmax":${tmaxMs},${common.slice(1)}`);
  }
}
