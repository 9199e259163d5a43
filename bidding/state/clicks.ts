/**
 * Charging a click: centrally, at once, at most what is left, and once a click. Owns the order that makes it so: first the
 * click is claimed, then charged, then its event is appended by the caller. A crash in between charges a pool for a
 * click that is never billed, which the next grant puts right; the other order would bill one click twice.
 */
import type { Day } from '../../db/terms/day.ts';
import { keys } from '../wire/keys.ts';
import { shardOf } from './events.ts';
import type { Leases } from './leases.ts';
import { type Store, within } from './script.ts';

const REMEMBER_S = 86_400;
const TIMEOUT_MS = 500;

export interface ClickCharges {
  /**
   * µCNY charged for this click; 0 when nothing is left or Redis is away; undefined when it was claimed before (a double
   * click: its twin's event may still be on its way and must not be overtaken by an unpaid one). Never rejects.
   */
  charge(
    eventKey: string,
    lineItemId: number,
    day: Day,
    priceMicroCny: number,
  ): Promise<number | undefined>;
}

export function createClickCharges(store: Store, leases: Leases): ClickCharges {
  return {
    async charge(eventKey, lineItemId, day, priceMicroCny) {
      try {
        const claim = keys.seen(shardOf(eventKey), `${eventKey}:charge`);
        const claimed = await within(TIMEOUT_MS, store.set(claim, '1', 'EX', REMEMBER_S, 'NX'));
        if (claimed !== 'OK') return undefined;
        return await leases.chargeClick(lineItemId, day, priceMicroCny);
      } catch {
        return 0;
      }
    },
  };
}
