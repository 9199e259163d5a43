/**
 * Players of outdoor screens: the key of each, and the chain of what it played. Owns the form of a link: each record is signed with
 * the player's key over the record before it, so that none can be left out, added or moved later without all that follow changing.
 */
import { createHmac } from 'node:crypto';

/** A proof counts this long after its spot was handed out, however long the player was without a line. */
export const OFFLINE_MS = 30 * 86_400_000;

/** `secret` is the deployment's TOKEN_KEY: the key of a player is derived, so that nodes need not be told of it. */
export const playerKey = (secret: string, placementId: number): string =>
  `hzp_${createHmac('sha256', secret).update(`player ${placementId}`).digest('base64url')}`;

/** One play-out, as the player wrote it down. */
export interface ProofRecord {
  /** Counted from 1, without a gap. */
  seq: number;
  /** Hash of the record before; empty for the first. */
  prev: string;
  /** The spot's, from the playlist. */
  token: string;
  playedAtMs: number;
  durationMs: number;
  /** `proofHash` of all of it. */
  hash: string;
}

/** HMAC-SHA256 in hexadecimal over `prev|seq|token|playedAtMs|durationMs`. */
export const proofHash = (key: string, record: Omit<ProofRecord, 'hash'>): string =>
  createHmac('sha256', key)
    .update(
      `${record.prev}|${record.seq}|${record.token}|${record.playedAtMs}|${record.durationMs}`,
    )
    .digest('hex');
