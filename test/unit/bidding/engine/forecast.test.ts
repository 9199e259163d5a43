import { expect, test } from 'vitest';
import {
  estimate,
  forecast,
  isInRequestSample,
  isInUserSample,
  type Logged,
} from '../../../../bidding/engine/forecast.ts';
import { logDay, newReaders } from '../../../bench/forecast/readers.ts';
import { benchSnapshot } from '../../../bench/kit/market.ts';
import { newRandom } from '../../../kit/random.ts';

const random = newRandom(5);
const log = logDay(random, newReaders(5, 20_000), benchSnapshot(random, 0, 1), 0);
const samples = {
  requests: log.filter((it) => isInRequestSample(it.place.request.id)),
  users: log.filter((it) => isInUserSample(it.place.request.userHash)),
};
const HANGZHOU = { attribute: 'division' as const, in: ['330100'] };
const inHangzhou = (it: Logged): boolean => it.place.divisionCode.startsWith('3301');

test('avails and reach of a city lie within their intervals', () => {
  const mine = log.filter(inHangzhou);
  const { avails, reach } = forecast(HANGZHOU, samples);
  expect(mine.length).toBeGreaterThan(avails.low);
  expect(mine.length).toBeLessThan(avails.high);
  const users = new Set(mine.map((it) => it.place.request.userHash)).size;
  expect(users).toBeGreaterThan(reach.low);
  expect(users).toBeLessThan(reach.high);
});

test('a small target is counted in the full log, exactly', () => {
  const target = { all: [HANGZHOU, { attribute: 'segment' as const, in: [60] }] };
  const { avails } = forecast(target, { ...samples, full: log });
  const truth = log.filter((it) => inHangzhou(it) && it.place.request.segments.includes(60));
  expect(avails.expected).toBe(truth.length);
});

test('what is booked is taken off, and never below nothing', () => {
  const free = forecast(HANGZHOU, samples);
  const booked = forecast(HANGZHOU, samples, undefined, 500);
  expect(booked.unbooked.expected).toBe(free.avails.expected - 500);
  expect(forecast(HANGZHOU, samples, undefined, 10 ** 9).unbooked.high).toBe(0);
});

test('an unseen target may still be there', () => {
  expect(estimate(0, 0.05)).toEqual({ expected: 0, low: 0, high: 60 });
});
