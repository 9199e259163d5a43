/**
 * The pictures of the demo ads: SVG drawn from a few motifs, a headline, a line and a button, laid out for each size. Owns how a
 * demo ad looks; holds no script and loads nothing, as an uploaded SVG must not.
 */
import type { Motif, SeedAdvertiser } from './advertisers.ts';

/** Each is drawn in a 100 × 100 box, in white tints over the ground. */
const MOTIFS: Record<Motif, string> = {
  leaf: '<path d="M15 85C10 40 40 12 90 10 92 60 62 92 15 85Z" fill="#fff" fill-opacity=".85"/><path d="M15 85C35 60 55 40 78 24" stroke="#0004" stroke-width="3" fill="none"/>',
  basket:
    '<path d="M12 42h76l-9 44H21Z" fill="#fff" fill-opacity=".88"/><path d="M28 42 42 14M72 42 58 14" stroke="#fff" stroke-width="6" stroke-linecap="round"/><path d="M34 54v22M50 54v22M66 54v22" stroke="#0003" stroke-width="5"/>',
  hill: '<circle cx="74" cy="24" r="12" fill="#fff" fill-opacity=".9"/><path d="M2 88 36 34 62 72 72 58 98 88Z" fill="#fff" fill-opacity=".8"/><path d="M2 88 36 34 46 49 30 88Z" fill="#0002"/>',
  house:
    '<path d="M10 50 50 16 90 50V88H10Z" fill="#fff" fill-opacity=".88"/><path d="M42 88V62h16v26Z" fill="#0003"/><path d="M22 54h14v14H22ZM64 54h14v14H64Z" fill="#0002"/>',
  car: '<path d="M6 66c0-10 6-12 14-14l12-18c3-4 6-5 11-5h18c6 0 9 2 13 7l10 15c8 1 12 5 12 12v9H6Z" fill="#fff" fill-opacity=".9"/><path d="M36 50 44 37h12v13ZM61 37h4l9 13H61Z" fill="#0003"/><circle cx="27" cy="73" r="10" fill="#0008"/><circle cx="74" cy="73" r="10" fill="#0008"/>',
  bowl: '<path d="M10 46h80c0 24-16 40-40 40S10 70 10 46Z" fill="#fff" fill-opacity=".9"/><path d="M36 36c-5-8 5-12 0-20M52 36c-5-8 5-12 0-20M68 36c-5-8 5-12 0-20" stroke="#fff" stroke-width="4" fill="none" stroke-linecap="round"/>',
  book: '<path d="M8 24c16-6 30-5 42 4 12-9 26-10 42-4v56c-16-6-30-5-42 4-12-9-26-10-42-4Z" fill="#fff" fill-opacity=".9"/><path d="M50 28v56" stroke="#0003" stroke-width="3"/>',
  sun: '<circle cx="50" cy="50" r="24" fill="#fff" fill-opacity=".92"/><path d="M50 6v12M50 82v12M6 50h12M82 50h12M19 19l8 8M73 73l8 8M81 19l-8 8M27 73l-8 8" stroke="#fff" stroke-width="6" stroke-linecap="round"/>',
  wave: '<circle cx="70" cy="26" r="13" fill="#fff" fill-opacity=".9"/><path d="M2 60c16-16 32 16 48 0s32 16 48 0v30H2Z" fill="#fff" fill-opacity=".8"/><path d="M2 74c16-12 32 12 48 0s32 12 48 0v16H2Z" fill="#0002"/>',
  drop: '<path d="M50 8C70 36 80 50 80 64a30 30 0 0 1-60 0C20 50 30 36 50 8Z" fill="#fff" fill-opacity=".88"/><path d="M36 62a15 15 0 0 0 14 16" stroke="#0003" stroke-width="5" fill="none" stroke-linecap="round"/>',
  ribbon:
    '<path d="M8 30c30-24 54 24 84 0v20c-30 24-54-24-84 0Z" fill="#fff" fill-opacity=".9"/><path d="M8 60c30-24 54 24 84 0v16c-30 24-54-24-84 0Z" fill="#fff" fill-opacity=".55"/>',
  coin: '<circle cx="50" cy="50" r="38" fill="#fff" fill-opacity=".88"/><circle cx="50" cy="50" r="28" fill="none" stroke="#0003" stroke-width="4"/><path d="M38 32l12 16 12-16M50 48v24M38 54h24M38 63h24" stroke="#0005" stroke-width="5" fill="none"/>',
  gear: '<path d="M44 6h12l3 13 9 4 11-8 9 9-8 11 4 9 13 3v12l-13 3-4 9 8 11-9 9-11-8-9 4-3 13H44l-3-13-9-4-11 8-9-9 8-11-4-9-13-3V47l13-3 4-9-8-11 9-9 11 8 9-4Z" fill="#fff" fill-opacity=".88"/><circle cx="50" cy="53" r="14" fill="#0003"/>',
  bolt: '<path d="M58 6 20 56h24l-6 38 42-54H54Z" fill="#fff" fill-opacity=".92"/>',
  moon: '<path d="M64 12a40 40 0 1 0 24 52A34 34 0 0 1 64 12Z" fill="#fff" fill-opacity=".9"/><circle cx="78" cy="28" r="3" fill="#fff"/><circle cx="88" cy="44" r="2" fill="#fff"/>',
};

