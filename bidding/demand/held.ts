/**
 * Partners' VAST that was won, for players that fetch it by its address instead of taking it from the answer. Owns how long it is
 * held: as long as its token is good.
 */
import { type Store, within } from '../state/script.ts';
import { TOKEN_TTL_MS } from '../wire/budget.ts';

const REDIS_TIMEOUT_MS = 500;

const heldKey = (auctionId: string, impOrdinal: number): string =>
  `vast:{${auctionId}}:${impOrdinal}`;

export interface HeldMarkup {
  /** With the token's place marked. */
  keep(auctionId: string, impOrdinal: number, markup: string): void;
  read(auctionId: string, impOrdinal: number): Promise<string | undefined>;
}

export const createHeldMarkup = (store: Store): HeldMarkup => ({
  keep(auctionId, impOrdinal, markup) {
    const kept = store.set(heldKey(auctionId, impOrdinal), markup, 'PX', TOKEN_TTL_MS);
    void within(REDIS_TIMEOUT_MS, kept).catch(() => undefined);
  },
  async read(auctionId, impOrdinal) {
    const found = store.get(heldKey(auctionId, impOrdinal));
    return (await within(REDIS_TIMEOUT_MS, found).catch(() => null)) ?? undefined;
  },
});
