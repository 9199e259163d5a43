/**
 * A reader as both sides name them, and the segments they are in. Owns the pseudonym and the packed record in Redis. An
 * identifier is hashed twice: first as advertisers hash theirs before they upload it, then with the house's salt, so that an
 * upload meets the reader without anybody here seeing the identifier, and nobody outside can compute a pseudonym.
 */
import { hash } from 'node:crypto';

/** SHA-256 in hexadecimal, as it is uploaded. */
export const HASHED_ID = /^[0-9a-f]{64}$/;

/** SHA-256 of an identifier in lower case; one that is such a hash already stays. */
export function hashedId(id: string): string {
  const plain = id.toLowerCase();
  return HASHED_ID.test(plain) ? plain : hash('sha256', plain, 'hex');
}

/** 16 characters of base64url. */
export const readerHash = (hashed: string, salt: string): string =>
  hash('sha256', salt + hashed, 'base64url').slice(0, 16);

export interface Membership {
  segmentId: number;
  /** Day number (days since the epoch) after which it is over. */
  lastDay: number;
}

const RECORD = 6;

/** Six bytes each: segment (4), last day (2). */
export function packMemberships(memberships: readonly Membership[]): Buffer {
  const packed = Buffer.alloc(memberships.length * RECORD);
  for (const [i, { segmentId, lastDay }] of memberships.entries()) {
    packed.writeUInt32BE(segmentId, i * RECORD);
    packed.writeUInt16BE(Math.min(lastDay, 0xffff), i * RECORD + 4);
  }
  return packed;
}

/** Adds the segments that still hold on `day`; a record cut short ends where it is cut. */
export function unpackMemberships(packed: Buffer, day: number, into: number[]): void {
  for (let at = 0; at + RECORD <= packed.length; at += RECORD) {
    if (packed.readUInt16BE(at + 4) < day) continue;
    const id = packed.readUInt32BE(at);
    if (!into.includes(id)) into.push(id);
  }
}
