import { expect, test } from 'vitest';
import { startPacing, stepPacing } from '../../../../bidding/engine/pacing.ts';
import { Surge } from '../../../../bidding/engine/surge.ts';
import { FLAT_CURVE } from '../../../../bidding/engine/trafficForecast.ts';

const STEP_MS = 10_000;
const STEPS = 8_640;
const SHARE = 1 / STEPS;
/** A hundred requests a step in one county, ten in the other. */
const A_DAY = new Map([
  ['330106', 100 * STEPS],
  ['330326', 10 * STEPS],
]);

function after(steps: number, seen: (step: number) => [string, number][]): Surge {
  const surge = new Surge();
  for (let n = 0; n < steps; n++) surge.step(STEP_MS, new Map(seen(n)), A_DAY, SHARE);
  return surge;
}

test('traffic as forecast is no surge, wherever it is', () => {
  const usual = after(200, () => [
    ['330106', 100],
    ['330326', 10],
  ]);
  expect(usual.of({ '330106': 0.5, '330326': 0.5 })).toBeCloseTo(1, 2);
  expect(usual.of({})).toBeCloseTo(1, 2);
});

test('a rush of one county is a surge for those who target it, and hardly for others', () => {
  const rush = after(260, (n) => [
    ['330106', 100],
    ['330326', n < 200 ? 10 : 60],
  ]);
  expect(rush.of({ '330326': 1 })).toBeGreaterThan(4.5);
  expect(rush.of({ '330106': 1 })).toBeLessThan(1.3);
});

test('no traffic at all is a surge of nearly nothing; a day that is busier as a whole is half of one', () => {
  const dead = after(200, (n) => (n < 100 ? [['330106', 100]] : []));
  expect(dead.of({ '330106': 1 })).toBeLessThan(0.1);
  const busy = after(STEPS / 2, () => [
    ['330106', 200],
    ['330326', 20],
  ]);
  expect(busy.of({ '330106': 1 })).toBeLessThan(1.5);
});

test('while traffic stays away a line item is not pushed, and in a rush it may spend more', () => {
  const state = { ...startPacing(0), y: 1 };
  const step = (spent: number, surge: number): number =>
    stepPacing(state, {
      atMs: STEP_MS,
      msOfDay: STEP_MS,
      budgetMicroCny: STEPS * 100,
      billedMicroCny: spent,
      expectedMicroCny: spent,
      unitMicroCny: 0,
      curve: FLAT_CURVE,
      surge,
    }).y;
  expect(step(0, 0)).toBeGreaterThan(step(0, 1));
  expect(step(300, 3)).toBeLessThan(step(300, 1));
});
