/**
 * An upper bound of liquid welfare in hindsight: for any λ in [0, 1], no allocation of the day's requests is worth more than
 * Σ_requests max_i λ_i·v_i + Σ_i (1 − λ_i)·B_i. So it needs no solver to be believed; descent only makes it tight.
 */
import { FLOOR_MICRO, type Item, mostWorthOf, type Traffic, type World, worthOf } from './world.ts';

export interface Bound {
  valueMicro: number;
  lambda: Float64Array;
}

export function hindsightBound(
  world: World,
  traffic: Traffic,
  start: Float64Array,
  passes: number,
): Bound {
  const { items } = world;
  const y = Float64Array.from(start, (m) => Math.min(6, -Math.log(Math.max(m, 1e-3))));
  let best: Bound = { valueMicro: Number.POSITIVE_INFINITY, lambda: start };
  for (let pass = 0; pass < passes; pass++) {
    const lambda = Float64Array.from(y, (value) => Math.exp(-value));
    const { value, won } = evaluate(world, traffic, lambda);
    if (value < best.valueMicro) best = { valueMicro: value, lambda };
    // Small steps: with bids that are equal on every request the gradient jumps, and large steps only wander.
    const gain = 0.001 / (1 + pass / 30);
    for (let i = 0; i < items.length; i++) {
      const budget = (items[i] as Item).budgetMicro;
      const over = Math.min(2, Math.max(-1, ((won[i] as number) - budget) / budget));
      y[i] = Math.min(8, Math.max(0, (y[i] as number) + gain * over));
    }
  }
  return best;
}

function evaluate(
  world: World,
  traffic: Traffic,
  lambda: Float64Array,
): { value: number; won: Float64Array } {
  const { items } = world;
  const won = new Float64Array(items.length);
  // No score of an item is above this, so that the search ends where the best found is.
  const most = Float64Array.from(items, (item, i) => mostWorthOf(item) * (lambda[i] as number));
  const eligible = world.eligible.map((list) =>
    Int32Array.from(list).sort((a, b) => (most[b] as number) - (most[a] as number)),
  );
  let value = 0;
  for (let r = 0; r < traffic.count; r++) {
    const list = eligible[traffic.type[r] as number] as Int32Array;
    let best = -1;
    let bestScore = 0;
    let bestWorth = 0;
    for (let n = 0; n < list.length; n++) {
      const i = list[n] as number;
      if ((most[i] as number) <= bestScore) break;
      const v = worthOf(items[i] as Item, traffic, r, i);
      if (v < FLOOR_MICRO) continue;
      const score = v * (lambda[i] as number);
      if (score > bestScore) {
        best = i;
        bestScore = score;
        bestWorth = v;
      }
    }
    if (best < 0) continue;
    value += bestScore;
    won[best] = (won[best] as number) + bestWorth;
  }
  for (let i = 0; i < items.length; i++) {
    value += (1 - (lambda[i] as number)) * (items[i] as Item).budgetMicro;
  }
  return { value, won };
}
