import { expect, test } from 'vitest';
import { createGate } from '../../../../bidding/http/gate.ts';

/** A loop whose turns we end ourselves, on a clock that we turn. */
function openLoop() {
  let nowMs = 1_000;
  let idleMs = 0;
  let ends: (() => void)[] = [];
  const gate = createGate({
    nowMs: () => nowMs,
    idleMs: () => idleMs,
    atTurnsEnd: (end) => ends.push(end),
  });
  const loop = {
    gate,
    nowMs: () => nowMs,
    sleep(forMs: number) {
      nowMs += forMs;
      idleMs += forMs;
    },
    /** One turn that does something else and then reads `requests`, each admitted one of which takes `costMs`; how many were. */
    turn(requests: number, costMs: number, elseMs = 0): number {
      let admitted = 0;
      nowMs += elseMs;
      for (let i = 0; i < requests; i++) {
        nowMs += 0.01;
        if (!gate.admits()) continue;
        admitted++;
        nowMs += costMs;
      }
      const ended = ends;
      ends = [];
      for (const end of ended) end();
      return admitted;
    },
    /** So many a millisecond arrive evenly; the longest turn that anybody was admitted in, and how many were. */
    run(forMs: number, perMs: number, costMs: number) {
      const untilMs = nowMs + forMs;
      let readMs = nowMs;
      let admitted = 0;
      let longestMs = 0;
      let arrived = 0;
      while (nowMs < untilMs) {
        const due = (nowMs - readMs) * perMs;
        if (due < 1) {
          loop.sleep((1 - due) / perMs + 1e-6);
          continue;
        }
        const requests = Math.floor(due);
        readMs += requests / perMs;
        arrived += requests;
        const beganMs = nowMs;
        admitted += loop.turn(requests, costMs);
        longestMs = Math.max(longestMs, nowMs - beganMs);
      }
      return { admitted, arrived, longestMs };
    },
  };
  return loop;
}

test('a burst is served whole: one long turn is no overload', () => {
  const loop = openLoop();
  for (let i = 0; i < 50; i++) {
    expect(loop.turn(350, 0.125)).toBe(350);
    loop.sleep(1);
    expect(loop.turn(10, 0.125)).toBe(10);
  }
  expect(loop.gate.shed).toBe(0);
});

test('nobody waits longer than a burst may: the rest of a larger one is turned away', () => {
  const loop = openLoop();
  expect(loop.turn(2_000, 0.125) * 0.125).toBeLessThan(50);
});

test('at three times what it can do it goes on at full speed, in short turns, without a break', () => {
  const loop = openLoop();
  loop.run(300, 6, 0.5);
  const { admitted, longestMs } = loop.run(10_000, 6, 0.5);
  expect(longestMs).toBeLessThan(4);
  expect(admitted * 0.5).toBeGreaterThan(0.85 * 10_000);
});

test('what else a turn did counts: replies of Redis leave less of it to new auctions', () => {
  const loop = openLoop();
  loop.run(500, 30, 0.125);
  expect(loop.turn(100, 0.125, 1.5)).toBeLessThan(6);
  // One is held whatever happens.
  expect(loop.turn(100, 0.125, 30)).toBe(1);
});

test('after the overload all are served again', () => {
  const loop = openLoop();
  loop.run(1_000, 6, 0.5);
  const { shed } = loop.gate;
  expect(shed).toBeGreaterThan(3_000);
  loop.run(200, 1, 0.5);
  const before = loop.gate.shed;
  loop.run(2_000, 1, 0.5);
  expect(loop.gate.shed).toBe(before);
  expect(loop.turn(80, 0.5)).toBe(80);
});

test('at nine tenths of what it can do nobody is turned away', () => {
  const loop = openLoop();
  loop.run(10_000, 1.8, 0.5);
  expect(loop.gate.shed).toBe(0);
});

test('a night without requests is no overload', () => {
  const loop = openLoop();
  loop.sleep(3_600_000);
  expect(loop.turn(350, 0.125)).toBe(350);
});

test('the longest turn of the last second is told', () => {
  const loop = openLoop();
  loop.turn(100, 0.1);
  loop.sleep(1_100);
  loop.turn(1, 0.1);
  expect(loop.gate.longestTurnMs).toBeCloseTo(11, 5);
});
