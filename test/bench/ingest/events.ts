/** The events of the ingest bench, and each as the row that metering keeps of it. The same seed, the same events. */
import { makeLeaseId } from '../../../bidding/wire/budget.ts';
import { EVENT_KIND, type TrackedEvent } from '../../../bidding/wire/event.ts';
import { dayOf, hourOf } from '../../../db/terms/day.ts';
import { createRandom } from '../../../run/seed/random.ts';

export const NOON_MS = Date.parse('2026-03-02T12:00:00+08:00');

/** Zipf (s = 1) over `n`, as traffic and demand are: the design's market has 100 outlets × 4 formats and 1,000 line items. */
const zipf = (random: { next(): number }, n: number): number =>
  Math.min(n - 1, Math.floor((n + 1) ** random.next()) - 1);

/** Events as a province sends them, from 400 placements in 90 counties; each auction brings 1.7 of them. */
export function makeEvents(round: number, count: number): TrackedEvent[] {
  const random = createRandom(round + 1);
  const events: TrackedEvent[] = [];
  for (let auction = 0; events.length < count; auction++) {
    const line = zipf(random, 1_000);
    const placement = zipf(random, 400);
    const atMs = NOON_MS + Math.floor((auction / count) * 600_000);
    const kinds = [EVENT_KIND.impression, ...(random.next() < 0.7 ? [EVENT_KIND.viewable] : [])];
    for (const kind of kinds) {
      events.push({
        eventKey: `r${round}a${auction.toString(36).padStart(12, '0')}:1:${kind}`,
        kind,
        atMs,
        outletId: 1 + (placement % 92),
        placementId: 1 + placement,
        divisionCode: String(330102 + (placement % 90)),
        advertiserId: 1 + (line % 40),
        campaignId: 1 + (line % 300),
        lineItemId: 1 + line,
        creativeId: 1 + line * 2,
        device: auction % 3 === 0 ? 2 : 0,
        priceMicroCny: kind === EVENT_KIND.impression ? 12_000 : 0,
        leaseId: kind === EVENT_KIND.impression ? makeLeaseId(NOON_MS, line) : 0,
        userHash: `u${Math.floor(random.next() * 200_000)}`,
        ivt: 0,
        auctionAtMs: atMs - 300,
        userAgent:
          'Mozilla/5.0 (Linux; Android 15; 24129PN74C) AppleWebKit/537.36 Chrome/138.0 Mobile Safari/537.36',
        ip: `60.191.${auction % 250}.${line % 250}`,
        geometry: '',
        dealId: 0,
      });
    }
  }
  return events.slice(0, count);
}

/** A row of `event` in COPY's text format, its columns in the table's order. */
export const rowOf = (e: TrackedEvent): string =>
  [
    dayOf(e.auctionAtMs), e.eventKey, e.kind, e.atMs, hourOf(e.atMs), e.outletId, e.placementId, e.divisionCode,
    e.advertiserId, e.campaignId, e.lineItemId, e.creativeId, e.device, e.priceMicroCny, e.leaseId, e.userHash, e.ivt, '\\N',
  ].join('\t'); // biome-ignore format: a row
