/** Lists that a screen needs whole: page after page until there is no more, within a bound. */

interface Page<Item> {
  items: Item[];
  nextCursor: string | null;
}

/** The API's greatest page. */
export const PAGE_LIMIT = '200';
const MAX_PAGES = 250;

export async function everyPage<Item>(
  fetchPage: (cursor: string | undefined) => Promise<Page<Item>>,
): Promise<Item[]> {
  const all: Item[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const { items, nextCursor } = await fetchPage(cursor);
    all.push(...items);
    if (nextCursor === null) break;
    cursor = nextCursor;
  }
  return all;
}
