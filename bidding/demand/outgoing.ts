/**
 * What a partner is asked: the caller's request with our floors, our currency, our link of the supply chain and the time that
 * is left. Owns what is changed; every other field, `ext` included, travels as it came.
 */
import type { Found, ImpMatch } from '../engine/outcome.ts';
import { cpmYuan } from '../openrtb/decimal.ts';
import type { BidRequest, Deal } from '../openrtb/message.ts';
import { dealJson } from './offers.ts';

type Json = Record<string, unknown>;
const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const objectOf = (value: unknown): Json => (isObject(value) ? value : {});

export const parseBody = (raw: Buffer): Json => JSON.parse(raw.toString('utf8')) as Json;

export interface OutgoingContext {
  exchangeHost: string;
  /** Milliseconds in which the partner has to answer. */
  tmaxMs: number;
  /** Our deals with the partner by imp of the message; empty where there are none. */
  deals: readonly (readonly Deal[])[];
}

/**
 * The chain with ourselves at its end. Complete only if what came was: a request without a chain comes from our own tag or
 * outlet, whose first and only seller we are.
 */
export function appendSchain(
  source: Json,
  outletId: number,
  requestId: string,
  host: string,
): Json {
  const came = objectOf(source.schain ?? objectOf(source.ext).schain);
  const nodes = Array.isArray(came.nodes) ? came.nodes : [];
  const complete = nodes.length === 0 || came.complete === 1 ? 1 : 0;
  const ours = { asi: host, sid: String(outletId), rid: requestId, hp: 1 };
  return { ver: '1.0', ...came, complete, nodes: [...nodes, ours] };
}

function withDeals(pmp: Json, ours: readonly Deal[]): Json {
  const theirs = Array.isArray(pmp.deals) ? pmp.deals : [];
  return { private_auction: 0, ...pmp, deals: [...theirs, ...ours.map(dealJson)] };
}

/** The partner's request, or undefined when none of its imps can be sold. */
export function outgoingRequest(
  body: Json,
  message: BidRequest,
  found: Found,
  context: OutgoingContext,
): Json | undefined {
  const imps = Array.isArray(body.imp) ? body.imp : [];
  const offered: Json[] = [];
  let outletId = 0;
  let ordinal = -1;
  for (let i = 0; i < found.count; i++) {
    // The places of a pod are one imp to a partner.
    if (i > 0 && message.imps[i] === message.imps[i - 1]) continue;
    ordinal++;
    const match = found.imps[i] as ImpMatch;
    const imp = objectOf(imps[ordinal]);
    if (!match.placement) continue;
    outletId = match.placement.outletId;
    const ours = context.deals[i];
    offered.push({
      ...imp,
      ...(ours && ours.length > 0 ? { pmp: withDeals(objectOf(imp.pmp), ours) } : {}),
      bidfloor: Number(cpmYuan(Math.ceil(match.floorMicroCny))),
      bidfloorcur: 'CNY',
      secure: imp.secure ?? 1,
    });
  }
  if (offered.length === 0) return undefined;
  const source = objectOf(body.source);
  const { schain: _old, ...sourceExt } = objectOf(source.ext);
  const { prebid: _theirs, ...ext } = objectOf(body.ext);
  return {
    ...body,
    imp: offered,
    at: 1,
    cur: ['CNY'],
    tmax: context.tmaxMs,
    source: {
      ...source,
      ...(Object.keys(sourceExt).length > 0 ? { ext: sourceExt } : { ext: undefined }),
      schain: appendSchain(source, outletId, String(body.id), context.exchangeHost),
    },
    ...(Object.keys(ext).length > 0 ? { ext } : { ext: undefined }),
  };
}
