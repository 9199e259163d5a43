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
h1{font-size:24px;line-height:1.4;margin:0 0 4px}summary{cursor:pointer}time,.note{color:#86909c;font-size:13px}.slot{margin:20px 0}code{background:#f2f3f5;padding:2px 6px;border-radius:4px;font-size:13px;overflow-wrap:anywhere}
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

/** What a publisher has of each, in one sentence; formats that no page shows by a tag have none. */
const ABOUT: Partial<Record<Format, string>> = {
  banner: '图文横幅：随版面宽度缩放，先留好位置，正文一个像素也不会跳动。',
  native: '信息流：广告只给文字与图片，用您自己的模板排，与正文同款式。',
  video: '视频：静音起播、可跳过，按四分位计量；也给您自己的播放器一个 VAST 地址。',
  splash: '开屏：打开应用时的一幕，一键关闭。',
  audio: '音频：电台与有声栏目中的一段，读者点了才响。',
  dooh: '户外屏：按人流计费，断网三十天内补交播放证明仍然计入。',
};

/** Formats with a page: what is printed, posted or broadcast is no page's. */
export const SHOWN_FORMATS = Object.keys(ABOUT) as Format[];

export function demoIndex(
  placements: readonly DemoPlacement[],
  formats: readonly Format[],
): string {
  const linkTo = ({ id, format, outletName }: DemoPlacement): string =>
    `<li><a href="/demo/${format}?placement=${id}">${escapeHtml(outletName)}</a> <span class="note">广告位 ${id}</span></li>`;
  const cards = formats.map((format) => {
    const mine = placements.filter((each) => each.format === format);
    return (
      `<article><h1><a href="/demo/${format}">${FORMAT_NAMES[format]}</a></h1><p>${ABOUT[format]}</p>` +
      `<details><summary class="note">在 ${mine.length} 个广告位上看</summary><ul>${mine.slice(0, 50).map(linkTo).join('')}</ul></details></article>`
    );
  });
  return page('广告位演示', navOf(formats), cards.join(''));
}

const PARAGRAPHS = [
  '清晨六点，茶农已经上山。今年的春茶比往年早了三天，合作社的电子屏上滚动着当天的收购价，年轻人在直播间里向全国各地的客人介绍炒茶的火候。',
  '县融媒体中心的记者跟着采茶队走了一上午，把山路、茶香和价格一起带回了演播室。乡亲们说，今年要把茶卖得更远。',
  '下午，镇上的便民服务点开到了村口。办社保、查公积金，不用再跑县城。',
];

/** For who does not use the tag. */
function otherWay({ id, format }: DemoPlacement, exchangeUrl: string): string {
  const [words, address] =
    format === 'video' || format === 'audio'
      ? ['自有播放器请求 VAST 4.2：', `${exchangeUrl}/vast?placement=${id}`]
      : format === 'dooh'
        ? ['屏幕播控终端领取播放单：', `POST ${exchangeUrl}/dooh/playlist`]
        : ['服务端或 Prebid 请求 OpenRTB 2.6：', `POST ${exchangeUrl}/openrtb2/auction`];
  return `<p class="note">${words}</p><code>${escapeHtml(address)}</code>`;
}

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
      `<article><p>${ABOUT[placement.format] ?? ''}</p><p class="note">页面上的这一行就是全部接入：</p><code>${escapeHtml(tag)}</code>${otherWay(placement, exchangeUrl)}` +
      '<p class="note">没有合适的广告时显示公益广告；广告右下角可看原因、不再展示或投诉。</p></article>',
  );
}
