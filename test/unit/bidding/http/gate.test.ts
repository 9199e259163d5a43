import { expect, test } from 'vitest';
import { createGate } from '../../../../bidding/http/gate.ts';

/** A loop whose turns we end ourselves, on a clock that we turn. */
function openLoop() {
  let nowMs = 1_000;
  let ends: (() => void)[] = [];
  const gate = createGate(
    () => nowMs,
    (end) => ends.push(end),
  );
  return {
    gate,
    /** One turn that reads `requests`, each admitted one of which takes `costMs`; how many were. */
    turn(requests: number, costMs: number): number {
      let admitted = 0;
      for (let i = 0; i < requests; i++) {
        if (!gate.admits()) continue;
        admitted++;
        nowMs += costMs;
      }
      for (const end of ends) end();
      ends = [];
      return admitted;
    },
    idle(forMs: number) {
      nowMs += forMs;
    },
  };
}

test('a burst is served whole: one long turn is no overload', () => {
  const loop = openLoop();
  for (let i = 0; i < 50; i++) {
    expect(loop.turn(400, 0.125)).toBe(400);
    expect(loop.turn(10, 0.125)).toBe(10);
  }
  expect(loop.gate.shed).toBe(0);
});

test('when every turn is long, each holds auctions for its time and turns the rest away', () => {
  const loop = openLoop();
  for (let i = 0; i < 10; i++) loop.turn(200, 0.125);
  expect(loop.turn(200, 0.125)).toBe(32);
  expect(loop.gate.shed).toBeGreaterThanOrEqual(120);
});

test('after the overload all are served again', () => {
  const loop = openLoop();
  for (let i = 0; i < 10; i++) loop.turn(200, 0.125);
  expect(loop.turn(20, 0.125)).toBe(20);
  expect(loop.turn(200, 0.125)).toBe(200);
});

test('a night without requests is no overload', () => {
  const loop = openLoop();
  loop.idle(3_600_000);
  expect(loop.turn(400, 0.125)).toBe(400);
});
