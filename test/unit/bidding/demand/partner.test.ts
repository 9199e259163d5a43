import { expect, test } from 'vitest';
import { Lateness } from '../../../../bidding/demand/lateness.ts';
import { Gate } from '../../../../bidding/demand/partner.ts';
import { aPartner } from '../../../kit/snapshot.ts';

const aGate = (over = {}) => new Gate(aPartner(1, 'one', 'http://one.example', over));

test('one that hangs is waited for twice, asked ten times, and then once in five seconds', () => {
  const gate = aGate();
  let asked = 0;
  let waitedFor = 0;
  for (let ms = 0; ms < 20_000; ms += 20) {
    if (gate.admit(ms, 0.99) !== undefined) continue;
    asked++;
    if (gate.isTrusted) waitedFor++;
    gate.answered('timed_out', 150, ms + 150);
  }
  expect(waitedFor).toBe(2);
  expect(asked).toBe(10 + 3);
  gate.answered('no_bid', 20, 20_000);
  expect([gate.isTrusted, gate.admit(20_001, 0)]).toEqual([true, undefined]);
});

test('where the node itself was late, nobody loses standing', () => {
  const gate = aGate();
  for (let i = 0; i < 5; i++) gate.answered('timed_out', 180, i, true);
  expect(gate.isTrusted).toBe(true);
});

test('nobody waits for the one call that shows whether a breaker may close', () => {
  const gate = aGate();
  for (let i = 0; i < 10; i++) gate.answered('timed_out', 180, i, true);
  expect([gate.admit(100, 0), gate.admit(6_000, 0)]).toEqual(['breaker_open', undefined]);
  expect(gate.isTrusted).toBe(false);
  gate.answered('bid', 20, 6_020);
  expect(gate.isTrusted).toBe(true);
});

test('with the rate of errors fewer calls go through, a tenth always', () => {
  const gate = aGate();
  const goes = (chance: number): boolean => gate.admit(1, chance) === undefined;
  expect(goes(0)).toBe(true);
  for (let i = 0; i < 30; i++) gate.answered(i % 2 === 0 ? 'failed' : 'no_bid', 20, 1);
  expect([goes(0.2), goes(0.5)]).toEqual([false, true]);
  for (let i = 0; i < 300; i++) gate.answered(i % 9 < 8 ? 'failed' : 'no_bid', 20, 1);
  expect([goes(0.5), goes(0.95)]).toEqual([false, true]);
});

test('a quota is so many calls a second, and connections follow it', () => {
  const gate = aGate({ qps: 10, timeoutMs: 150 });
  let asked = 0;
  for (let ms = 0; ms < 2_000; ms += 5) if (gate.admit(ms, 0) === undefined) asked++;
  expect(asked).toBeGreaterThanOrEqual(29);
  expect(asked).toBeLessThanOrEqual(30);
  expect(gate.connections).toBe(4);
  expect(aGate({ qps: 200 }).connections).toBe(60);
  expect(aGate({ qps: 100_000 }).connections).toBe(256);
});

test('lateness is the worst of late, and halves each second', () => {
  const lateness = new Lateness();
  lateness.note(40, 1_000);
  lateness.note(10, 1_000);
  expect(lateness.at(1_000)).toBe(40);
  expect(lateness.at(2_000)).toBe(20);
  lateness.note(25, 2_000);
  expect(lateness.at(3_000)).toBe(12.5);
});
