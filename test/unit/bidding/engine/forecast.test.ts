import { expect, test } from 'vitest';
import { estimate, forecast } from '../../../../bidding/engine/forecast.ts';
import { type Logged, logOf } from '../../../../bidding/engine/requestLog.ts';
import { logDay, newReaders, sampled } from '../../../bench/forecast/readers.ts';
import { benchSnapshot } from '../../../bench/kit/market.ts';
import { newRandom } from '../../../kit/random.ts';

const random = newRandom(5);
const day = logDay(random, newReaders(5, 20_000), benchSnapshot(random, 0, 1), 0);
const samples = { log: logOf(sampled(day)), userShare: 0.05 };
const full = logOf(day);
const HANGZHOU = { attribute: 'division' as const, in: ['330100'] };
const inHangzhou = (it: Logged): boolean => it.place.divisionCode.startsWith('3301');

test('avails and reach of a city lie within their intervals', () => {
  const mine = day.filter(inHangzhou);
  const { avails, reach } = forecast(HANGZHOU, samples);
  expect(mine.length).toBeGreaterThan(avails.low);
  expect(mine.length).toBeLessThan(avails.high);
  const users = new Set(mine.map((it) => it.place.request.userHash)).size;
  expect(users).toBeGreaterThan(reach.low);
  expect(users).toBeLessThan(reach.high);
});

test('a small target is counted in the full log, exactly', () => {
  const target = { all: [HANGZHOU, { attribute: 'segment' as const, in: [60] }] };
  const { avails } = forecast(target, { ...samples, full });
  const truth = day.filter((it) => inHangzhou(it) && it.place.request.segments.includes(60));
  expect(avails.expected).toBe(truth.length);
});

test('what is promised within the target is taken off, by the part of it that lies there, and never below nothing', () => {
  const free = forecast(HANGZHOU, samples);
  const within = forecast(HANGZHOU, samples, undefined, [
    { target: HANGZHOU, impressionsADay: 500 },
  ]);
  expect(within.unbooked.expected).toBe(free.avails.expected - 500);
  const everywhere = { target: { all: [] }, impressionsADay: 500 };
  const partly = forecast(HANGZHOU, samples, undefined, [everywhere]);
  const share = free.avails.expected / forecast({ all: [] }, samples).avails.expected;
  expect(partly.unbooked.expected).toBeCloseTo(free.avails.expected - 500 * share, -1);
  const apart = { target: { not: HANGZHOU }, impressionsADay: 500 };
  expect(forecast(HANGZHOU, samples, undefined, [apart]).unbooked).toEqual(free.avails);
  const all = [{ target: HANGZHOU, impressionsADay: 10 ** 9 }];
  expect(forecast(HANGZHOU, samples, undefined, all).unbooked.expected).toBe(0);
});

test('hours are forecast for the mean day of the week, whatever weekday was logged', () => {
  const mondays = Array.from({ length: 24 }, (_, h) => h);
  const one = forecast({ attribute: 'hourOfWeek', in: mondays }, { log: full, userShare: 1 });
  expect(one.avails.expected).toBe(Math.round(day.length / 7));
  const evenings = mondays
    .filter((h) => h >= 18)
    .flatMap((h) => [0, 1, 2, 3, 4, 5, 6].map((d) => d * 24 + h));
  const every = forecast({ attribute: 'hourOfWeek', in: evenings }, { log: full, userShare: 1 });
  expect(every.avails.expected).toBe(day.filter((it) => it.place.hour % 24 >= 18).length);
});

test('an unseen target may still be there', () => {
  expect(estimate(0, 0, 60)).toEqual({ expected: 0, low: 0, high: 60 });
});
