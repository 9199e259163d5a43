/**
 * The matching rules written out plainly, straight from the snapshot's JSON, one line item at a time: what the index must
 * agree with. Shares no code with the engine but its types and the house's terms.
 */

import type { Request, RequestImp } from '../../bidding/engine/request.ts';
import type {
  Snapshot,
  SnapshotCreative,
  SnapshotDeal,
  SnapshotLineItem,
  SnapshotOutlet,
  SnapshotPlacement,
  SnapshotProperty,
} from '../../bidding/wire/snapshot.ts';
import { hourOfWeek } from '../../db/terms/day.ts';
import { cityOf, covers } from '../../db/terms/division.ts';
import {
  CARRIERS,
  CONNECTIONS,
  DEVICES,
  FORMATS,
  OPERATING_SYSTEMS,
} from '../../db/terms/market.ts';
import type { Predicate, Target } from '../../db/terms/target.ts';

export interface Expected {
  lineItemId: number;
  creativeId: number;
  score: number;
}

interface Where {
  request: Request;
  imp: RequestImp;
  placement: SnapshotPlacement;
  property: SnapshotProperty | undefined;
  outlet: SnapshotOutlet;
  user: string;
  minors: boolean;
}

/** The best `limit` line items for one imp, best first. Rates are the prior's: CPM only may be compared by score. */
export function referenceCandidates(
  snapshot: Snapshot,
  request: Request,
  imp: RequestImp,
  limit: number,
  creatives: Map<number, SnapshotCreative>,
): Expected[] {
  const where = resolve(snapshot, request, imp);
  if (!where) return [];
  const expected: Expected[] = [];
  for (const item of snapshot.lineItems) {
    const found = consider(snapshot, item, where, creatives);
    if (found) expected.push(found);
  }
  expected.sort((a, b) => b.score - a.score || a.lineItemId - b.lineItemId);
  return expected.slice(0, limit);
}

function resolve(snapshot: Snapshot, request: Request, imp: RequestImp): Where | undefined {
  const placement = snapshot.placements.find((it) => it.id === imp.placementId);
  const outlet = snapshot.outlets.find((it) => it.id === placement?.outletId);
  if (!placement || !outlet) return undefined;
  if (request.outletId !== 0 && request.outletId !== outlet.id) return undefined;
  if (imp.formats !== 0 && !(imp.formats & (1 << FORMATS.indexOf(placement.format)))) {
    return undefined;
  }
  const property = snapshot.properties.find((it) => it.id === placement.propertyId);
  const minors = request.forMinors || property?.forMinors === true;
  return { request, imp, placement, property, outlet, user: userDivision(request, outlet), minors };
}

function userDivision(request: Request, outlet: SnapshotOutlet): string {
  if (request.consentedDivision) return request.consentedDivision;
  if (request.declaredDivision) return request.declaredDivision;
  if (outlet.tier === 'county') return outlet.divisionCode;
  if (!request.ipDivision) return outlet.divisionCode;
  return request.ipDivision.endsWith('0000') ? request.ipDivision : cityOf(request.ipDivision);
}

function consider(
  snapshot: Snapshot,
  item: SnapshotLineItem,
  where: Where,
  creatives: Map<number, SnapshotCreative>,
): Expected | undefined {
  const { request, imp, outlet } = where;
  if (item.category === 'psa' && item.bidFen === 0) return undefined;
  if (request.atMs < item.startsAtMs || request.atMs >= item.endsAtMs) return undefined;
  if (!accepts(item.target, where)) return undefined;
  if (isStopped(snapshot, where, 'all', null)) return undefined;
  if (isStopped(snapshot, where, 'lineItem', String(item.id))) return undefined;
  if (isStopped(snapshot, where, 'advertiser', String(item.advertiserId))) return undefined;
  if (isBarred(snapshot, where, item.category)) return undefined;
  if (outlet.blockedAdvertiserIds.includes(item.advertiserId)) return undefined;
  if (request.blockedAdvertiserIds.includes(item.advertiserId)) return undefined;
  if (request.blockedDomains.includes(item.advertiserDomain ?? '?')) return undefined;
  const deal = dealFor(snapshot, item, where);
  const held = item.priority === 'open' ? undefined : deal;
  if (item.priority === 'deal' && !held) return undefined;
  if (imp.privateAuction && !held) return undefined;
  const creative = creativeFor(snapshot, item, where, creatives);
  if (!creative) return undefined;
  const value = worthOf(item, held);
  if (value < floorOf(snapshot, item, where, held)) return undefined;
  const step = item.priority === 'guaranteed' ? 2e9 : item.priority === 'deal' ? 1e9 : 0;
  return {
    lineItemId: item.id,
    creativeId: creative.id,
    score: step + value * item.rankMultiplier,
  };
}

function dealFor(
  snapshot: Snapshot,
  item: SnapshotLineItem,
  where: Where,
): SnapshotDeal | undefined {
  const { atMs } = where.request;
  const open = snapshot.deals
    .filter((it) => it.lineItemIds.includes(item.id))
    .filter((it) => atMs >= it.startsAtMs && atMs < it.endsAtMs)
    .filter((it) => it.placementIds.length === 0 || it.placementIds.includes(where.placement.id))
    .sort((a, b) => b.priceCpmFen - a.priceCpmFen || (a.id < b.id ? -1 : 1));
  return open.find((it) => it.kind !== 'pmp') ?? open[0];
}

const worthOf = (item: SnapshotLineItem, deal: SnapshotDeal | undefined): number =>
  (deal && deal.kind !== 'pmp' ? deal.priceCpmFen : item.bidFen) * 10;

