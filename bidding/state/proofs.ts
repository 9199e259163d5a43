/** How far each player's chain of proofs has come. Owns its one move, from a known link to a later one: who comes second is told. */
import { keys } from '../wire/keys.ts';
import { run, type Store, script, within } from './script.ts';

/** KEYS head; ARGV seq it must have, new seq, new hash, seconds kept → 1, or 0 where it has moved meanwhile. */
const MOVE = script(`
local seq = redis.call('HGET', KEYS[1], 'seq') or '0'
if seq ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'seq', ARGV[2], 'hash', ARGV[3])
redis.call('EXPIRE', KEYS[1], ARGV[4])
return 1`);

const TIMEOUT_MS = 1_000;
const KEPT_S = 400 * 86_400;

export interface ChainHead {
  seq: number;
  hash: string;
}

export interface ProofChains {
  /** Seq 0 where nothing is known of the player. Rejects when Redis does not answer. */
  head(placementId: number): Promise<ChainHead>;
  move(placementId: number, from: ChainHead, to: ChainHead): Promise<boolean>;
}

export const createProofChains = (store: Store): ProofChains => ({
  async head(placementId) {
    const found = await within(TIMEOUT_MS, store.hgetall(keys.proofHead(placementId)));
    return { seq: Number(found.seq ?? 0), hash: found.hash ?? '' };
  },
  async move(placementId, from, to) {
    const args = [`${from.seq}`, `${to.seq}`, to.hash, KEPT_S];
    const moved = run(store, MOVE, [keys.proofHead(placementId)], args);
    return (await within(TIMEOUT_MS, moved)) === 1;
  },
});
