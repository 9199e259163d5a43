/**
 * Invalid traffic: which events a person cannot have made. Owns the provisional verdict on each event as it arrives;
 * the verdict on the whole day is `final.ts`. Refuses to guess: every rule names a fact, and the first that holds wins.
 *
 * Source: MMA China / GB/T 34090 — invalid traffic is removed before viewability and billing.
 */
import ip2region from 'ip2region';
import { isbot } from 'isbot';
import { EVENT_KIND, IVT, type TrackedEvent } from '../../bidding/wire/event.ts';

/** What one person can do in a minute, generously; a shared address stands for many people. */
export const VELOCITY_PER_MINUTE = {
  userImpressions: 120,
  userClicks: 15,
  addressImpressions: 6_000,
  addressClicks: 300,
} as const;

/** Shorter than any hand: from auction to click, ms. */
export const SHORTEST_CLICK_MS = 80;

/** Networks where servers live; the names are those that ip2region gives. */
const HOSTING =
  /阿里云|腾讯|华为云|亚马逊|谷歌|微软|百度云|金山云|优刻得|甲骨文|DigitalOcean|Linode|Vultr|OVH|Hetzner/;

/** Our own network: a proxy that hides its readers, or a test. Says nothing about who calls. */
const INSIDE = /^(127\.|10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|::1$|::ffff:127\.|f[cd])/;

const REMEMBERED = 50_000;

/** A verdict a text remembered; the oldest are forgotten, for traffic repeats itself within minutes. */
function remember(judge: (text: string) => boolean): (text: string) => boolean {
  const known = new Map<string, boolean>();
  return (text) => {
    let verdict = known.get(text);
    if (verdict === undefined) {
      verdict = judge(text);
      if (known.size >= REMEMBERED) known.clear();
      known.set(text, verdict);
    }
    return verdict;
  };
}

export const isDeclaredBot = remember((userAgent) => isbot(userAgent));

type Addresses = InstanceType<typeof ip2region>;
// A CommonJS module: bundlers hand over its class, Node the module around it.
const Addresses = (ip2region as unknown as { default?: typeof ip2region }).default ?? ip2region;
let addresses: Addresses | undefined;
export const isDataCentre = remember((ip) => {
  addresses ??= new Addresses();
  try {
    return HOSTING.test(addresses.search(ip)?.isp ?? '');
  } catch {
    return false; // Not an address at all: a proxy's mistake, no proof of a machine.
  }
});

/** `width,height,visible%,ms` as the tag measured it: a real picture has a size and is at most wholly visible. */
export function isImpossible(event: TrackedEvent): boolean {
  if (event.kind === EVENT_KIND.click) {
    const delayMs = event.atMs - event.auctionAtMs;
    if (event.auctionAtMs > 0 && delayMs < SHORTEST_CLICK_MS) return true;
  }
  if (event.geometry === '') return false;
  const [width = 0, height = 0, visible = 0] = event.geometry.split(',').map(Number);
  return !(width > 1 && height > 1 && visible >= 0 && visible <= 100);
}

export type Judge = (event: TrackedEvent) => number;

/**
 * A judge with a memory of the current and the last minute, one per consumer. A consumer sees a part of the traffic
 * only, so that it may miss a fast user; `final.ts` sees the whole day.
 */
export function createJudge(): Judge {
  let minute = 0;
  let pace = { clicks: openPace(), impressions: openPace() };
  return (event) => {
    if (event.ivt !== IVT.none) return event.ivt;
    if (event.userAgent !== '' && isDeclaredBot(event.userAgent)) return IVT.declaredBot;
    if (event.ip !== '' && isDataCentre(event.ip)) return IVT.dataCentre;
    if (isImpossible(event)) return IVT.geometry;
    const click = event.kind === EVENT_KIND.click;
    if (!click && event.kind !== EVENT_KIND.impression) return IVT.none;
    const now = Math.floor(event.atMs / 60_000);
    if (now !== minute) {
      minute = now;
      pace = { clicks: openPace(), impressions: openPace() };
    }
    const { userClicks, addressClicks, userImpressions, addressImpressions } = VELOCITY_PER_MINUTE;
    const tooFast = click
      ? isTooFast(pace.clicks, event, userClicks, addressClicks)
      : isTooFast(pace.impressions, event, userImpressions, addressImpressions);
    return tooFast ? IVT.velocity : IVT.none;
  };
}

/** How often each was seen this minute. */
interface Pace {
  users: Map<string, number>;
  addresses: Map<string, number>;
}
const openPace = (): Pace => ({ users: new Map(), addresses: new Map() });

function countIn(counts: Map<string, number>, key: string): number {
  const count = (counts.get(key) ?? 0) + 1;
  counts.set(key, count);
  return count;
}

function isTooFast(pace: Pace, event: TrackedEvent, ofUser: number, ofAddress: number): boolean {
  const { userHash, ip } = event;
  const user = userHash !== '' && countIn(pace.users, userHash) > ofUser;
  const address = ip !== '' && !INSIDE.test(ip) && countIn(pace.addresses, ip) > ofAddress;
  return user || address;
}
