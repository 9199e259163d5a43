/**
 * Sparse tables of numbers and a few words beside them as bytes: how a learned model is shipped and kept. Owns that form:
 * a length, JSON, and after it for each table slots (u32) and columns (f32), all little-endian.
 */

/** One table: the slots in use, and for each column their values. */
export interface Sparse {
  slots: Uint32Array;
  columns: Float32Array[];
}

/** The slots for which `isUsed`, with what each column says of them. */
export function pack(
  size: number,
  isUsed: (slot: number) => boolean,
  columns: readonly ((slot: number) => number)[],
): Sparse {
  const used: number[] = [];
  for (let slot = 0; slot < size; slot++) if (isUsed(slot)) used.push(slot);
  return {
    slots: Uint32Array.from(used),
    columns: columns.map((read) => Float32Array.from(used, read)),
  };
}

interface Head {
  words: unknown;
  /** Rows and columns of each table. */
  tables: [rows: number, columns: number][];
}

const CELL = 4;

/** `words`: anything JSON can say. */
export function toBytes(words: unknown, tables: readonly Sparse[]): Uint8Array {
  const shapes = tables.map(({ slots, columns }) => [slots.length, columns.length]);
  const text = new TextEncoder().encode(JSON.stringify({ words, tables: shapes }));
  const head = CELL + Math.ceil(text.length / CELL) * CELL;
  const cells = tables.reduce((sum, t) => sum + t.slots.length * (1 + t.columns.length), 0);
  const bytes = new Uint8Array(head + cells * CELL);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, text.length, true);
  bytes.set(text, CELL);
  let at = head;
  for (const { slots, columns } of tables) {
    for (const slot of slots) {
      view.setUint32(at, slot, true);
      at += CELL;
    }
    for (const column of columns) {
      for (const value of column) {
        view.setFloat32(at, value, true);
        at += CELL;
      }
    }
  }
  return bytes;
}

/** Reads what `toBytes` wrote. Throws on anything else. */
export function fromBytes(bytes: Uint8Array): { words: unknown; tables: Sparse[] } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = view.getUint32(0, true);
  const text = new TextDecoder().decode(bytes.subarray(CELL, CELL + length));
  const { words, tables } = JSON.parse(text) as Head;
  let at = CELL + Math.ceil(length / CELL) * CELL;
  const next = <T extends Uint32Array | Float32Array>(into: T, read: (at: number) => number): T => {
    for (let i = 0; i < into.length; i++, at += CELL) into[i] = read(at);
    return into;
  };
  return {
    words,
    tables: tables.map(([rows, columns]) => ({
      slots: next(new Uint32Array(rows), (from) => view.getUint32(from, true)),
      columns: Array.from({ length: columns }, () =>
        next(new Float32Array(rows), (from) => view.getFloat32(from, true)),
      ),
    })),
  };
}
