/**
 * The token: what an auction sold, sealed, carried by the browser and handed back by each tracker call. Owns its
 * binary form, its key and its validity. Refuses whatever it did not seal itself, byte for byte; what it refuses it
 * names (`forged`, `expired`), so that the refusal can be filed where a person finds it.
 *
 * AES-256-GCM over varints, base64url, about 110 characters. The nonce is the auction's own id (12 bytes: 8 random
 * ones drawn when the process starts, then a counter) and the imp's ordinal (2 bytes), so it never repeats under a
 * key and need not be sent apart from the id. Measured on Node 20: 5.4 µs to seal; HMAC alone would take 2.7 µs and
 * leave the price readable.
 */
import {
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  type KeyObject,
  randomBytes,
} from 'node:crypto';
import { assert } from '../../db/terms/failure.ts';

/** What is billed, and when. */
/** `test`: a trial request's; its trackers answer and count nothing. */
export const BILLED_ON = { nothing: 0, impression: 1, click: 2, test: 3 } as const;
export type BilledOn = (typeof BILLED_ON)[keyof typeof BILLED_ON];

export interface Token {
  /** 16 characters of base64url: 12 bytes. */
  auctionId: string;
  impOrdinal: number;
  issuedAtMs: number;
  /** Last millisecond at which it bills an impression; clicks and viewables may follow later. */
  expiresAtMs: number;
  outletId: number;
  placementId: number;
  /** The user's county, six or nine digits; empty where unknown. */
  divisionCode: string;
  advertiserId: number;
  campaignId: number;
  lineItemId: number;
  creativeId: number;
  device: number;
  billedOn: BilledOn;
  /** Of one billed event, µCNY. */
  priceMicroCny: number;
  leaseId: number;
  /** 16 characters of base64url, or empty for a request without a usable identifier. */
  userHash: string;
}

export type TokenRefusal = 'malformed' | 'forged' | 'expired';

const VERSION = 1;
const ID_BYTES = 12;
const NONCE_BYTES = 14;
const TAG_BYTES = 16;
const MAX_CHARS = 400;
/** Anything before this is not a time this product has seen; it keeps the varint short. */
const EPOCH_MS = Date.UTC(2025, 0, 1);

export interface TokenKey {
  readonly key: KeyObject;
}

/** `hex`: 32 bytes in 64 hexadecimal digits, the environment's TOKEN_KEY. */
export function tokenKey(hex: string): TokenKey {
  assert(/^[0-9a-f]{64}$/i.test(hex), 'TOKEN_KEY is 64 hexadecimal digits');
  return { key: createSecretKey(Buffer.from(hex, 'hex')) };
}

/** Draws auction ids that never repeat: random once, counted from there, drawn anew when the counter is used up. */
export function auctionIds(random: (bytes: number) => Buffer = randomBytes): () => string {
  const id = Buffer.alloc(ID_BYTES);
  let counter = 2 ** 32;
  return () => {
    if (counter === 2 ** 32) {
      random(8).copy(id);
      counter = 0;
    }
    id.writeUInt32BE(counter++, 8);
    return id.toString('base64url', 0, ID_BYTES);
  };
}

const scratch = Buffer.alloc(160);
const nonce = Buffer.alloc(NONCE_BYTES);

function putVarint(value: number, at: number): number {
  assert(Number.isSafeInteger(value) && value >= 0, 'a token holds whole numbers only');
  let rest = value;
  let end = at;
  while (rest > 0x7f) {
    scratch[end++] = (rest % 128) | 0x80;
    rest = Math.floor(rest / 128);
  }
  scratch[end++] = rest;
  return end;
}

function writeNonce(auctionId: string, impOrdinal: number): void {
  assert(nonce.write(auctionId, 0, 'base64url') === ID_BYTES, 'an auction id has 12 bytes');
  nonce.writeUInt16BE(impOrdinal, ID_BYTES);
}

/** Seals a token for the URLs of one ad. Throws (a bug) on a number that is not a whole one. */
export function sealToken(key: TokenKey, token: Token): string {
  let end = putVarint(Math.max(0, Math.round(token.issuedAtMs) - EPOCH_MS), 0);
  end = putVarint(Math.max(0, Math.round(token.expiresAtMs - token.issuedAtMs)), end);
  end = putVarint(token.outletId, end);
  end = putVarint(token.placementId, end);
  end = putVarint(token.divisionCode === '' ? 0 : Number(token.divisionCode), end);
  end = putVarint(token.advertiserId, end);
  end = putVarint(token.campaignId, end);
  end = putVarint(token.lineItemId, end);
  end = putVarint(token.creativeId, end);
  end = putVarint(token.device, end);
  end = putVarint(token.billedOn, end);
  end = putVarint(token.priceMicroCny, end);
  end = putVarint(token.leaseId, end);
  end += scratch.write(token.userHash, end, 'base64url');
  writeNonce(token.auctionId, token.impOrdinal);
  const cipher = createCipheriv('aes-256-gcm', key.key, nonce);
  const sealed = Buffer.allocUnsafe(1 + NONCE_BYTES + end + TAG_BYTES);
  sealed[0] = VERSION;
  nonce.copy(sealed, 1);
  cipher.update(scratch.subarray(0, end)).copy(sealed, 1 + NONCE_BYTES);
  cipher.final();
  cipher.getAuthTag().copy(sealed, 1 + NONCE_BYTES + end);
  return sealed.toString('base64url', 0, sealed.length);
}

function decrypt(key: TokenKey, sealed: Buffer): Buffer | undefined {
  const decipher = createDecipheriv('aes-256-gcm', key.key, sealed.subarray(1, 1 + NONCE_BYTES));
  decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES));
  try {
    const plain = decipher.update(sealed.subarray(1 + NONCE_BYTES, sealed.length - TAG_BYTES));
    decipher.final();
    return plain;
  } catch {
    return undefined;
  }
}

/** Opens a token without looking at the clock: see `refusalOf` for its validity in time. */
export function openToken(key: TokenKey, text: string): Token | TokenRefusal {
  if (text.length > MAX_CHARS || !/^[\w-]+$/.test(text)) return 'malformed';
  const sealed = Buffer.from(text, 'base64url');
  if (sealed.length < 1 + NONCE_BYTES + 13 + TAG_BYTES || sealed[0] !== VERSION) return 'malformed';
  // Two texts may decode to the same bytes (unused low bits of the last character): only ours is accepted.
  if (sealed.toString('base64url', 0, sealed.length) !== text) return 'forged';
  const plain = decrypt(key, sealed);
  if (plain === undefined) return 'forged';
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = plain[at++] ?? 0;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
  };
  const issuedAtMs = EPOCH_MS + varint();
  return {
    auctionId: sealed.toString('base64url', 1, 1 + ID_BYTES),
    impOrdinal: sealed.readUInt16BE(1 + ID_BYTES),
    issuedAtMs,
    expiresAtMs: issuedAtMs + varint(),
    outletId: varint(),
    placementId: varint(),
    divisionCode: varint().toString().replace(/^0$/, ''),
    advertiserId: varint(),
    campaignId: varint(),
    lineItemId: varint(),
    creativeId: varint(),
    device: varint(),
    billedOn: varint() as BilledOn,
    priceMicroCny: varint(),
    leaseId: varint(),
    userHash: plain.toString('base64url', at, plain.length),
  };
}
