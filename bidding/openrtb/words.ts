/** OpenRTB's comma-separated keyword lists. */
const MAX_WORDS = 1000;

export function words(text: string): string[] {
  const list: string[] = [];
  let start = 0;
  while (start < text.length && list.length < MAX_WORDS) {
    const comma = text.indexOf(',', start);
    const end = comma < 0 ? text.length : comma;
    const word = text.slice(start, end).trim();
    if (word !== '') list.push(word);
    start = end + 1;
  }
  return list;
}
