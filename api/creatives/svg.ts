/**
 * SVG, the picture format that is a program. Owns what of it is accepted: drawing elements by an allow-list, no scripts,
 * handlers, foreign content, entities or references that leave the file. Refuses, never repairs. Pure.
 */
import { Failure } from '../../db/terms/failure.ts';

const ELEMENTS = new Set(
  (
    'svg g defs title desc metadata symbol use path rect circle ellipse line polyline polygon text tspan textPath ' +
    'linearGradient radialGradient stop clipPath mask pattern filter feGaussianBlur feOffset feBlend feMerge ' +
    'feMergeNode feColorMatrix feFlood feComposite feDropShadow image style marker'
  ).split(' '),
);

const refuse = (zh: string, en: string) =>
  new Failure('unsupported_media_type', {
    pointer: '/file',
    zh: `SVG 含有不允许的内容：${zh}`,
    en: `the SVG holds what is not allowed: ${en}`,
  });

// Comments, CDATA, declarations, or a tag with its attributes (quoted values may hold `>`).
const TOKEN =
  /<!--[\s\S]*?-->|<!\[CDATA\[[\s\S]*?\]\]>|<[?!][^>]*>|<\/?([A-Za-z_][\w:.-]*)((?:[^>"']|"[^"]*"|'[^']*')*)>/g;
const ATTRIBUTE = /([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g;

const decoded = (value: string): string =>
  value
    .replace(/&#x([0-9a-f]+);?/gi, (_all, hex: string) => character(Number.parseInt(hex, 16)))
    .replace(/&#(\d+);?/g, (_all, digits: string) => character(Number(digits)))
    .replace(/[\s\p{Cc}]/gu, '')
    .toLowerCase();

const character = (code: number): string =>
  code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : '';

function checkAttribute(element: string, name: string, value: string): void {
  const local = name.toLowerCase().replace(/^.*:/, '');
  if (local.startsWith('on')) throw refuse(`事件处理 ${name}`, `the handler ${name}`);
  const text = decoded(value);
  if (/javascript:|vbscript:|data:text|data:image\/svg/.test(text)) {
    throw refuse(`${name} 中的脚本`, `a script in ${name}`);
  }
  if (local === 'href' || local === 'src') {
    const inside =
      text.startsWith('#') ||
      (element === 'image' && /^data:image\/(png|jpeg|gif|webp);/.test(text));
    if (!inside) throw refuse(`外部引用 ${name}`, `the outside reference ${name}`);
  }
  if (/url\((?!["']?#)/.test(text))
    throw refuse(`外部引用 ${name}`, `the outside reference ${name}`);
}

function checkStyle(css: string): void {
  const text = decoded(css);
  if (/@import|expression\(|url\((?!["']?#)|\\/.test(text)) {
    throw refuse('样式表中的外部引用', 'a reference in a style sheet');
  }
}

/** Width and height from the root's attributes or its viewBox; fails where anything is not plain drawing. */
export function readSvg(bytes: Uint8Array): { width: number | null; height: number | null } {
  let source: string;
  try {
    source = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw refuse('非 UTF-8 编码', 'text that is not UTF-8');
  }
  let root: string | undefined;
  let depth = 0;
  let last = 0;
  for (const match of source.matchAll(TOKEN)) {
    const [token, element, attributes = ''] = match;
    if (source.slice(last, match.index).includes('<')) throw refuse('标签错误', 'a broken tag');
    last = match.index + token.length;
    if (element === undefined) {
      checkDeclaration(token);
      continue;
    }
    const closing = token.startsWith('</');
    if (!ELEMENTS.has(element)) throw refuse(`<${element}>`, `<${element}>`);
    if (depth === 0 && root !== undefined) throw refuse('多个根元素', 'more than one root');
    if (closing) {
      depth--;
      continue;
    }
    root ??= attributes;
    for (const [, name = '', double, single] of attributes.matchAll(ATTRIBUTE)) {
      checkAttribute(element, name, double ?? single ?? '');
    }
    if (element === 'style') checkStyle(source.slice(last, source.indexOf('</style', last)));
    if (!attributes.trimEnd().endsWith('/')) depth++;
  }
  if (root === undefined || depth !== 0) throw refuse('结构不完整', 'an incomplete structure');
  if (source.slice(last).includes('<')) throw refuse('标签错误', 'a broken tag');
  return sizeOf(root);
}

function checkDeclaration(token: string): void {
  if (/^<\?xml(\s[^?]*)?\?>$/.test(token) || token.startsWith('<!--')) return;
  if (/^<!DOCTYPE\s+svg\s+PUBLIC\s+"[^"]*"\s+"[^"]*"\s*>$/.test(token)) return;
  throw refuse(token.slice(0, 20), token.slice(0, 20));
}

function sizeOf(root: string): { width: number | null; height: number | null } {
  const values = new Map<string, string>();
  for (const [, name = '', double, single] of root.matchAll(ATTRIBUTE)) {
    values.set(name, double ?? single ?? '');
  }
  const box =
    values
      .get('viewBox')
      ?.trim()
      .split(/[\s,]+/)
      .map(Number) ?? [];
  const side = (name: string, fallback: number | undefined): number | null => {
    const match = /^(\d+(?:\.\d+)?)(px)?$/.exec(values.get(name) ?? '');
    const value = match ? Number(match[1]) : fallback;
    return value !== undefined && Number.isFinite(value) ? Math.round(value) : null;
  };
  return { width: side('width', box[2]), height: side('height', box[3]) };
}

/** Text that begins, after a byte-order mark, declarations and comments, with an `svg` element. */
export function looksLikeSvg(bytes: Uint8Array): boolean {
  const head = new TextDecoder().decode(bytes.subarray(0, 2048));
  return /^\uFEFF?\s*(<\?xml[^>]*\?>\s*)?(<!--[\s\S]*?-->\s*|<!DOCTYPE[^>]*>\s*)*<svg[\s>]/.test(
    head,
  );
}
