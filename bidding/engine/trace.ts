/**
 * Why each line item won or lost, for people: the target is tested clause by clause, so that the first that fails names the
 * reason. Owns explanation; the hot path never calls it. It looks at the best bounds only, and says how many it left out.
 */
import { standAt } from './candidates.ts';
import type { Item } from './item.ts';
import type { Market } from './market.ts';
import type { Found, ImpMatch, TraceLine } from './outcome.ts';
import { NO_BID, type NoBidReason } from './reasons.ts';
import { targetRefusal } from './refusal.ts';
import type { Request } from './request.ts';
import { judge, newVerdict, type Stand } from './survivor.ts';

const verdict = newVerdict();

/**
 * Explains an imp: a line for each of the first `limit` items by bound that did not become candidates. Returns how many
 * items were not looked at.
 */
function explain(
  market: Market,
  stand: Stand,
  match: ImpMatch,
  limit: number,
  into: TraceLine[],
): number {
  const { index } = market;
  const known = new Set<number>();
  for (let i = 0; i < match.count; i++) known.add(match.candidates[i]?.item.source.id ?? 0);
  // Those who were fetched beyond them stand in the trace already.
  for (const { impId, lineItemId } of into) if (impId === match.imp.id) known.add(lineItemId);
  let looked = 0;
  for (let slot = 0; slot < index.items.length; slot++) {
    const item = index.items[slot];
    if (!item || known.has(item.source.id)) continue;
    if (looked >= limit) return index.slotOf.size - looked - known.size;
    looked += 1;
    const multiplier = index.multipliers[slot] as number;
    verdict.valueMicroCny = 0;
    verdict.score = 0;
    const reason = index.isAlive(slot)
      ? reasonOfLoser(market, item, multiplier, stand)
      : NO_BID.no_budget;
    into.push({
      impId: match.imp.id,
      lineItemId: item.source.id,
      advertiserId: item.source.advertiserId,
      seat: 'hongze',
      valueMicroCny: verdict.valueMicroCny,
      score: verdict.score,
      reason,
      minToWinMicroCny: reason === NO_BID.below_floor ? match.floorMicroCny : 0,
    });
  }
  return 0;
}

function reasonOfLoser(market: Market, item: Item, multiplier: number, stand: Stand): NoBidReason {
  const target = targetRefusal(item, stand.place);
  if (target !== NO_BID.none) return target;
  const reason = judge(market, item, multiplier, stand, verdict);
  return reason === NO_BID.none ? NO_BID.not_reached : reason;
}

/** Items explained one by one in a trace; the rest are counted. */
const TRACED_ITEMS = 200;

/**
 * Adds to a trace why the line items that never became candidates did not. `found` is what the request's auction was held on.
 * Returns how many were left out.
 */
export function explainLosers(
  market: Market,
  request: Request,
  found: Found,
  lines: TraceLine[],
): number {
  let omitted = 0;
  for (let i = 0; i < found.count; i++) {
    const match = found.imps[i] as ImpMatch;
    // A copy: resolving an imp resets what was found for it.
    const stand = standAt(market, request, match.imp, { ...match });
    if (stand) omitted += explain(market, stand, match, TRACED_ITEMS, lines);
  }
  return omitted;
}
