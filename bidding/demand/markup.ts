/**
 * A partner's markup made fit for a page of ours: in a frame of its own, under the 「广告」 mark, with our impression beside the
 * partner's. Owns the wrapping; what the partner wrote is neither trusted nor changed but for its macros.
 */
import { escapeHtml, webUrl } from '../render/escape.ts';
import { type Links, trackerUrl } from '../render/links.ts';
import { vastWrapper } from '../render/vast.ts';
import { withOurTrackers } from './merged.ts';
import type { ReceivedBid } from './received.ts';

const MARK =
  'position:absolute;left:0;bottom:0;padding:2px 5px;background:rgba(0,0,0,.55);color:#fff;' +
  'font:11px/1.3 system-ui,sans-serif;border-top-right-radius:4px;pointer-events:none';
const CLOSE =
  'position:absolute;right:0;top:0;width:24px;height:24px;border:0;padding:0;cursor:pointer;' +
  'background:rgba(0,0,0,.45);color:#fff;font:16px/24px system-ui,sans-serif';

function framed(bid: ReceivedBid, adm: string, links: Links, w: number, h: number): string {
  // Markup that comes with the win notice is fetched by the frame itself: that call is the notice (2.6 §4.3).
  const content = adm === '' ? `src="${escapeHtml(bid.nurl)}"` : `srcdoc="${escapeHtml(adm)}"`;
  const sandbox = 'allow-scripts allow-popups allow-popups-to-escape-sandbox';
  return (
    `<div lang="zh-CN" style="position:relative;width:100%;max-width:${w}px;aspect-ratio:${w}/${h};overflow:hidden">` +
    `<iframe sandbox="${sandbox}" title="广告" ${content} style="border:0;width:100%;height:100%;display:block"></iframe>` +
    `<span style="${MARK}">广告 · ${escapeHtml(bid.adomain[0] ?? bid.seat)}</span>` +
    `<button type="button" aria-label="关闭广告" style="${CLOSE}" onclick="this.parentNode.remove();parent.postMessage('hongze:close','*')">×</button>` +
    `<img src="${escapeHtml(trackerUrl(links, 'i'))}" width="1" height="1" alt="" style="position:absolute;opacity:0"></div>`
  );
}

function withOurTracker(native: string, links: Links): string | undefined {
  try {
    const parsed = JSON.parse(native) as { native?: Record<string, unknown> };
    const body = (parsed.native ?? parsed) as Record<string, unknown>;
    const trackers = Array.isArray(body.eventtrackers) ? body.eventtrackers : [];
    const ours = { event: 1, method: 1, url: trackerUrl(links, 'i') };
    return JSON.stringify({ native: { ...body, eventtrackers: [...trackers, ours] } });
  } catch {
    return undefined;
  }
}

/** Markup with the token's place marked; undefined when it is not of the type it claims. */
export function partnerMarkup(
  bid: ReceivedBid,
  adm: string,
  size: { w: number; h: number },
  links: Links,
): string | undefined {
  if (bid.mtype === 1) {
    const isThere = adm !== '' || noticeUrl(bid.nurl) !== undefined;
    return isThere ? framed(bid, adm, links, size.w, size.h) : undefined;
  }
  if (adm === '') {
    return bid.mtype === 4
      ? undefined
      : vastWrapper(bid.nurl, links, { version: '4.2', isForeign: true, ...size });
  }
  if (bid.mtype === 4) return withOurTracker(adm, links);
  return withOurTrackers(adm, links);
}

/** An address of a partner's that is one of the web; where it leads is judged when it is called. */
export function noticeUrl(url: string): string | undefined {
  const checked = webUrl(url, 'https://invalid.');
  return checked?.startsWith('https://invalid.') ? undefined : checked;
}
