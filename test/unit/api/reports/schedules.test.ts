import fc from 'fast-check';
import { expect, test } from 'vitest';
import { comparedWith } from '../../../../api/reports/asked.ts';
import { ratesOf } from '../../../../api/reports/metrics.ts';
import { daysOf, nextRun } from '../../../../api/reports/schedules.ts';
import { addDays, dayOf, dayStartMs } from '../../../../db/terms/day.ts';

const at = (text: string) => Date.parse(`${text}+08:00`);
const say = (ms: number) => new Date(ms + 8 * 3_600_000).toISOString().slice(0, 16);

test.each([
  ['daily', 9, '2026-03-02T08:59:00', '2026-03-02T09:00'],
  ['daily', 9, '2026-03-02T09:00:00', '2026-03-03T09:00'],
  ['daily', 0, '2026-12-31T23:59:59', '2027-01-01T00:00'],
  ['weekly', 8, '2026-03-02T07:00:00', '2026-03-02T08:00'],
  ['weekly', 8, '2026-03-08T23:00:00', '2026-03-09T08:00'],
  ['monthly', 6, '2026-01-31T12:00:00', '2026-02-01T06:00'],
  ['monthly', 6, '2026-12-01T06:00:00', '2027-01-01T06:00'],
] as const)('%s at %d o’clock, asked at %s, runs at %s', (cadence, hour, now, next) => {
  expect(say(nextRun(cadence, hour, at(now)))).toBe(next);
});

test.each([
  ['yesterday', '2026-03-01', '2026-02-28', '2026-02-28'],
  ['last7Days', '2026-03-02', '2026-02-23', '2026-03-01'],
  ['lastWeek', '2026-03-04', '2026-02-23', '2026-03-01'],
  ['monthToDate', '2026-03-04', '2026-03-01', '2026-03-03'],
  ['monthToDate', '2026-03-01', '2026-02-01', '2026-02-28'],
  ['lastMonth', '2026-03-31', '2026-02-01', '2026-02-28'],
] as const)('%s, on %s, is %s to %s', (span, today, from, to) => {
  expect(daysOf(span, today)).toEqual({ from, to });
});

test('a run is always ahead, within a day, a week or a month', () => {
  const cadence = fc.constantFrom('daily' as const, 'weekly' as const, 'monthly' as const);
  fc.assert(
    fc.property(
      cadence,
      fc.integer({ min: 0, max: 23 }),
      fc.integer({ min: 1.6e12, max: 2e12 }),
      (kind, hour, now) => {
        const waitDays = (nextRun(kind, hour, now) - now) / 86_400_000;
        expect(waitDays).toBeGreaterThan(0);
        expect(waitDays).toBeLessThanOrEqual({ daily: 1, weekly: 7, monthly: 31 }[kind]);
      },
    ),
  );
});

test('days compared are as many, end before the others begin, and lie on each other when shifted', () => {
  const days = fc.tuple(fc.integer({ min: 0, max: 4_000 }), fc.integer({ min: 0, max: 364 }));
  fc.assert(
    fc.property(
      days,
      fc.constantFrom('previous' as const, 'lastYear' as const),
      ([start, length], how) => {
        const from = addDays('2019-01-01', start);
        const to = addDays(from, length);
        const other = comparedWith({ from, to }, how);
        expect(dayStartMs(other.to) - dayStartMs(other.from)).toBe(length * 86_400_000);
        expect(addDays(other.from, other.shiftDays)).toBe(from);
        if (how === 'previous') expect(addDays(other.to, 1)).toBe(from);
        else expect(other.from.slice(0, 4)).toBe(String(Number(from.slice(0, 4)) - 1));
      },
    ),
  );
});

test('a rate without a base is unknown, not zero', () => {
  const none = {
    bookedImpressions: 0,
    impressions: 0,
    viewables: 0,
    clicks: 0,
    conversions: 0,
    invalid: 0,
    spendMicroCny: 5n,
  };
  expect(Object.values(ratesOf(none))).toEqual([null, null, null, null, null, null]);
  const some = { ...none, impressions: 3_000, clicks: 30, spendMicroCny: 30_000_000n };
  expect(ratesOf(some)).toMatchObject({
    ctr: 0.01,
    ecpmMicroCny: 10_000_000n,
    cpcMicroCny: 1_000_000n,
    cvr: 0,
  });
  expect(dayOf(dayStartMs('2026-03-02'))).toBe('2026-03-02');
});
