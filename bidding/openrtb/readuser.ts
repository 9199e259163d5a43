/** Who is reading, on what, under which rules: `device`, `user`, `regs`, `source` (OpenRTB 2.6 §3.2.2–3.2.3, §3.2.18–3.2.31). */
import type { JsonReader } from './json.ts';
import { fields } from './json.ts';
import { type BidRequest, type Geo, newGeo } from './message.ts';
import { words } from './words.ts';

const MAX_LIST = 1000;

const DIVISION = fields<{ divisionCode: string }>({
  divisionCode: (r, t) => {
    t.divisionCode = r.string();
  },
});
const GEO = fields<Geo>({
  lat: (r, t) => {
    t.lat = r.number();
  },
  lon: (r, t) => {
    t.lon = r.number();
  },
  type: (r, t) => {
    t.type = r.integer();
  },
  ext: (r, t) => r.object(DIVISION, t),
});
const geo = (r: JsonReader): Geo => {
  const t = newGeo();
  r.object(GEO, t);
  return t;
};

const BRAND = fields<BidRequest>({
  brand: (r, t) => {
    t.platform = r.string();
  },
});
const USER_AGENT = fields<BidRequest>({
  mobile: (r, t) => {
    t.mobile = r.integer();
  },
  platform: (r, t) => r.object(BRAND, t),
});
export const DEVICE = fields<BidRequest>({
  ua: (r, t) => {
    t.ua = r.string();
  },
  sua: (r, t) => r.object(USER_AGENT, t),
  ip: (r, t) => {
    t.ip = r.string();
  },
  ipv6: (r, t) => {
    t.ipv6 = r.string();
  },
  os: (r, t) => {
    t.os = r.string();
  },
  devicetype: (r, t) => {
    t.deviceType = r.integer();
  },
  connectiontype: (r, t) => {
    t.connectionType = r.integer();
  },
  carrier: (r, t) => {
    t.carrier = r.string();
  },
  mccmnc: (r, t) => {
    t.carrier = r.string();
  },
  ifa: (r, t) => {
    t.ifa = r.string();
  },
  dnt: (r, t) => {
    if (r.integer() === 1) t.limited = true;
  },
  lmt: (r, t) => {
    if (r.integer() === 1) t.limited = true;
  },
  geo: (r, t) => {
    t.deviceGeo = geo(r);
  },
});

const SEGMENT = fields<BidRequest>({
  id: (r, t) => {
    t.segments.push(r.string());
  },
});
const DATA = fields<BidRequest>({
  segment: (r, t) => r.array((each) => each.object(SEGMENT, t), MAX_LIST),
});
const UID = fields<BidRequest>({
  id: (r, t) => {
    t.eids.push(r.string());
  },
});
const EID = fields<BidRequest>({ uids: (r, t) => r.array((each) => each.object(UID, t), 64) });
const eids = (r: JsonReader, t: BidRequest): void => r.array((each) => each.object(EID, t), 64);
const USER_EXT = fields<BidRequest>({
  divisionCode: (r, t) => {
    t.userDivision = r.string();
  },
  optout: (r, t) => {
    if (r.integer() === 1) t.optedOut = true;
  },
  refused: (r, t) => {
    t.refused = r.strings();
  },
  consent: (r, t) => {
    const text = r.string();
    if (t.consent === '') t.consent = text;
  },
  eids: (r, t) => eids(r, t),
});
export const USER = fields<BidRequest>({
  id: (r, t) => {
    t.userId = r.string();
  },
  buyeruid: (r, t) => {
    t.buyerUid = r.string();
  },
  keywords: (r, t) => {
    t.userKeywords.push(...words(r.string()));
  },
  kwarray: (r, t) => {
    t.userKeywords.push(...r.strings());
  },
  geo: (r, t) => {
    t.userGeo = geo(r);
  },
  data: (r, t) => r.array((each) => each.object(DATA, t), 64),
  consent: (r, t) => {
    t.consent = r.string();
  },
  eids: (r, t) => eids(r, t),
  ext: (r, t) => r.object(USER_EXT, t),
});

/** US privacy string: its third letter says whether the reader has opted out of sale. */
const usPrivacy = (r: JsonReader, t: BidRequest): void => {
  if (/^1.y/i.test(r.string())) t.optedOut = true;
};

const REGS_EXT = fields<BidRequest>({
  // Global Privacy Control as browsers' clients pass it on: a text or a number, and no business of anything else.
  gpc: (r, t) => {
    const next = r.peek();
    const said = next === '"' ? r.string() : next === '1' ? r.numberText() : undefined;
    if (said === '1') t.optedOut = true;
    if (said === undefined) r.skip();
  },
  gdpr: (r, t) => {
    t.gdpr = r.integer();
  },
  us_privacy: usPrivacy,
});
export const REGS = fields<BidRequest>({
  coppa: (r, t) => {
    t.coppa = r.integer() === 1;
  },
  gdpr: (r, t) => {
    t.gdpr = r.integer();
  },
  us_privacy: usPrivacy,
  ext: (r, t) => r.object(REGS_EXT, t),
});

/** Each node's system overwrites the one before: the last one's stays. */
const NODE = fields<BidRequest>({
  asi: (r, t) => {
    t.schainEnd = r.string();
  },
});
const SCHAIN = fields<BidRequest>({
  complete: (r, t) => {
    t.schainComplete = r.integer();
  },
  nodes: (r, t) =>
    r.array((each) => {
      t.schainEnd = '';
      each.object(NODE, t);
      t.schainNodes++;
    }, 64),
});
const schain = (r: JsonReader, t: BidRequest): void => {
  t.schainNodes = 0;
  r.object(SCHAIN, t);
};
const EXT_WITH_SCHAIN = fields<BidRequest>({ schain });
export const SOURCE = fields<BidRequest>({ schain, ext: (r, t) => r.object(EXT_WITH_SCHAIN, t) });

const PREBID = fields<BidRequest>({
  debug: (r, t) => {
    if (r.peek() === 't') t.prebidDebug = r.boolean();
    else r.skip();
  },
  aliases: (r, t) =>
    r.members((name) => {
      if (r.peek() === '"') t.aliases.push(`${name}=${r.string()}`);
      else r.skip();
    }),
});
export const EXT = fields<BidRequest>({
  schain,
  prebid: (r, t) => {
    t.prebid = true;
    r.object(PREBID, t);
  },
});
