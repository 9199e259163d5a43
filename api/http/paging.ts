/** Lists, a page at a time: `?limit&cursor` in, `{ items, nextCursor }` out. A cursor is opaque to callers. */
import { z } from 'zod';
import { Failure } from '../../db/terms/failure.ts';

export const pageQuery = z.object({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(200).optional(),
});
export type PageQuery = z.infer<typeof pageQuery>;

export interface Page<Item> {
  items: Item[];
  nextCursor: string | null;
}

/** The sort key of the last row seen, as text; whoever alters it gets an `invalid_input`. */
export const encodeCursor = (key: string | number): string =>
  Buffer.from(String(key)).toString('base64url');

export function decodeCursor(cursor: string | undefined): string | undefined {
  if (cursor === undefined) return undefined;
  const text = Buffer.from(cursor, 'base64url').toString();
  if (encodeCursor(text) !== cursor) throw badCursor();
  return text;
}

/** For lists ordered by a numeric id. */
export function decodeIdCursor(cursor: string | undefined): number | undefined {
  const text = decodeCursor(cursor);
  if (text === undefined) return undefined;
  const id = Number(text);
  if (!Number.isSafeInteger(id) || id < 0) throw badCursor();
  return id;
}

/** Of `limit + 1` rows fetched, the page and the cursor to the next. */
export function pageOf<Row>(
  rows: Row[],
  limit: number,
  keyOf: (row: Row) => string | number,
): Page<Row> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  const more = rows.length > limit && last !== undefined;
  return { items, nextCursor: more ? encodeCursor(keyOf(last)) : null };
}

const badCursor = () =>
  new Failure('invalid_input', {
    pointer: '/cursor',
    zh: '翻页标记无效，请从头查看',
    en: 'the cursor is not one of ours; start again',
  });
