/**
 * The most the auction could have earned with every deal delivered, and, where `countyFloor` is not 0, every county of a deal given
 * that share of its proportion. For any α, β ≥ 0 the sum below is an upper bound, so that descent only makes it tight.
 *
 * Σ max(worth, max(α + β)) − Σ α·d − Σ β·floor·π·d
 */
import { countyOfType, type Traffic } from '../pacing/world.ts';
import type { DealDay } from './day.ts';
import { auctionWorth, COUNTIES, type Deal, type DealWorld } from './world.ts';

export function auctionBound(
  world: DealWorld,
  traffic: Traffic,
  start: Pick<DealDay, 'meanAlpha' | 'meanBeta'>,
  passes: number,
  countyFloor = 0,
): number {
  const { deals } = world;
  const alpha = Float64Array.from(start.meanAlpha);
  const beta = Float64Array.from(start.meanBeta, (price) => (countyFloor > 0 ? price : 0));
  let best = Number.POSITIVE_INFINITY;
  for (let pass = 0; pass < passes; pass++) {
    const won = new Float64Array(deals.length * COUNTIES);
    let value = 0;
    for (let r = 0; r < traffic.count; r++) {
      const type = traffic.type[r] as number;
      const county = countyOfType(type);
      let top = auctionWorth(world, traffic, r);
      let winner = -1;
      for (const k of world.eligible[type] as number[]) {
        const price = (alpha[k] as number) + (beta[k * COUNTIES + county] as number);
        if (price <= top) continue;
        top = price;
        winner = k;
      }
      value += top;
      if (winner < 0) continue;
      const at = winner * COUNTIES + county;
      won[at] = (won[at] as number) + 1;
    }
    deals.forEach((deal, k) => {
      value -= (alpha[k] as number) * deal.impressions;
      for (const [county, share] of Object.entries(deal.countyShare)) {
        const price = beta[k * COUNTIES + Number(county)] as number;
        value -= price * countyFloor * share * deal.impressions;
      }
    });
    best = Math.min(best, value);
    const gain = 0.03 / (1 + pass / 8);
    for (const [k, deal] of deals.entries()) descend(deal, k, gain, countyFloor, alpha, beta, won);
  }
  return best;
}

/** One step of a deal's prices towards what is missing. */
function descend(
  deal: Deal,
  k: number,
  gain: number,
  countyFloor: number,
  alpha: Float64Array,
  beta: Float64Array,
  won: Float64Array,
): void {
  const missing = (wanted: number, got: number): number =>
    Math.max(-1, Math.min(1, 1 - got / Math.max(1, wanted)));
  let total = 0;
  for (let county = 0; county < COUNTIES; county++) total += won[k * COUNTIES + county] as number;
  const step = gain * deal.priceMicroCny;
  alpha[k] = Math.max(0, (alpha[k] as number) + step * missing(deal.impressions, total));
  if (countyFloor === 0) return;
  for (const [county, share] of Object.entries(deal.countyShare)) {
    const at = k * COUNTIES + Number(county);
    const short = missing(countyFloor * share * deal.impressions, won[at] as number);
    beta[at] = Math.max(0, (beta[at] as number) + step * short);
  }
}
