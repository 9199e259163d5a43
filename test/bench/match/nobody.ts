/**
 * Requests that nobody wins, although a tenth of the items have the right shape: half of those serve another county, half ask
 * for a segment the reader is not in. So the scan has to go through every word and both kinds of narrowing.
 */
import type { Request } from '../../../bidding/engine/request.ts';
import type { Snapshot } from '../../../bidding/wire/snapshot.ts';
import type { Random } from '../../kit/random.ts';
import { benchRequest } from '../kit/requests.ts';

const LOCKED_COUNTY = '339999';
const LOCKED_SEGMENT = 9_999;
const SHARE = 0.1;

/** Adds an outdoor screen to the first outlet and locks a tenth of the items to its shape. */
export function lockDooh(snapshot: Snapshot, random: Random): void {
  const creative = snapshot.creatives[0];
  if (!creative) return;
  const creativeId = snapshot.creatives.length + 1;
  snapshot.creatives.push({ ...creative, id: creativeId, format: 'dooh', w: 1920, h: 1080 });
  snapshot.placements.push({
    id: doohPlacement(snapshot),
    propertyId: 1,
    outletId: 1,
    format: 'dooh',
    sizes: [{ w: 1920, h: 1080 }],
    floorCpmFen: 0,
    auctionType: 'first',
  });
  for (const item of snapshot.lineItems) {
    if (!random.chance(SHARE)) continue;
    item.creativeIds = [creativeId];
    item.target = random.chance(0.5)
      ? { attribute: 'division', in: [LOCKED_COUNTY] }
      : { attribute: 'segment', in: [LOCKED_SEGMENT] };
  }
}

const doohPlacement = (snapshot: Snapshot): number => snapshot.outlets.length * 100;

export function nobodyRequest(random: Random, snapshot: Snapshot, n: number): Request {
  const request = benchRequest(random, snapshot, n);
  const imp = request.imps[0];
  if (imp) imp.placementId = doohPlacement(snapshot);
  return request;
}
