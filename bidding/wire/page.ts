/**
 * A page as both sides name it: one address however it was shared, and what is known of its content. Owns the canonical
 * form of a URL and the record in Redis. What a page is about is said by api/content; nodes read it.
 */
import { hash } from 'node:crypto';

export interface PageRecord {
  /** Content categories, and brand-safety labels as `safety:…`. */
  categories: string[];
  keywords: string[];
}

/** Parameters by which a link tells who shared it, not what it shows. */
const SHARING =
  /^(utm_\w+|spm|from|share\w*|isappinstalled|nsukey|scene|clicktime|enterid|timestamp|_t|t)$/i;
const MAX_URL = 2_000;

/** Host and path, sorted parameters, without scheme, fragment, sharing marks or a slash at the end; undefined: no web page. */
export function canonicalPage(text: string): string | undefined {
  if (text.length > MAX_URL || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return undefined;
  const kept = [...url.searchParams].filter(([name]) => !SHARING.test(name));
  kept.sort(([a, x], [b, y]) => (a < b || (a === b && x < y) ? -1 : 1));
  // Encoded again, so that the canonical form is its own.
  const query = new URLSearchParams(kept).toString();
  const path = url.pathname.replace(/\/+$/, '');
  return `${url.host.toLowerCase()}${path}${query === '' ? '' : `?${query}`}`;
}

/** 22 characters that name a page; from its canonical form. */
export const pageHash = (canonical: string): string =>
  hash('sha256', canonical, 'base64url').slice(0, 22);

const plain = (word: string): string => word.replace(/[\t,]/g, ' ');

/** Categories, then keywords, tab between: some 100 bytes a page. */
export const encodePage = (page: PageRecord): string =>
  `${page.categories.map(plain).join(',')}\t${page.keywords.map(plain).join(',')}`;

export function decodePage(text: string): PageRecord {
  const [categories = '', keywords = ''] = text.split('\t');
  const list = (joined: string): string[] => (joined === '' ? [] : joined.split(','));
  return { categories: list(categories), keywords: list(keywords) };
}
