import { expect, test } from 'vitest';
import { type DayForecast, noteArrivals, stepSurge } from '../../../../api/delivery/arrivals.ts';
import { newImp, newRequest } from '../../../../bidding/engine/request.ts';
import { FLAT_CURVE } from '../../../../bidding/engine/trafficForecast.ts';
import type { SampledRequest } from '../../../../bidding/wire/sample.ts';
import { dayOf } from '../../../../db/terms/day.ts';

const TEN_MS = Date.parse('2026-03-18T10:00:00+08:00');
const STEP_MS = 10_000;
const outlet = {
  id: 1,
  name: '象山融媒',
  tier: 'county' as const,
  divisionCode: '330225',
  blockedCategories: [],
  blockedAdvertiserIds: [],
};
const FORECAST: DayForecast = {
  day: dayOf(TEN_MS),
  requestsADay: new Map([['330225', 864_000]]),
  curve: FLAT_CURVE,
  outletOf: new Map([[11, outlet]]),
};

/** Each stands for twenty; where nothing is declared the county outlet says where its readers are. */
const requests = (count: number): SampledRequest[] =>
  Array.from({ length: count }, () => {
    const request = newRequest('', TEN_MS);
    request.imps.push(newImp('1', 11));
    return { request, weight: 20, isOfSampledUser: false };
  });

function walk(steps: number, arriving: (step: number) => number, sold: (step: number) => number) {
  const db = {};
  let surge: ReturnType<typeof stepSurge>;
  for (let n = 0; n <= steps; n++) {
    noteArrivals(db, requests(arriving(n)));
    surge = stepSurge(db, TEN_MS + n * STEP_MS, FORECAST, sold(n));
  }
  return surge;
}

test('logged requests add up to the traffic that was forecast', () => {
  const usual = walk(
    60,
    () => 5,
    (n) => n * 100,
  );
  expect(usual?.({ '330225': 1 })).toBeCloseTo(1, 1);
});

test('three times as many are a surge', () => {
  const rush = walk(
    60,
    (n) => (n < 30 ? 5 : 15),
    (n) => n * 100,
  );
  expect(rush?.({ '330225': 1 })).toBeGreaterThan(2.2);
});

test('a log that is silent while ads are sold is not believed; one that is silent with them is', () => {
  expect(
    walk(
      60,
      (n) => (n < 30 ? 5 : 0),
      (n) => n * 100,
    ),
  ).toBeUndefined();
  const outage = walk(
    60,
    (n) => (n < 30 ? 5 : 0),
    (n) => Math.min(n, 30) * 100,
  );
  expect(outage?.({ '330225': 1 })).toBeLessThan(0.3);
});

test('without a whole day to compare with nothing is said', () => {
  const db = {};
  const thin = { ...FORECAST, requestsADay: new Map() };
  stepSurge(db, TEN_MS, thin, 0);
  expect(stepSurge(db, TEN_MS + STEP_MS, thin, 0)).toBeUndefined();
});
