import { expect, test } from 'vitest';
import {
  createJudge,
  isDataCentre,
  isImpossible,
  VELOCITY_PER_MINUTE,
} from '../../../../api/metering/ivt.ts';
import { EVENT_KIND, IVT } from '../../../../bidding/wire/event.ts';
import { MONDAY_TEN_MS, trackedEvent } from '../../../integration/api/metering/events.ts';

test('hosting networks are told from access networks by whose they are', () => {
  expect(['47.96.1.1', '3.5.140.2'].map(isDataCentre)).toEqual([true, true]);
  expect(['60.191.1.1', '39.174.1.1', '127.0.0.1', 'not an address'].map(isDataCentre)).toEqual([
    false, false, false, false,
  ]); // biome-ignore format: one line
});

test('a picture without size, more than visible, or clicked before any hand could, is impossible', () => {
  const seen = (geometry: string) =>
    isImpossible(trackedEvent(1, { kind: EVENT_KIND.viewable, geometry }));
  expect([seen('640,100,100,1000'), seen(''), seen('1,1,100,1000'), seen('640,100,180,1000'), seen('a,b,c,d')]).toEqual([
    false, false, true, true, true,
  ]); // biome-ignore format: one line
  const click = (delayMs: number) =>
    isImpossible(
      trackedEvent(1, {
        kind: EVENT_KIND.click,
        auctionAtMs: MONDAY_TEN_MS,
        atMs: MONDAY_TEN_MS + delayMs,
      }),
    );
  expect([click(20), click(900)]).toEqual([true, false]);
});

test('the first that is too many is invalid, and the next minute begins anew', () => {
  const judge = createJudge();
  const at = (n: number, atMs = MONDAY_TEN_MS) => judge(trackedEvent(n, { userHash: 'one', atMs }));
  const verdicts = Array.from({ length: VELOCITY_PER_MINUTE.userImpressions + 1 }, (_, i) => at(i));
  expect(verdicts.slice(0, -1).every((v) => v === IVT.none)).toBe(true);
  expect(verdicts.at(-1)).toBe(IVT.velocity);
  expect(at(9_999, MONDAY_TEN_MS + 60_000)).toBe(IVT.none);
});

test('readers behind one proxy of our own are not one reader', () => {
  const judge = createJudge();
  const verdicts = Array.from({ length: VELOCITY_PER_MINUTE.addressImpressions + 10 }, (_, i) =>
    judge(trackedEvent(i, { userHash: `u${i}`, ip: '127.0.0.1', atMs: MONDAY_TEN_MS })),
  );
  expect(verdicts.every((v) => v === IVT.none)).toBe(true);
});
