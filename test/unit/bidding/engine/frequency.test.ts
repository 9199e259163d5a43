import { expect, test } from 'vitest';
import { countImpression, countOf, isCapped } from '../../../../bidding/engine/frequency.ts';
import { smallLineItem } from '../../../kit/smallMarket.ts';

const NOON = Date.parse('2026-03-02T12:00:00+08:00');
const HOUR_MS = 3_600_000;
const daily = (count: number) =>
  smallLineItem(7, { frequencyCaps: [{ scope: 'lineItem', window: 'day', count }] });

test('a cap holds from the impression that reaches it, and no earlier', () => {
  let record = countImpression(null, daily(2), NOON);
  expect(isCapped(record, daily(2), NOON)).toBe(false);
  record = countImpression(record, daily(2), NOON);
  expect(isCapped(record, daily(2), NOON)).toBe(true);
});

test('a day ends at the Shanghai midnight, an hour on the hour', () => {
  const beforeMidnight = Date.parse('2026-03-02T23:59:59+08:00');
  const record = countImpression(null, daily(1), beforeMidnight);
  expect(isCapped(record, daily(1), beforeMidnight)).toBe(true);
  expect(isCapped(record, daily(1), beforeMidnight + 1000)).toBe(false);
  const hourly = smallLineItem(8, {
    frequencyCaps: [{ scope: 'lineItem', window: 'hour', count: 1 }],
  });
  const atNoon = countImpression(null, hourly, NOON);
  expect(isCapped(atNoon, hourly, NOON + HOUR_MS - 1)).toBe(true);
  expect(isCapped(atNoon, hourly, NOON + HOUR_MS)).toBe(false);
});

test('a campaign and an advertiser are capped across their line items', () => {
  const caps = [{ scope: 'campaign' as const, window: 'lifetime' as const, count: 1 }];
  const one = smallLineItem(1, { campaignId: 50, frequencyCaps: caps });
  const two = smallLineItem(2, { campaignId: 50, frequencyCaps: caps });
  const other = smallLineItem(3, { campaignId: 51, frequencyCaps: caps });
  const record = countImpression(null, one, NOON);
  expect(isCapped(record, two, NOON + 40 * 24 * HOUR_MS)).toBe(true);
  expect(isCapped(record, other, NOON)).toBe(false);
});

test('ten counters fit in 120 bytes', () => {
  let record: Uint8Array | null = null;
  for (let id = 1; id <= 10; id++) {
    const item = smallLineItem(id, {
      frequencyCaps: [{ scope: 'lineItem', window: 'day', count: 3 }],
    });
    record = countImpression(record, item, NOON);
  }
  expect(record?.length).toBe(82);
});

test('counters of windows that have passed are forgotten', () => {
  const tomorrow = NOON + 24 * HOUR_MS;
  const record = countImpression(countImpression(null, daily(5), NOON), daily(5), tomorrow);
  expect(record.length).toBe(10);
  expect(isCapped(record, daily(2), tomorrow)).toBe(false);
});

test('a record of another form or cut short counts nothing and throws nothing', () => {
  expect(countOf(new Uint8Array([9, 1, 0, 0]), 1, 0)).toBe(0);
  expect(countOf(new Uint8Array([1, 200, 0, 0, 0]), 1, 0)).toBe(0);
  expect(isCapped(new Uint8Array(0), daily(1), NOON)).toBe(false);
});
