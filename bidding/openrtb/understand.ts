/**
 * BidRequest → the engine's request: OpenRTB's words in, the house's out. Owns what each means here (which formats an imp
 * offers, who the user is, where the user is) and what may not be used: an identifier after an opt-out, a precise place
 * without the user's leave.
 */
import { FORMATS } from '../../db/terms/market.ts';
import {
  newImp as newEngineImp,
  newRequest,
  type Request,
  type RequestImp,
} from '../engine/request.ts';
import { hashedId, readerHash } from '../wire/reader.ts';
import { blockedCategories } from './categories.ts';
import {
  carrierOf,
  connectionOf,
  deviceFromUserAgent,
  deviceOf,
  osFromUserAgent,
  osOf,
} from './codes.ts';
import { floorMicroCny } from './decimal.ts';
import { asksMoney } from './durations.ts';
import type { Imp } from './imp.ts';
import { type BidRequest, CHANNEL, type Geo } from './message.ts';

const bit = (format: (typeof FORMATS)[number]): number => 1 << FORMATS.indexOf(format);
const BANNER_FORMATS = bit('banner') | bit('splash') | bit('post') | bit('print') | bit('dooh');
const VIDEO_FORMATS = bit('video') | bit('spot') | bit('dooh');
const AUDIO_FORMATS = bit('audio');
const NATIVE_FORMATS = bit('native');

const POSITIVE = /^[1-9]\d{0,14}$/;
const idOf = (text: string): number => (POSITIVE.test(text) ? Number(text) : 0);

/** Placement id of an imp: `tagid`, Prebid's stored request, or Prebid's bidder parameters. 0 where none. */
export const placementIdOf = (imp: Imp): number =>
  idOf(imp.tagId) || idOf(imp.bidderPlacement) || idOf(imp.storedRequestId);

/**
 * A pseudonym that cannot be turned back without the salt: 16 characters of base64url. An empty one means nobody is
 * known, and nobody is counted.
 */
export function userHashOf(request: BidRequest, salt: string): string {
  if (request.limited || request.optedOut) return '';
  const id = request.ifa || request.userId || request.buyerUid || request.eids[0] || '';
  if (id === '' || /^[0-]+$/.test(id)) return '';
  return readerHash(hashedId(id), salt);
}

function locateUser(request: BidRequest, target: Request): void {
  const { deviceGeo, userGeo } = request;
  for (const geo of [deviceGeo, userGeo]) {
    const code = codeOf(geo?.divisionCode ?? '');
    if (!geo) continue;
    // Location services answer only with the user's leave; an address says the city at most.
    if (geo.type === 1 && !request.optedOut) {
      target.consentedDivision ||= code;
      if (Number.isNaN(target.lat)) placeAt(geo, target);
    } else if (geo.type === 2) target.ipDivision ||= code;
    else target.declaredDivision ||= code;
  }
  target.declaredDivision = codeOf(request.userDivision) || target.declaredDivision;
}

const codeOf = (text: string): string => (/^[1-9]\d{5}(\d{3})?$/.test(text) ? text : '');

function placeAt(geo: Geo, target: Request): void {
  if (Math.abs(geo.lat) > 90 || Math.abs(geo.lon) > 180) return;
  target.lat = geo.lat;
  target.lon = geo.lon;
}

function formatsOf(imp: Imp, dooh: boolean): number {
  let formats = 0;
  if (imp.banner) formats |= BANNER_FORMATS;
  if (imp.video) formats |= VIDEO_FORMATS;
  if (imp.audio) formats |= AUDIO_FORMATS;
  if (imp.native !== undefined) formats |= NATIVE_FORMATS;
  return dooh ? formats | bit('dooh') : formats;
}

/** The imp's currency is that of all its floors, by length too (§3.2.4). */
const hasFloor = ({ video, audio }: Imp, floor: number): boolean =>
  floor > 0 ||
  (video !== undefined && asksMoney(video)) ||
  (audio !== undefined && asksMoney(audio));

/** What is wrong with the money of a request for us, or its imps' floors in µCNY. */
function impOf(imp: Imp, request: BidRequest): RequestImp | 'bad_currency' {
  const target = newEngineImp(imp.id, placementIdOf(imp));
  const floor = floorMicroCny(imp.floor);
  if (floor === undefined || (hasFloor(imp, floor) && imp.floorCurrency !== 'CNY'))
    return 'bad_currency';
  target.floorMicroCny = floor;
  target.formats = formatsOf(imp, request.channels === CHANNEL.dooh);
  target.sizes = imp.banner && !imp.banner.flexible ? imp.banner.sizes : [];
  target.privateAuction = imp.privateAuction;
  for (const deal of imp.deals) target.dealIds.push(deal.id);
  return target;
}

const NUMERIC = /^\d+$/;
const MAX_REFUSED = 100;

/** What the browser remembers for a reader nobody knows: campaigns by number, partners' ads by domain. */
function refuse(refused: readonly string[], target: Request): void {
  const domains: string[] = [];
  for (const each of refused.slice(0, MAX_REFUSED)) {
    if (NUMERIC.test(each)) target.refusedCampaigns.push(Number(each));
    else if (each !== '') domains.push(each.toLowerCase());
  }
  if (domains.length > 0) target.blockedDomains = [...target.blockedDomains, ...domains];
}

function deviceOfRequest({ deviceType, mobile, ua }: BidRequest): number {
  const said = deviceOf(deviceType);
  if (said >= 0) return said;
  return mobile === 1 ? deviceOf(1) : deviceFromUserAgent(ua);
}

/** The engine's request, or the reason why none can be made of it. */
export function understand(
  request: BidRequest,
  atMs: number,
  salt: string,
): Request | 'bad_currency' {
  if (request.cur.length > 0 && !request.cur.includes('CNY')) return 'bad_currency';
  const target = newRequest(request.id, atMs);
  for (const imp of request.imps) {
    const each = impOf(imp, request);
    if (each === 'bad_currency') return each;
    target.imps.push(each);
  }
  // A publisher that is no number of ours is an outlet we do not know: it must not pass for "not given".
  target.outletId =
    request.publisherId === '' ? 0 : idOf(request.publisherId) || Number.MAX_SAFE_INTEGER;
  target.userHash = userHashOf(request, salt);
  locateUser(request, target);
  target.device = deviceOfRequest(request);
  const os = request.os || request.platform;
  target.os = os === '' ? osFromUserAgent(request.ua) : osOf(os);
  target.connection = connectionOf(request.connectionType);
  target.carrier = carrierOf(request.carrier);
  target.categories = request.categories;
  target.keywords = request.keywords;
  target.forMinors = request.coppa;
  if (!request.optedOut && !request.limited && !request.coppa)
    for (const id of request.segments) if (NUMERIC.test(id)) target.segments.push(Number(id));
  target.blockedCategories = blockedCategories(
    request.bcat,
    request.acat,
    request.categoryTaxonomy,
  );
  target.blockedDomains = request.badv;
  if (request.refused.length > 0) refuse(request.refused, target);
  target.test = request.test;
  return target;
}
