/** Typing that outlives a reload, a lost connection and an ended session: kept in this tab, by name. */

const keyOf = (name: string) => `hongze.kept.${name}`;

/** What was left unfinished; undefined where there is nothing, or nothing that can be read. */
export function readKept<T>(name: string): Partial<T> | undefined {
  try {
    const text = sessionStorage.getItem(keyOf(name));
    return text ? (JSON.parse(text) as Partial<T>) : undefined;
  } catch {
    return undefined;
  }
}

export function keep(name: string, value: unknown): void {
  try {
    sessionStorage.setItem(keyOf(name), JSON.stringify(value));
  } catch {
    // A full store keeps no more; the page itself still has what was typed.
  }
}

export const dropKept = (name: string): void => sessionStorage.removeItem(keyOf(name));
