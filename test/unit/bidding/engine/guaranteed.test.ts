import { expect, test } from 'vitest';
import {
  ALPHA_STEP_MS,
  startGuaranteed,
  stepAlpha,
  stepBeta,
} from '../../../../bidding/engine/guaranteed.ts';
import { FLAT_CURVE } from '../../../../bidding/engine/trafficForecast.ts';

const PLAN = {
  impressions: 86_400,
  priceMicroCny: 10_000,
  curve: FLAT_CURVE,
  countyShare: { '330106': 0.5, '330110': 0.5 },
};
const DAY_MS = 86_400_000;

test('a day ends with the deal delivered and not one impression more than was needed', () => {
  let state = startGuaranteed(PLAN);
  let delivered = 0;
  for (let at = ALPHA_STEP_MS; at <= DAY_MS; at += ALPHA_STEP_MS) {
    // Thirty impressions a step, worth 0 … 15,000 µCNY to the auction.
    const won = Math.floor(30 * Math.min(1, state.alpha / 15_000));
    delivered = Math.min(PLAN.impressions, delivered + won);
    state = stepAlpha(state, PLAN, delivered, at);
  }
  expect(delivered / PLAN.impressions).toBeGreaterThan(0.9998);
});

test('a county that lags gets a price of its own, one that leads gets none', () => {
  const state = { ...startGuaranteed(PLAN), delivered: 10_000 };
  const next = stepBeta(state, PLAN, { '330106': 9_000, '330110': 1_000 });
  expect(next.beta['330110']).toBeGreaterThan(0);
  expect(next.beta['330106']).toBeUndefined();
});

test('prices stay between nothing and three times what was booked', () => {
  const far = stepAlpha(startGuaranteed(PLAN), PLAN, -1e9, DAY_MS / 2);
  expect(far.alpha).toBe(30_000);
  expect(stepAlpha(startGuaranteed(PLAN), PLAN, 1e9, DAY_MS / 2).alpha).toBe(0);
});
