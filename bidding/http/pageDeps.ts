/** What the paths asked for seldom are given. */
import type { Clock } from '../../db/terms/day.ts';
import type { HeldMarkup } from '../demand/held.ts';
import type { Market } from '../engine/market.ts';
import type { Links } from '../render/links.ts';
import type { EventLog } from '../state/events.ts';
import type { Pulse } from '../state/pulse.ts';
import type { PartnerHealth } from '../wire/partner.ts';
import type { TokenKey } from '../wire/token.ts';
import type { createAuctioneer } from './auction.ts';
import type { Gate } from './gate.ts';

export interface PageDeps {
  auctioneer: ReturnType<typeof createAuctioneer>;
  /** Public key of our signed hops. */
  chainKey: string;
  gate: Pick<Gate, 'shed' | 'longestTurnMs'>;
  market: () => Market | undefined;
  links: Links;
  pulse: Pulse;
  events: EventLog;
  key: TokenKey;
  clock: Clock;
  partners: () => PartnerHealth[];
  held: HeldMarkup;
}
