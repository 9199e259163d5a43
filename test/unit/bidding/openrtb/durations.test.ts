import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  durationFloorMicroCny,
  fitsDuration,
  MAX_POD,
  spreadPods,
} from '../../../../bidding/openrtb/durations.ts';
import { newImp, newMedia } from '../../../../bidding/openrtb/imp.ts';

const pod = (podDurationS: number, maxSequence: number) => ({
  ...newImp(),
  video: { ...newMedia(), podDurationS, maxSequence },
});

test('pods spread over so many places as fit, never more than asked for, eight, or the list may hold', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.record({ s: fc.integer({ min: 0, max: 600 }), n: fc.integer({ min: 0, max: 99 }) }),
        {
          minLength: 1,
          maxLength: 64,
        },
      ),
      (pods) => {
        const imps = pods.map(({ s, n }) => pod(s, n));
        const spread = spreadPods(imps, 64);
        expect(spread.length).toBeLessThanOrEqual(64);
        for (const [i, imp] of imps.entries()) {
          const places = spread.filter((each) => each === imp).length;
          expect(places).toBeGreaterThanOrEqual(1);
          expect(places).toBeLessThanOrEqual(Math.min(MAX_POD, Math.max(1, pods[i]?.n || MAX_POD)));
        }
        // Places of one pod stand together, in the order of the request.
        expect(spread.filter((imp, i) => imp !== spread[i - 1])).toEqual(imps);
      },
    ),
  );
  const plain = [newImp(), newImp()];
  expect(spreadPods(plain, 64)).toBe(plain);
});

test('a floor a second is exact and rounds up; a length no floor names costs nothing more', () => {
  const perSecond = { ...newMedia(), minCpmPerSec: '1.333' };
  expect(durationFloorMicroCny(perSecond, 15)).toBe(19_995);
  const media = { ...newMedia(), durationFloors: [{ minS: 10, maxS: 20, floor: '2.5' }] };
  expect([9, 10, 20, 21].map((s) => durationFloorMicroCny(media, s))).toEqual([0, 2_500, 2_500, 0]);
});

test('exact lengths go before a range, and a pod is a longest length too', () => {
  const exact = { ...newMedia(), requiredDurationsS: [15, 30] };
  expect([14, 15, 30].map((s) => fitsDuration(exact, s))).toEqual([false, true, true]);
  const range = { ...newMedia(), minDurationS: 10, maxDurationS: 20, podDurationS: 15 };
  expect([9, 10, 15, 16].map((s) => fitsDuration(range, s))).toEqual([false, true, true, false]);
});
