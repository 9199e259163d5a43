/** Demo pages: what an outlet's page looks like with one placement of a format. Owns their HTML; they sell like any other page. */
import type { Format, Size } from '../../db/terms/market.ts';
import { escapeHtml } from './escape.ts';

export interface DemoPlacement {
  id: number;
  format: Format;
  sizes: Size[];
  outletName: string;
  divisionCode: string;
}

const STYLE = `
*{box-sizing:border-box}body{margin:0;background:#f7f8fa;color:#1d2129;font:16px/1.75 system-ui,"PingFang SC","Noto Sans CJK SC",sans-serif}
header{background:#fff;border-bottom:1px solid #e5e6eb}header div,main{max-width:880px;margin:0 auto;padding:14px 20px}
header b{font-size:18px}header span{color:#86909c;font-size:13px;margin-left:10px}nav{display:flex;flex-wrap:wrap;gap:4px 16px;font-size:14px;margin-top:6px}
a{color:#165dff;text-decoration:none}article{background:#fff;border:1px solid #e5e6eb;border-radius:8px;padding:20px 24px;margin:16px 0}
h1{font-size:24px;line-height:1.4;margin:0 0 4px}time,.note{color:#86909c;font-size:13px}.slot{margin:20px 0}code{background:#f2f3f5;padding:2px 6px;border-radius:4px;font-size:13px;overflow-wrap:anywhere}
ul{padding-left:20px}@media(max-width:480px){main{padding:8px}article{padding:16px}h1{font-size:20px}}`;

const page = (title: string, nav: string, body: string): string =>
  `<!doctype html><html lang="zh-CN"><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">` +
  `<title>${escapeHtml(title)}</title><style>${STYLE}</style>` +
  `<header><div><b>${escapeHtml(title)}</b><span>演示页面 · demo</span>${nav}</div></header><main>${body}</main></html>`;

const navOf = (formats: readonly Format[]): string =>
  `<nav><a href="/demo">全部</a>${formats.map((each) => `<a href="/demo/${each}">${FORMAT_NAMES[each]}</a>`).join('')}</nav>`;

export const FORMAT_NAMES: Record<Format, string> = {
  banner: '横幅 banner',
  native: '原生 native',
  video: '视频 video',
  splash: '开屏 splash',
  audio: '音频 audio',
  dooh: '户外屏 DOOH',
  post: '图文 post',
  spot: '插播 spot',
  print: '版面 print',
};

/**
 * The one line that an outlet puts into its page. Its style reserves the room before the script has come, so that not a
 * pixel of the page moves when the ad does.
 */
export const tagLine = (exchangeUrl: string, placement: DemoPlacement): string => {
  const src = `src="${exchangeUrl}/tag.js" data-placement="${placement.id}"`;
  const [first = USUAL_SIZE] = placement.sizes;
  const { w, h } = first;
  const room = `display:block;margin:0 auto;max-width:${w}px;aspect-ratio:${w}/${h}`;
  return `<script async ${src} data-size="${w}x${h}" style="${room}"></script>`;
};

const USUAL_SIZE: Size = { w: 640, h: 180 };

export function demoIndex(
  placements: readonly DemoPlacement[],
  formats: readonly Format[],
): string {
  const rows = placements
    .slice(0, 200)
    .map(
      (each) =>
        `<li><a href="/demo/${each.format}?placement=${each.id}">${each.id} · ${FORMAT_NAMES[each.format]}</a> ` +
        `<span class="note">${escapeHtml(each.outletName)} ${each.divisionCode}</span></li>`,
    )
    .join('');
  return page(
    '广告位演示',
    navOf(formats),
    `<article><h1>每种形式一页</h1><ul>${rows}</ul></article>`,
  );
}

const PARAGRAPHS = [
  '清晨六点，茶农已经上山。今年的春茶比往年早了三天，合作社的电子屏上滚动着当天的收购价，年轻人在直播间里向全国各地的客人介绍炒茶的火候。',
  '县融媒体中心的记者跟着采茶队走了一上午，把山路、茶香和价格一起带回了演播室。乡亲们说，今年要把茶卖得更远。',
  '下午，镇上的便民服务点开到了村口。办社保、查公积金，不用再跑县城。',
];

export function demoPage(
  placement: DemoPlacement,
  formats: readonly Format[],
  exchangeUrl: string,
): string {
  const tag = tagLine(exchangeUrl, placement);
  const tall = placement.sizes.some(({ w, h }) => h > w);
  const paragraph = (i: number): string => `<p>${PARAGRAPHS[i]}</p>`;
  const slot = `<div class="slot"${tall ? ' style="max-width:360px;margin:20px auto"' : ''}>${tag}</div>`;
  return page(
    placement.outletName,
    navOf(formats),
    `<article><h1>春茶开采，山路上的一天</h1><time>今天 06:20</time>${paragraph(0)}${slot}${paragraph(1)}${paragraph(2)}</article>` +
      `<article><p class="note">页面上的这一行就是全部接入：</p><code>${escapeHtml(tag)}</code></article>`,
  );
}
