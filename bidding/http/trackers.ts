/**
 * The trackers: impression, viewable, click, progress, feedback. Owns what each call turns into: an event for metering when
 * its token holds, a filed refusal when it does not. The landing page of a click comes from the snapshot by the token's
 * creative, never from the URL, so there is nothing to redirect openly.
 */
import { type Clock, dayOf } from '../../db/terms/day.ts';
import type { Notices } from '../demand/notices.ts';
import type { Market } from '../engine/market.ts';
import { webUrl } from '../render/escape.ts';
import type { ClickCharges } from '../state/clicks.ts';
import type { EventLog } from '../state/events.ts';
import type { FeedbackLog } from '../state/feedback.ts';
import type { ReportLog } from '../state/reports.ts';
import { EVENT_KIND, type EventKind, type TrackedEvent } from '../wire/event.ts';
import { FEEDBACK_KINDS, type FeedbackKind, REPORT_REASONS } from '../wire/feedback.ts';
import { readReport } from '../wire/reported.ts';
import { BILLED_ON, openToken, type Token, type TokenKey } from '../wire/token.ts';
import type { Visitor } from './caller.ts';
import { fillLanding } from './landing.ts';
import type { Query } from './query.ts';
import { leadTo, pixel, problemReply, type Reply, refusedPixel } from './reply.ts';

export interface TrackerDeps {
  clock: Clock;
  market: () => Market | undefined;
  key: TokenKey;
  events: EventLog;
  clicks: ClickCharges;
  feedback: FeedbackLog;
  /** Where supply partners' prices go; `salt` proves that the bid was ours. */
  reports: Pick<ReportLog, 'append'>;
  salt: string;
  /** Who is told when a partner's ad is billed. */
  notices: Notices;
}

/** Clicks and viewables may follow an impression for so long after the auction. */
const FOLLOW_UP_MS = 24 * 3_600_000;
/** A node's clock may lag behind the one that signed. */
const SKEW_MS = 60_000;

const KIND_OF: Record<string, EventKind> = {
  i: EVENT_KIND.impression,
  v: EVENT_KIND.viewable,
  c: EVENT_KIND.click,
  e: EVENT_KIND.quartile,
  f: EVENT_KIND.feedback,
};
const PROGRESS =
  /^(start|firstQuartile|midpoint|thirdQuartile|complete|skip|mute|pause|resume|closeLinear|error|close|click)$/;

type Checked = Token | { refusal: string };

function check(deps: TrackerDeps, text: string | null, kind: EventKind, nowMs: number): Checked {
  if (text === null || text === '') return { refusal: 'missing' };
  const token = openToken(deps.key, text);
  if (typeof token === 'string') return { refusal: token };
  if (token.issuedAtMs > nowMs + SKEW_MS) return { refusal: 'early' };
  const lastMs =
    kind === EVENT_KIND.impression ? token.expiresAtMs : token.issuedAtMs + FOLLOW_UP_MS;
  return nowMs > lastMs ? { refusal: 'expired' } : token;
}

function eventOf(
  deps: TrackerDeps,
  visitor: Visitor,
  token: Token,
  kind: EventKind,
  suffix: string,
  geometry: string,
): TrackedEvent {
  const billsNow = kind === EVENT_KIND.impression && token.billedOn === BILLED_ON.impression;
  return {
    eventKey: `${token.auctionId}:${token.impOrdinal}:${kind}${suffix}`,
    kind,
    atMs: deps.clock(),
    outletId: token.outletId,
    placementId: token.placementId,
    divisionCode: token.divisionCode,
    advertiserId: token.advertiserId,
    campaignId: token.campaignId,
    lineItemId: token.lineItemId,
    creativeId: token.creativeId,
    device: token.device,
    priceMicroCny: billsNow ? token.priceMicroCny : 0,
    leaseId: billsNow ? token.leaseId : 0,
    userHash: token.userHash,
    ivt: 0,
    auctionAtMs: token.issuedAtMs,
    userAgent: visitor.userAgent.slice(0, 300),
    ip: visitor.ip,
    geometry,
    dealId: token.dealId,
  };
}

/** What follows the kind in the event's key, where one ad may have several such events; undefined: not one of ours. */
function suffixOf(kind: EventKind, query: Query): string | undefined {
  if (kind === EVENT_KIND.quartile) {
    const name = query.get('e') ?? '';
    return PROGRESS.test(name) ? `.${name}` : undefined;
  }
  if (kind === EVENT_KIND.feedback) {
    const what = query.get('what') ?? '';
    return FEEDBACK_KINDS.some((kind) => kind === what) ? `.${what}` : undefined;
  }
  return '';
}

const GEOMETRY = /^[\d.,]{1,40}$/;

