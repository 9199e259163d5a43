/**
 * Which keys of a JSON object are read, and how. Owns the tables that `json.ts` looks keys up in without building a
 * string, and the two ways in which reading fails.
 */
import type { JsonReader } from './json.ts';

/** The bytes are not the JSON that was asked for. `offset` in bytes; `pointer` as of RFC 6901. */
export class Malformed extends Error {
  override readonly name = 'Malformed';
  readonly offset: number;
  readonly pointer: string;
  constructor(message: string, offset: number, pointer: string) {
    super(message);
    this.offset = offset;
    this.pointer = pointer;
  }
}

/** A key the reader knows came twice in one object. */
export class RepeatedKey extends Error {
  override readonly name = 'RepeatedKey';
}

export type Read<T> = (reader: JsonReader, target: T) => void;

/** Which keys of an object are read, and how; at most 31, found without building a string. */
export interface Fields<T> {
  readonly names: readonly string[];
  readonly bytes: readonly Uint8Array[];
  readonly reads: readonly Read<T>[];
  /** Open addressing: `slotOf` → index + 1; 0 is free. */
  readonly slots: Uint8Array;
}

/** Where a key's search begins: by its length, ends and middle, since to hash every byte took as long as to find its end. */
export const slotOf = (bytes: Uint8Array, start: number, end: number): number =>
  ((bytes[start] as number) * 3 +
    (bytes[end - 1] as number) * 37 +
    (bytes[(start + end) >> 1] as number) * 11 +
    (end - start) * 23) &
  127;

export function fields<T>(reads: Record<string, Read<T>>): Fields<T> {
  const names = Object.keys(reads);
  if (names.length > 31) throw new Error('assertion failed: a field table holds at most 31 keys');
  const bytes = names.map((name) => Buffer.from(name));
  const slots = new Uint8Array(128);
  bytes.forEach((name, index) => {
    let slot = slotOf(name, 0, name.length);
    while (slots[slot] !== 0) slot = (slot + 1) & 127;
    slots[slot] = index + 1;
  });
  return { names, bytes, reads: names.map((name) => reads[name] as Read<T>), slots };
}
