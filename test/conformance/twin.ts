/**
 * The reader's twin: the same fields and types, said once more in zod over `JSON.parse`. Slow, obvious, and compared with the
 * reader on every case; whoever changes one changes the other.
 */
import { z } from 'zod';

const text = z.string().nullish();
const list = <T extends z.ZodType>(of: T) => z.array(of).nullish();
const whole = z.number().refine(Number.isSafeInteger).nullish();
const number = z.number().nullish();
const textOrNumber = z.union([z.string(), z.number()]).nullish();
const open = <T extends z.ZodRawShape>(shape: T) => z.looseObject(shape).nullish();

const geo = open({ lat: number, lon: number, type: whole, ext: open({ divisionCode: text }) });
const eids = list(z.looseObject({ uids: list(z.looseObject({ id: text })) }));
const schain = open({ complete: whole, nodes: list(z.looseObject({ asi: text })) });
const prices = {
  mincpmpersec: number,
  durfloors: list(z.looseObject({ mindur: whole, maxdur: whole, bidfloor: number })),
};
const media = open({
  mimes: list(z.string()),
  minduration: whole,
  maxduration: whole,
  rqddurs: list(z.number().refine(Number.isSafeInteger)),
  w: whole,
  h: whole,
  protocols: list(z.number().refine(Number.isSafeInteger)),
  api: list(z.number().refine(Number.isSafeInteger)),
  linearity: whole,
  skip: whole,
  maxseq: whole,
  poddur: whole,
  podid: textOrNumber,
  ...prices,
  skipmin: whole,
  skipafter: whole,
  minbitrate: whole,
  maxbitrate: whole,
  delivery: list(z.number().refine(Number.isSafeInteger)),
  battr: list(z.number().refine(Number.isSafeInteger)),
});
const size = z.looseObject({ w: whole, h: whole, wratio: whole });
const deal = z.looseObject({
  id: text,
  bidfloor: number,
  bidfloorcur: text,
  at: whole,
  wseat: list(z.string()),
  wadomain: list(z.string()),
  guar: whole,
  ...prices,
});
const imp = z.looseObject({
  id: text,
  tagid: text,
  banner: open({
    w: whole,
    h: whole,
    format: list(size),
    battr: list(z.number().refine(Number.isSafeInteger)),
    btype: list(z.number().refine(Number.isSafeInteger)),
    mimes: list(z.string()),
    api: list(z.number().refine(Number.isSafeInteger)),
  }),
  video: media,
  audio: media,
  native: open({
    request: z.unknown().optional(),
    battr: list(z.number().refine(Number.isSafeInteger)),
  }),
  bidfloor: number,
  bidfloorcur: text,
  instl: whole,
  secure: whole,
  pmp: open({ private_auction: whole, deals: list(deal) }),
  qty: open({ multiplier: number, sourcetype: whole, vendor: text }),
  dt: number,
  ext: open({
    prebid: open({
      storedrequest: open({ id: text }),
      bidder: z.record(z.string(), z.unknown()).nullish(),
    }),
  }),
});
const site = open({
  publisher: open({ id: text }),
  content: open({ url: text, cat: list(z.string()), keywords: text, kwarray: list(z.string()) }),
  domain: text,
  bundle: text,
  page: text,
  cat: list(z.string()),
  sectioncat: list(z.string()),
  pagecat: list(z.string()),
  keywords: text,
  kwarray: list(z.string()),
});

export const twin = z.looseObject({
  id: text,
  imp: list(imp),
  site,
  app: site,
  dooh: site,
  device: open({
    ua: text,
    sua: open({ mobile: whole, platform: open({ brand: text }) }),
    ip: text,
    ipv6: text,
    os: text,
    devicetype: whole,
    connectiontype: whole,
    carrier: text,
    mccmnc: text,
    ifa: text,
    dnt: whole,
    lmt: whole,
    geo,
  }),
  user: open({
    id: text,
    buyeruid: text,
    keywords: text,
    kwarray: list(z.string()),
    geo,
    data: list(z.looseObject({ segment: list(z.looseObject({ id: text })) })),
    consent: text,
    eids,
    ext: open({
      divisionCode: text,
      optout: whole,
      refused: list(z.string()),
      consent: text,
      eids,
    }),
  }),
  regs: open({
    coppa: whole,
    gdpr: whole,
    us_privacy: text,
    ext: open({ gdpr: whole, us_privacy: text }),
  }),
  source: open({ schain, ext: open({ schain }) }),
  test: whole,
  at: whole,
  tmax: whole,
  cur: list(z.string()),
  wseat: list(z.string()),
  bseat: list(z.string()),
  bcat: list(z.string()),
  acat: list(z.string()),
  cattax: whole,
  wlang: list(z.string()),
  wlangb: list(z.string()),
  badv: list(z.string()),
  bapp: list(z.string()),
  ext: open({ schain, prebid: open({ aliases: z.record(z.string(), z.unknown()).nullish() }) }),
});

/** What the twin says of a body: whether it reads, and the fields that tell most. */
export function twinReads(body: string): z.infer<typeof twin> | undefined {
  try {
    return twin.safeParse(JSON.parse(Buffer.from(body).toString('utf8'))).data;
  } catch {
    return undefined;
  }
}
