/** What a notice is, and how one is found. */
import type { Me } from '../../lib/me.ts';
import type { NoticeWord } from './words.ts';

export interface Notice {
  word: NoticeWord;
  count: number;
  to: string;
  search?: Record<string, string>;
  tone: 'warn' | 'bad';
  /** The first few by name, so that one knows before one goes. */
  names?: string[];
}

/** `me`: who asks; most lists know that by themselves. */
export type Finder = (me: Me) => Promise<Notice[]>;

export const some = (count: number, notice: Omit<Notice, 'count'>): Notice[] =>
  count > 0 ? [{ ...notice, count }] : [];
export const namesOf = (rows: readonly { name: string }[]) =>
  rows.slice(0, 3).map((row) => row.name);
/** Of a list that is counted, not shown. */
export const LIMIT = '200';
