/**
 * The query of a tracker's URL. Owns the short way: ours have no escapes and a handful of names, for which a table of all of
 * them, as URLSearchParams makes it, cost more than to open the token. With escapes it is URLSearchParams' work.
 */
export type Query = Pick<URLSearchParams, 'get' | 'has'>;

class PlainQuery implements Query {
  constructor(private readonly text: string) {}

  get(name: string): string | null {
    const { text } = this;
    for (let at = 0; at < text.length; ) {
      const next = text.indexOf('&', at);
      const end = next < 0 ? text.length : next;
      if (text.startsWith(name, at)) {
        const after = at + name.length;
        if (after === end) return '';
        if (text.charCodeAt(after) === 0x3d) return text.slice(after + 1, end);
      }
      at = end + 1;
    }
    return null;
  }

  has(name: string): boolean {
    return this.get(name) !== null;
  }
}

/** `text`: what follows the question mark. */
export const readQuery = (text: string): Query =>
  text.includes('%') || text.includes('+') ? new URLSearchParams(text) : new PlainQuery(text);
