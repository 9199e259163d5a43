/**
 * What a page says, and how alike two pages are. Owns the visible text of HTML and a fingerprint of 32 numbers (MinHash over
 * runs of four characters): equal places tell the share of runs that both have. Pure.
 */
import { hash } from 'node:crypto';

const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', nbsp: ' ' };

/** Text a reader would see; scripts, styles and comments left out. */
export const visibleText = (html: string): string =>
  html
    .replace(/<!--[\s\S]*?-->|<(script|style|noscript|template)\b[\s\S]*?<\/\1\s*>/gi, ' ')
    .replace(/<[^>]*>/g, ' ')
    .replace(/&(#?\w+);/g, (_all, name: string) => ENTITIES[name] ?? ' ')
    .replace(/\s+/g, ' ')
    .trim();

export const titleOf = (html: string): string | null => {
  const found = /<title[^>]*>([\s\S]*?)<\/title>/i.exec(html)?.[1];
  return found === undefined ? null : visibleText(found).slice(0, 200);
};

const PRINTS = 32;
const RUN = 4;
/** A page of a megabyte is told by its first runs as well. */
const MAX_RUNS = 20_000;

const mix = (x: number, seed: number): number => {
  let h = Math.imul(x ^ seed, 0x9e3779b1);
  h ^= h >>> 15;
  return Math.imul(h, 0x85ebca6b) >> 0;
};
const SEEDS = Array.from({ length: PRINTS }, (_, i) =>
  Number.parseInt(hash('sha256', `landing ${i}`, 'hex').slice(0, 7), 16),
);

export function fingerprint(text: string): number[] {
  const least = new Array<number>(PRINTS).fill(0x7fffffff);
  const end = Math.min(text.length - RUN + 1, MAX_RUNS);
  for (let i = 0; i < end; i++) {
    let run = 0x811c9dc5;
    for (let j = 0; j < RUN; j++) run = Math.imul(run ^ text.charCodeAt(i + j), 0x01000193);
    for (let k = 0; k < PRINTS; k++) {
      const value = mix(run, SEEDS[k] as number);
      if (value < (least[k] as number)) least[k] = value;
    }
  }
  return least;
}

/** 0 … 1. */
export const similarity = (a: readonly number[], b: readonly number[]): number =>
  a.filter((value, i) => value === b[i]).length / PRINTS;

/** The last two labels of a host, three under `com.cn` and its like: whose site it is. */
export function siteOf(host: string): string {
  const labels = host.toLowerCase().split('.');
  const short = /^(com|net|org|gov|edu|ac)$/.test(labels.at(-2) ?? '');
  return labels.slice(short ? -3 : -2).join('.');
}
