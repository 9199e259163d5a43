/** An element of `imp` (OpenRTB 2.6 §3.2.4–3.2.12). Owns its field tables. */
import type { Size } from '../../db/terms/market.ts';
import { type Banner, type Deal, type Imp, newBanner, newDeal } from './imp.ts';
import { fields } from './json.ts';
import { LENGTH_PRICES, readMedia } from './readmedia.ts';

const MAX_LIST = 1000;
const MAX_SIZES = 64;

const SIZE = fields<Size & { ratio: boolean }>({
  w: (r, t) => {
    t.w = r.integer();
  },
  h: (r, t) => {
    t.h = r.integer();
  },
  wratio: (r, t) => {
    t.ratio = r.integer() > 0;
  },
});

const BANNER = fields<Banner>({
  w: (r, t) => {
    t.w = r.integer();
  },
  h: (r, t) => {
    t.h = r.integer();
  },
  format: (r, t) =>
    r.array((each) => {
      const size = { w: 0, h: 0, ratio: false };
      each.object(SIZE, size);
      if (size.w > 0 && size.h > 0) t.sizes.push({ w: size.w, h: size.h });
      else if (size.ratio) t.flexible = true;
    }, MAX_SIZES),
  battr: (r, t) => {
    t.battr = r.integers();
  },
  btype: (r, t) => {
    t.btype = r.integers();
  },
  mimes: (r, t) => {
    t.mimes = r.strings();
  },
  api: (r, t) => {
    t.api = r.integers();
  },
});

const NATIVE = fields<Imp>({
  request: (r, t) => {
    t.native = r.peek() === '"' ? r.string() : r.raw();
  },
  battr: (r, t) => {
    t.nativeBattr = r.integers();
  },
});

const DEAL = fields<Deal>({
  id: (r, t) => {
    t.id = r.string();
  },
  bidfloor: (r, t) => {
    t.floor = r.numberText();
  },
  bidfloorcur: (r, t) => {
    t.floorCurrency = r.string();
  },
  at: (r, t) => {
    t.at = r.integer();
  },
  wseat: (r, t) => {
    t.wseat = r.strings();
  },
  wadomain: (r, t) => {
    t.wadomain = r.strings();
  },
  guar: (r, t) => {
    t.guaranteed = r.integer() === 1;
  },
  ...LENGTH_PRICES,
});

const PMP = fields<Imp>({
  private_auction: (r, t) => {
    t.privateAuction = r.integer() === 1;
  },
  deals: (r, t) =>
    r.array((each) => {
      const deal = newDeal();
      each.object(DEAL, deal);
      t.deals.push(deal);
    }, MAX_LIST),
});

const QTY = fields<Imp>({
  multiplier: (r, t) => {
    t.multiplier = r.numberText();
  },
  sourcetype: (r, t) => {
    t.multiplierSource = r.integer();
  },
  vendor: (r, t) => {
    t.multiplierVendor = r.string();
  },
});

const STORED = fields<Imp>({
  id: (r, t) => {
    t.storedRequestId = r.string();
  },
});
const OURS = fields<Imp>({
  placement: (r, t) => {
    t.bidderPlacement = r.peek() === '"' ? r.string() : r.numberText();
  },
  placementId: (r, t) => {
    t.bidderPlacement = r.peek() === '"' ? r.string() : r.numberText();
  },
});
const IMP_PREBID = fields<Imp>({
  storedrequest: (r, t) => r.object(STORED, t),
  bidder: (r, t) =>
    r.members((name) => {
      t.bidders.push(name);
      if (r.peek() === '{') r.object(OURS, t);
      else r.skip();
    }),
});
const IMP_EXT = fields<Imp>({ prebid: (r, t) => r.object(IMP_PREBID, t) });

export const IMP = fields<Imp>({
  id: (r, t) => {
    t.id = r.string();
  },
  tagid: (r, t) => {
    t.tagId = r.string();
  },
  banner: (r, t) => {
    const banner = newBanner();
    r.object(BANNER, banner);
    if (banner.w > 0 && banner.h > 0 && banner.sizes.length === 0)
      banner.sizes.push({ w: banner.w, h: banner.h });
    t.banner = banner;
  },
  video: (r, t) => {
    t.video = readMedia(r);
  },
  audio: (r, t) => {
    t.audio = readMedia(r);
  },
  native: (r, t) => {
    t.native = '';
    r.object(NATIVE, t);
  },
  bidfloor: (r, t) => {
    t.floor = r.numberText();
  },
  bidfloorcur: (r, t) => {
    t.floorCurrency = r.string();
  },
  instl: (r, t) => {
    t.instl = r.integer() === 1;
  },
  secure: (r, t) => {
    t.secure = r.integer();
  },
  pmp: (r, t) => r.object(PMP, t),
  qty: (r, t) => r.object(QTY, t),
  dt: (r, t) => {
    t.dtMs = r.number();
  },
  ext: (r, t) => r.object(IMP_EXT, t),
});
