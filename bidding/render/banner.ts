/**
 * Markup of a picture or HTML banner: the ad, the 「广告」 mark, the one-click close, the pixel. Owns what Advertising Law 14
 * asks of it; third-party HTML stays inside a frame of its own, so that it can reach neither the mark nor the page.
 */
import type { SnapshotCreative } from '../wire/snapshot.ts';
import { escapeHtml, webUrl } from './escape.ts';
import { type Links, trackerUrl } from './links.ts';

const MARK =
  'position:absolute;left:0;bottom:0;padding:2px 5px;background:rgba(0,0,0,.55);color:#fff;' +
  'font:11px/1.3 system-ui,sans-serif;border-top-right-radius:4px;pointer-events:none';
const CLOSE =
  'position:absolute;right:0;top:0;width:24px;height:24px;border:0;padding:0;cursor:pointer;' +
  'background:rgba(0,0,0,.45);color:#fff;font:16px/24px system-ui,sans-serif;border-bottom-left-radius:6px';
/** One click, and it is gone: the frame tells the page's tag, and does not wait for it. */
const CLOSE_ACTION = "this.parentNode.remove();parent.postMessage('hongze:close','*')";

/** HTML of `w` × `h` CSS pixels with the token's place marked. */
export function bannerMarkup(
  creative: SnapshotCreative,
  w: number,
  h: number,
  links: Links,
): string {
  const mark = creative.isPsa ? '公益广告' : '广告';
  const label = creative.aiGenerated ? `${mark} · AI生成` : mark;
  return (
    `<div lang="zh-CN" style="position:relative;width:100%;max-width:${w}px;aspect-ratio:${w}/${h};` +
    `overflow:hidden;background:#f4f5f7">${bannerBody(creative, w, h, links)}` +
    `<span style="${MARK}">${label}</span>` +
    `<button type="button" aria-label="关闭广告" style="${CLOSE}" onclick="${CLOSE_ACTION}">×</button>` +
    `<img src="${escapeHtml(trackerUrl(links, 'i'))}" width="1" height="1" alt="" style="position:absolute;opacity:0">` +
    '</div>'
  );
}

function bannerBody(creative: SnapshotCreative, w: number, h: number, links: Links): string {
  const { content } = creative;
  const click = escapeHtml(trackerUrl(links, 'c'));
  const open = `<a href="${click}" target="_blank" rel="noopener noreferrer nofollow sponsored"`;
  if (content.html !== undefined)
    return (
      `<iframe sandbox="allow-scripts allow-popups" srcdoc="${escapeHtml(content.html)}" width="${w}" height="${h}"` +
      ' style="border:0;display:block;width:100%;height:100%" title="广告"></iframe>' +
      `${open} aria-label="了解详情" style="position:absolute;inset:0"></a>`
    );
  const picture = webUrl(content.imageUrl, links.assetsUrl);
  if (picture !== undefined)
    return (
      `${open}><img src="${escapeHtml(picture)}" alt="${escapeHtml(content.title ?? creative.category)}"` +
      ' style="display:block;width:100%;height:100%;object-fit:cover;border:0"></a>'
    );
  return (
    `${open} style="display:flex;flex-direction:column;justify-content:center;gap:6px;width:100%;height:100%;` +
    'box-sizing:border-box;padding:16px;color:#1d2129;text-decoration:none;font:15px/1.5 system-ui,sans-serif">' +
    `<b style="font-size:18px">${escapeHtml(content.title ?? '')}</b>` +
    `<span>${escapeHtml(content.description ?? '')}</span></a>`
  );
}