function floorOf(
  snapshot: Snapshot,
  item: SnapshotLineItem,
  where: Where,
  deal: SnapshotDeal | undefined,
): number {
  if (item.priority === 'guaranteed') return 0;
  if (deal) return deal.kind === 'pmp' ? deal.priceCpmFen * 10 : 0;
  const { placement, imp, user, request } = where;
  const hour = hourOfWeek(request.atMs);
  const rules = snapshot.floorRules
    .filter((rule) => rule.outletId === placement.outletId)
    .filter((rule) => rule.placementId === null || rule.placementId === placement.id)
    .filter((rule) => rule.format === null || rule.format === placement.format)
    .filter((rule) => rule.divisionCode === null || (user && covers(rule.divisionCode, user)))
    .filter((rule) => rule.hoursOfWeek === null || rule.hoursOfWeek.includes(hour))
    .map((rule) => ({ rule, conditions: conditions(rule) }))
    .sort((a, b) => b.conditions - a.conditions || b.rule.floorCpmFen - a.rule.floorCpmFen);
  const ours = (rules[0]?.rule.floorCpmFen ?? placement.floorCpmFen) * 10;
  return Math.max(ours, imp.floorMicroCny);
}

function conditions(rule: Snapshot['floorRules'][number]): number {
  const depth = rule.divisionCode?.endsWith('0000') ? 1 : rule.divisionCode?.endsWith('00') ? 2 : 3;
  return (
    Number(rule.placementId !== null) +
    Number(rule.format !== null) +
    (rule.divisionCode === null ? 0 : 1 + depth / 8) +
    Number(rule.hoursOfWeek !== null)
  );
}

const MINORS = ['alcohol', 'medical', 'drug', 'medical_device', 'health_food', 'cosmetics', 'game'];

function isBarred(snapshot: Snapshot, where: Where, category: string): boolean {
  return (
    isStopped(snapshot, where, 'category', category) ||
    where.outlet.blockedCategories.includes(category) ||
    where.request.blockedCategories.includes(category) ||
    (where.minors && MINORS.includes(category))
  );
}

function isStopped(
  snapshot: Snapshot,
  where: Where,
  scope: string,
  subject: string | null,
): boolean {
  return snapshot.stops.some(
    (stop) =>
      stop.scope === scope &&
      (scope === 'all' || stop.subject === subject) &&
      (stop.outletId === null || stop.outletId === where.outlet.id) &&
      (stop.divisionCode === null ||
        (where.user !== '' && covers(stop.divisionCode, where.user)) ||
        covers(stop.divisionCode, where.outlet.divisionCode)),
  );
}

function creativeFor(
  snapshot: Snapshot,
  item: SnapshotLineItem,
  where: Where,
  creatives: Map<number, SnapshotCreative>,
): SnapshotCreative | undefined {
  const n = item.creativeIds.length;
  for (let i = 0; i < n; i++) {
    const creative = creatives.get(item.creativeIds[(where.request.atMs + i) % n] as number);
    if (!creative || !fitsPlainly(creative, where)) continue;
    if (isStopped(snapshot, where, 'creative', String(creative.id))) continue;
    if (!isBarred(snapshot, where, creative.category)) return creative;
  }
  return undefined;
}

function fitsPlainly(creative: SnapshotCreative, where: Where): boolean {
  const { w, h, format } = creative;
  if (format !== where.placement.format) return false;
  const sizes = where.imp.sizes.length > 0 ? where.imp.sizes : where.placement.sizes;
  if (w === null || h === null || sizes.length === 0) return true;
  return sizes.some((size) => {
    if (size.w === w && size.h === h) return true;
    return format !== 'banner' && Math.abs(w / h / (size.w / size.h) - 1) <= 0.03;
  });
}

/** Truth of a target, by its definition. */
export function accepts(target: Target, where: Where): boolean {
  if ('all' in target) return target.all.every((part) => accepts(part, where));
  if ('any' in target) return target.any.some((part) => accepts(part, where));
  if ('not' in target) return !accepts(target.not, where);
  return isTrue(target, where);
}

function isTrue(predicate: Predicate, where: Where): boolean {
  const { request, placement, outlet, user } = where;
  const includes = (value: unknown) => (predicate.in as unknown[]).includes(value);
  switch (predicate.attribute) {
    case 'division':
      return user !== '' && predicate.in.some((code) => covers(code, user));
    case 'outletDivision':
      return predicate.in.some((code) => covers(code, outlet.divisionCode));
    case 'outlet':
      return includes(outlet.id);
    case 'property':
      return includes(placement.propertyId);
    case 'placement':
      return includes(placement.id);
    case 'tier':
      return includes(outlet.tier);
    case 'device':
      return includes(DEVICES[request.device]);
    case 'os':
      return includes(OPERATING_SYSTEMS[request.os]);
    case 'connection':
      return includes(CONNECTIONS[request.connection] ?? 'unknown');
    case 'carrier':
      return includes(CARRIERS[request.carrier] ?? 'unknown');
    case 'hourOfWeek':
      return includes(hourOfWeek(request.atMs));
    case 'category':
      return request.categories.some(includes);
    case 'keyword':
      return request.keywords.some(includes);
    case 'segment':
      return !where.minors && request.segments.some(includes);
    case 'radius':
      return predicate.in.some((c) => metres(c.lat, c.lon, request.lat, request.lon) <= c.radiusM);
  }
}

/** Spherical law of cosines, not haversine: another formula for the same distance. */
function metres(lat1: number, lon1: number, lat2: number, lon2: number): number {
  const rad = Math.PI / 180;
  const cosine =
    Math.sin(lat1 * rad) * Math.sin(lat2 * rad) +
    Math.cos(lat1 * rad) * Math.cos(lat2 * rad) * Math.cos((lon2 - lon1) * rad);
  return 6_371_008.8 * Math.acos(Math.min(1, cosine));
}