/** Answers `/t/<letter>?t=<token>`. */
export function track(deps: TrackerDeps, letter: string, visitor: Visitor, query: Query): Reply {
  const kind = KIND_OF[letter];
  if (kind === undefined)
    return problemReply({ status: 404, code: 'not_found', zh: '没有此地址', en: 'no such path' });
  const nowMs = deps.clock();
  const token = check(deps, query.get('t'), kind, nowMs);
  const suffix = suffixOf(kind, query);
  const refusal = 'refusal' in token ? token.refusal : suffix === undefined ? 'unknown_event' : '';
  if (refusal !== '' || 'refusal' in token)
    return refuse(deps, visitor, letter, refusal, query.get('t') ?? '');
  const geometry = query.get('g') ?? '';
  const event = eventOf(
    deps,
    visitor,
    token,
    kind,
    suffix ?? '',
    GEOMETRY.test(geometry) ? geometry : '',
  );
  const counts = token.billedOn !== BILLED_ON.test;
  if (kind === EVENT_KIND.click) {
    if (counts) countClick(deps, token, event);
    // A partner's ad leads where it leads; we are only told.
    return token.creativeId === 0 ? pixel : redirect(deps, visitor, token);
  }
  if (counts) deps.events.append(event, query.get('b') === '1');
  if (counts && kind === EVENT_KIND.feedback) hear(deps, event, query);
  if (counts && kind === EVENT_KIND.impression && query.has('p')) report(deps, token, event, query);
  if (counts && kind === EVENT_KIND.impression && token.creativeId === 0)
    void deps.notices.billed(token.auctionId, token.impOrdinal, event.atMs);
  const monitor =
    kind === EVENT_KIND.impression && counts ? monitorOf(deps, token, visitor) : undefined;
  return monitor === undefined ? pixel : leadTo(monitor);
}

/** A third party that watches impressions sees the reader's own call: the pixel leads on to it. */
function monitorOf(deps: TrackerDeps, token: Token, visitor: Visitor): string | undefined {
  const url = deps.market()?.creatives.get(token.creativeId)?.content.impressionMonitor;
  return url === undefined
    ? undefined
    : webUrl(fillLanding(url, token, visitor, deps.clock()), 'https://invalid.');
}

/** A supply partner says what the bid cleared at: kept as it came, beside what we had bid. */
function report(deps: TrackerDeps, token: Token, event: TrackedEvent, query: Query): void {
  const said = readReport(deps.salt, query.get('t') ?? '', query);
  if (!said) return;
  const { outletId, placementId, lineItemId } = token;
  deps.reports.append({
    eventKey: `${token.auctionId}:${token.impOrdinal}`,
    atMs: event.atMs,
    outletId,
    placementId,
    lineItemId,
    ...said,
  });
}

/** A dislike or a report goes to the review desk, and the reader is spared the campaign from now on. */
function hear(deps: TrackerDeps, event: TrackedEvent, query: Query): void {
  const kind = query.get('what') as FeedbackKind;
  if (kind !== 'notInterested' && kind !== 'report') return;
  const said = query.get('reason');
  deps.feedback.say({
    key: event.eventKey,
    kind,
    reason: REPORT_REASONS.find((each) => each === said) ?? null,
    atMs: event.atMs,
    outletId: event.outletId,
    placementId: event.placementId,
    divisionCode: event.divisionCode,
    advertiserId: event.advertiserId,
    campaignId: event.campaignId,
    lineItemId: event.lineItemId,
    creativeId: event.creativeId,
    userHash: event.userHash,
  });
}

function countClick(deps: TrackerDeps, token: Token, event: TrackedEvent): void {
  if (token.billedOn !== BILLED_ON.click) {
    deps.events.append(event);
    return;
  }
  void deps.clicks
    .charge(event.eventKey, token.lineItemId, dayOf(event.atMs), token.priceMicroCny)
    .then((charged) => {
      if (charged !== undefined) deps.events.append({ ...event, priceMicroCny: charged });
      else fileReplay(deps, event);
    });
}

function fileReplay(deps: TrackerDeps, event: TrackedEvent): void {
  const { eventKey, ip } = event;
  const detail = { eventKey, lineItemId: `${event.lineItemId}`, ip };
  deps.events.reject({ reason: 'replayed', atMs: event.atMs, detail });
}

function redirect(deps: TrackerDeps, visitor: Visitor, token: Token): Reply {
  const nowMs = deps.clock();
  const creative = deps.market()?.creatives.get(token.creativeId);
  const landing =
    creative && webUrl(fillLanding(creative.landingUrl, token, visitor, nowMs), 'https://invalid.');
  if (landing === undefined || landing.startsWith('https://invalid.'))
    return problemReply({
      status: 410,
      code: 'ad_withdrawn',
      zh: '该广告已下架',
      en: 'this advertisement has been withdrawn',
    });
  const monitor = creative?.content.clickMonitor;
  const watched =
    monitor && webUrl(fillLanding(monitor, token, visitor, nowMs, landing), 'https://invalid.');
  return leadTo(watched || landing);
}

function refuse(
  deps: TrackerDeps,
  visitor: Visitor,
  letter: string,
  reason: string,
  token: string,
): Reply {
  deps.events.reject({
    reason,
    atMs: deps.clock(),
    detail: {
      path: `/t/${letter}`,
      token: token.slice(0, 200),
      ip: visitor.ip,
      userAgent: visitor.userAgent.slice(0, 300),
    },
  });
  if (letter !== 'c') return refusedPixel(reason);
  return problemReply({
    status: 400,
    code: `token_${reason}`,
    zh: '链接无效或已过期',
    en: 'this link is not valid, or no longer',
  });
}
