/**
 * Bytes → BidRequest. Owns where each field stands in OpenRTB 2.6 (2.5's places of later fields included) and the bounds
 * of lists. Refuses wrong types of the fields it reads, naming them; knows nothing of unknown ones and of `ext`.
 */

import { newImp } from './imp.ts';
import { fields, JsonReader, RepeatedKey } from './json.ts';
import { Malformed } from './malformed.ts';
import { type BidRequest, CHANNEL, newBidRequest } from './message.ts';
import { IMP } from './readimp.ts';
import { DEVICE, EXT, REGS, SOURCE, USER } from './readuser.ts';
import { words } from './words.ts';

export const MAX_IMPS = 64;

const PUBLISHER = fields<BidRequest>({
  id: (r, t) => {
    t.publisherId = r.string();
  },
});
/** What the page, the app or the piece in it is about. */
const ABOUT = {
  cat: (r: JsonReader, t: BidRequest): void => {
    t.categories.push(...r.strings());
  },
  keywords: (r: JsonReader, t: BidRequest): void => {
    t.keywords.push(...words(r.string()));
  },
  kwarray: (r: JsonReader, t: BidRequest): void => {
    t.keywords.push(...r.strings());
  },
};
const CONTENT = fields<BidRequest>({
  url: (r, t) => {
    const url = r.string();
    t.page ||= url;
  },
  ...ABOUT,
});
const SITE = fields<BidRequest>({
  publisher: (r, t) => r.object(PUBLISHER, t),
  content: (r, t) => r.object(CONTENT, t),
  domain: (r, t) => {
    t.domain = r.string();
  },
  bundle: (r, t) => {
    t.domain = r.string();
  },
  page: (r, t) => {
    t.page = r.string();
  },
  sectioncat: (r, t) => {
    t.categories.push(...r.strings());
  },
  pagecat: (r, t) => {
    t.categories.push(...r.strings());
  },
  ...ABOUT,
});

const REQUEST = fields<BidRequest>({
  id: (r, t) => {
    t.id = r.string();
  },
  imp: (r, t) =>
    r.array((each) => {
      const imp = newImp();
      each.object(IMP, imp);
      t.imps.push(imp);
    }, MAX_IMPS),
  site: (r, t) => {
    t.channels |= CHANNEL.site;
    r.object(SITE, t);
  },
  app: (r, t) => {
    t.channels |= CHANNEL.app;
    r.object(SITE, t);
  },
  dooh: (r, t) => {
    t.channels |= CHANNEL.dooh;
    r.object(SITE, t);
  },
  device: (r, t) => r.object(DEVICE, t),
  user: (r, t) => r.object(USER, t),
  regs: (r, t) => r.object(REGS, t),
  source: (r, t) => r.object(SOURCE, t),
  test: (r, t) => {
    t.test = r.integer() === 1;
  },
  at: (r, t) => {
    t.at = r.integer();
  },
  tmax: (r, t) => {
    t.tmaxMs = r.integer();
  },
  cur: (r, t) => {
    t.cur = r.strings();
  },
  wseat: (r, t) => {
    t.wseat = r.strings();
  },
  bseat: (r, t) => {
    t.bseat = r.strings();
  },
  bcat: (r, t) => {
    t.bcat = r.strings();
  },
  acat: (r, t) => {
    t.acat = r.strings();
  },
  cattax: (r, t) => {
    t.categoryTaxonomy = r.integer();
  },
  wlang: (r, t) => {
    t.languages = r.strings();
    t.languageLists |= 1;
  },
  wlangb: (r, t) => {
    t.languages = r.strings();
    t.languageLists |= 2;
  },
  badv: (r, t) => {
    t.badv = r.strings();
  },
  bapp: (r, t) => {
    t.bapp = r.strings();
  },
  ext: (r, t) => r.object(EXT, t),
});

const reader = new JsonReader();

/** Reads a bid request; Malformed with a pointer to what is wrong. Meaning is judged elsewhere (`valid`). */
export function readBidRequest(body: Buffer): BidRequest | Malformed {
  const request = newBidRequest();
  try {
    reader.readDocument(body, REQUEST, request);
    return request;
  } catch (error) {
    if (error instanceof Malformed) return faultIn(body);
    if (!(error instanceof RepeatedKey)) throw error;
    return readAgain(body);
  }
}

/** Reads what is wrong once more, to say where. */
function faultIn(body: Buffer): Malformed {
  try {
    reader.readDocument(body, REQUEST, newBidRequest(), true);
  } catch (error) {
    if (error instanceof Malformed) return error;
    throw error;
  }
  throw new Error('assertion failed: what was malformed is malformed again');
}

/** Somebody named a field twice: the last one counts, which a parsed and rewritten copy says plainly. */
function readAgain(body: Buffer): BidRequest | Malformed {
  if (!reader.accepts(body)) return new Malformed('not JSON, or nested too deeply', 0, '');
  const copy = Buffer.from(JSON.stringify(JSON.parse(body.toString('utf8'))));
  return readBidRequest(copy);
}
