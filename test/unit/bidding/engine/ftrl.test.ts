import { expect, test } from 'vitest';
import { Ftrl, sigmoid } from '../../../../bidding/engine/ftrl.ts';
import { newRandom } from '../../../kit/random.ts';

test('weights are those of the paper, whose z need not be kept where λ1 is 0', () => {
  const [alpha, beta, l2, rates] = [0.05, 1, 1, [1, 3]];
  const random = newRandom(5);
  const learner = new Ftrl(rates);
  const z = new Map<number, number>();
  const n = new Map<number, number>();
  const rateOf = (slot: number): number => alpha * (rates[slot % 2] as number);
  const weight = (slot: number): number =>
    -(z.get(slot) ?? 0) / ((beta + Math.sqrt(n.get(slot) ?? 0)) / rateOf(slot) + l2);
  for (let example = 0; example < 5000; example++) {
    const slots = [2 * random.below(20), 2 * random.below(20) + 1];
    const outcome = random.chance(0.1) ? 1 : 0;
    const p = sigmoid(-2 + slots.reduce((x, slot) => x + weight(slot), 0));
    expect(learner.learn(-2, Int32Array.from(slots), 2, outcome)).toBeCloseTo(p, 5);
    for (const slot of slots) {
      const [w, before] = [weight(slot), n.get(slot) ?? 0];
      const after = before + (p - outcome) ** 2;
      const sigma = (Math.sqrt(after) - Math.sqrt(before)) / rateOf(slot);
      z.set(slot, (z.get(slot) ?? 0) + p - outcome - sigma * w);
      n.set(slot, after);
    }
  }
});