const FONT = "'PingFang SC','Microsoft YaHei','Noto Sans CJK SC','WenQuanYi Micro Hei',sans-serif";

const text = (content: string, x: number, y: number, px: number, extra = ''): string =>
  `<text x="${x}" y="${y}" font-size="${px}" ${extra}>${escapeXml(content)}</text>`;

const escapeXml = (content: string): string =>
  content.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);

/** Greatest size at which `content` fits into `width`: a Chinese character is as wide as it is high, a Latin one half. */
function fitPx(content: string, width: number, px: number): number {
  const ems = [...content].reduce((sum, c) => sum + (c.charCodeAt(0) > 255 ? 1 : 0.56), 0);
  return Math.floor(Math.min(px, width / ems));
}

function button(action: string, x: number, y: number, px: number, colour: string): string {
  const w = Math.ceil((action.length + 1.6) * px);
  const h = Math.ceil(px * 2);
  return `<rect x="${x}" y="${y}" width="${w}" height="${h}" rx="${h / 2}" fill="${colour}"/>${text(action, x + w / 2, y + h * 0.68, px, 'text-anchor="middle" fill="#1f2937" font-weight="600"')}`;
}

/** A strip: motif left, words in the middle, button right. */
function wide(a: SeedAdvertiser, w: number, h: number): string {
  const pad = Math.round(h * 0.12);
  const icon = h - pad * 2;
  const px = Math.round(h * 0.17);
  const buttonWidth = Math.ceil((a.action.length + 1.6) * px);
  const left = icon + pad * 2.5;
  const room = w - left - buttonWidth - pad * 3;
  const headline = fitPx(a.headline, room, Math.round(h * 0.3));
  const line = fitPx(a.line, room, Math.round(h * 0.17));
  return [
    `<g transform="translate(${pad} ${pad}) scale(${icon / 100})">${MOTIFS[a.motif]}</g>`,
    text(a.headline, left, h * 0.46, headline, 'fill="#fff" font-weight="700"'),
    text(a.line, left, h * 0.76, line, 'fill="#fff" fill-opacity=".92"'),
    button(a.action, w - buttonWidth - pad * 1.5, (h - px * 2) / 2, px, a.colours[2]),
  ].join('');
}

/** A card: words over a large motif that bleeds out of the corner. */
function card(a: SeedAdvertiser, w: number, h: number): string {
  const unit = Math.min(w, h);
  const pad = Math.round(unit * 0.08);
  const motif = unit * (h > w ? 0.9 : 0.62);
  const brandPx = Math.round(unit * 0.07);
  const headline = fitPx(a.headline, w - pad * 2, Math.round(unit * (h > w * 1.4 ? 0.105 : 0.125)));
  const line = fitPx(a.line, w - pad * 2, Math.round(unit * 0.062));
  const top = h > w * 1.4 ? h * 0.16 : pad + brandPx * 2.6;
  const motifX = h > w * 1.4 ? (w - motif) / 2 : w - motif * 0.86;
  const motifY = h > w * 1.4 ? h * 0.4 : h - motif * 0.92;
  return [
    `<g transform="translate(${motifX} ${motifY}) scale(${motif / 100})" opacity="${h > w * 1.4 ? 0.95 : 0.5}">${MOTIFS[a.motif]}</g>`,
    text(a.brand, pad, pad + brandPx, brandPx, 'fill="#fff" fill-opacity=".95" letter-spacing="2"'),
    text(a.headline, pad, top + headline, headline, 'fill="#fff" font-weight="700"'),
    text(a.line, pad, top + headline + line * 1.9, line, 'fill="#fff" fill-opacity=".94"'),
    button(a.action, pad, h - pad - unit * 0.13, Math.round(unit * 0.062), a.colours[2]),
  ].join('');
}

/** The ad as SVG text; `w` × `h` in CSS pixels. */
export function drawAd(a: SeedAdvertiser, w: number, h: number): string {
  const body = w / h > 2.5 ? wide(a, w, h) : card(a, w, h);
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${w}" height="${h}" viewBox="0 0 ${w} ${h}" font-family="${FONT}"><defs><linearGradient id="g" x1="0" y1="0" x2="1" y2="1"><stop offset="0" stop-color="${a.colours[0]}"/><stop offset="1" stop-color="${a.colours[1]}"/></linearGradient></defs><rect width="${w}" height="${h}" fill="url(#g)"/><circle cx="${w * 0.92}" cy="${h * 0.06}" r="${Math.min(w, h) * 0.42}" fill="#fff" fill-opacity=".08"/><circle cx="${w * 0.04}" cy="${h * 1.02}" r="${Math.min(w, h) * 0.5}" fill="#000" fill-opacity=".08"/>${body}</svg>`;
}

/** The advertiser's mark: its first character on its colours. */
export function drawIcon(a: SeedAdvertiser): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" width="96" height="96" viewBox="0 0 96 96" font-family="${FONT}"><rect width="96" height="96" rx="20" fill="${a.colours[0]}"/>${text([...a.brand][0] ?? '', 48, 66, 52, 'text-anchor="middle" fill="#fff" font-weight="700"')}</svg>`;
}
