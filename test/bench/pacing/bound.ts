/**
 * An upper bound of liquid welfare in hindsight: for any λ in [0, 1], no allocation of the day's requests is worth more than
 * Σ_requests max_i λ_i·v_i + Σ_i (1 − λ_i)·B_i. So it needs no solver to be believed; descent only makes it tight.
 *
 * Descent follows a smoothed bound (Nesterov, Smooth minimization of non-smooth functions, 2005): where bids are equal on every request the
 * true gradient jumps, and steps along it only wander, so a request is shared among those who nearly win it, the less the further descent
 * has come. What is told is the bound itself at the best λ, never the smoothed one.
 */
import { FLOOR_MICRO, type Item, mostWorthOf, type Traffic, type World, worthOf } from './world.ts';

export interface Bound {
  valueMicro: number;
  lambda: Float64Array;
}

/** Width within which scores share a request, of the logarithm: of the first pass and of the last. */
const WIDEST = 0.01;
const NARROWEST = 0.0001;
/** A step is this often the width: the narrower, the steeper the slopes. */
const GAIN = 2;
/** Scores by so many widths below the best have no share worth counting. */
const WIDTHS = 8;

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
    const width = WIDEST * (NARROWEST / WIDEST) ** (pass / passes);
    const lambda = Float64Array.from(y, (value) => Math.exp(-value));
    const { value, won } = evaluate(world, traffic, lambda, width);
    if (value < best.valueMicro) best = { valueMicro: value, lambda };
    for (let i = 0; i < items.length; i++) {
      const budget = (items[i] as Item).budgetMicro;
      const over = Math.min(2, Math.max(-1, ((won[i] as number) - budget) / budget));
      y[i] = Math.min(8, Math.max(0, (y[i] as number) + GAIN * width * over));
    }
  }
  return best;
}

/** The bound at λ, and what each item wins where scores within some `width` share a request. */
function evaluate(
  world: World,
  traffic: Traffic,
  lambda: Float64Array,
  width: number,
): { value: number; won: Float64Array } {
  const { items } = world;
  const won = new Float64Array(items.length);
  // No score of an item is above this, so that the search ends where no share is left.
  const most = Float64Array.from(items, (item, i) => mostWorthOf(item) * (lambda[i] as number));
  const eligible = world.eligible.map((list) =>
    Int32Array.from(list).sort((a, b) => (most[b] as number) - (most[a] as number)),
  );
  const near = Math.exp(-WIDTHS * width);
  const rivals = new Int32Array(items.length);
  const worths = new Float64Array(items.length);
  const scores = new Float64Array(items.length);
  let value = 0;
  for (let r = 0; r < traffic.count; r++) {
    const list = eligible[traffic.type[r] as number] as Int32Array;
    let best = 0;
    let found = 0;
    for (let n = 0; n < list.length; n++) {
      const i = list[n] as number;
      if ((most[i] as number) <= best * near) break;
      const v = worthOf(items[i] as Item, traffic, r, i);
      const score = v * (lambda[i] as number);
      if (v < FLOOR_MICRO || score <= best * near) continue;
      if (score > best) best = score;
      rivals[found] = i;
      worths[found] = v;
      scores[found++] = score;
    }
    value += best;
    share(found, best);
  }
  for (let i = 0; i < items.length; i++) {
    value += (1 - (lambda[i] as number)) * (items[i] as Item).budgetMicro;
  }
  return { value, won };

  /** One request among those found, by how near the best they came. */
  function share(found: number, best: number): void {
    let sum = 0;
    for (let n = 0; n < found; n++) {
      const weight = ((scores[n] as number) / best) ** (1 / width);
      scores[n] = weight;
      sum += weight;
    }
    for (let n = 0; n < found; n++) {
      const i = rivals[n] as number;
      won[i] = (won[i] as number) + ((worths[n] as number) * (scores[n] as number)) / sum;
    }
  }
}
