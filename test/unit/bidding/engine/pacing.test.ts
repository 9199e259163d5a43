import { expect, test } from 'vitest';
import { clickCharge, leaseSize, shouldReturn } from '../../../../bidding/engine/leasePolicy.ts';
import {
  multiplierOf,
  PACING_STEP_MS,
  type PacingState,
  startPacing,
  stepPacing,
} from '../../../../bidding/engine/pacing.ts';
import { curveOf, FLAT_CURVE, passed } from '../../../../bidding/engine/trafficForecast.ts';

const BUDGET = 100_000_000;
const DAY_MS = 86_400_000;

/** A day in which winning costs `rate(m)` µCNY a step. */
function simulate(rate: (m: number) => number): {
  spent: number;
  state: PacingState;
  half: number;
} {
  let state = startPacing(0);
  let spent = 0;
  let half = 0;
  for (let at = PACING_STEP_MS; at <= DAY_MS; at += PACING_STEP_MS) {
    spent = Math.min(BUDGET, spent + rate(multiplierOf(state)));
    state = stepPacing(state, {
      atMs: at,
      msOfDay: at,
      budgetMicroCny: BUDGET,
      billedMicroCny: spent,
      expectedMicroCny: spent,
      unitMicroCny: 0,
      curve: FLAT_CURVE,
    });
    if (at === DAY_MS / 2) half = spent;
  }
  return { spent, state, half };
}

const EVEN = (BUDGET * PACING_STEP_MS) / DAY_MS;

test('spend follows the plan when the market would take three times the budget', () => {
  const { spent, half } = simulate((m) => 3 * EVEN * m);
  expect(spent / BUDGET).toBeGreaterThan(0.995);
  expect(half / BUDGET).toBeGreaterThan(0.46);
  expect(half / BUDGET).toBeLessThan(0.56);
});

test('a line item that cannot spend its budget is not held back', () => {
  const { state } = simulate((m) => 0.5 * EVEN * m);
  expect(multiplierOf(state)).toBe(1);
});

test('tomorrow starts from the mean of today', () => {
  const { state } = simulate((m) => 3 * EVEN * m);
  const tomorrow = startPacing(DAY_MS, state);
  expect(multiplierOf(tomorrow)).toBeCloseTo(1 / 3, 1);
});

test('a step edits nothing and never leaves 0 … 1', () => {
  const state = startPacing(0);
  const frozen = Object.freeze({ ...state });
  const next = stepPacing(frozen, {
    atMs: PACING_STEP_MS,
    msOfDay: PACING_STEP_MS,
    budgetMicroCny: 1,
    billedMicroCny: 0,
    expectedMicroCny: 1e12,
    unitMicroCny: 0,
    curve: FLAT_CURVE,
  });
  expect(multiplierOf(next)).toBeGreaterThan(0);
  expect(multiplierOf(next)).toBeLessThanOrEqual(1);
});

test('a traffic curve rises from 0 to 1 and leans on the shape where there are no counts', () => {
  const counts = new Array<number>(96).fill(0);
  counts[48] = 900;
  const curve = curveOf(counts, []);
  expect(passed(curve, 0)).toBe(0);
  expect(passed(curve, DAY_MS)).toBe(1);
  expect(passed(curve, DAY_MS / 2)).toBeCloseTo(0.05, 2);
  expect(passed(curve, DAY_MS / 2 + 900_000)).toBeCloseTo(0.95, 2);
});

test('leases shrink with what is left, down to five impressions', () => {
  expect(leaseSize(1_000_000, 4, 100)).toBe(25_000);
  expect(leaseSize(1_000, 4, 100)).toBe(500);
  expect(leaseSize(0, 4, 100)).toBe(500);
  expect(shouldReturn(1, 100)).toBe(true);
  expect(shouldReturn(2, 100)).toBe(false);
  expect(clickCharge(500, 300)).toBe(300);
});
