import { expect, test } from 'vitest';
import { followClock } from '../../../../bidding/wire/followedClock.ts';

function openClock(offMs: number) {
  const world = { trueMs: 1_800_000_000_000, offMs, roundTripMs: 4, away: false };
  const told: number[] = [];
  const ask = async () => {
    if (world.away) throw new Error('away');
    world.trueMs += world.roundTripMs / 2;
    const answer = [String(Math.floor(world.trueMs / 1000)), String((world.trueMs % 1000) * 1000)];
    world.trueMs += world.roundTripMs / 2;
    return answer;
  };
  const clock = followClock(
    ask,
    (skewMs) => told.push(skewMs),
    () => world.trueMs + world.offMs,
  );
  return { world, clock, told };
}

test('a clock that keeps time is left alone', async () => {
  const { clock, world, told } = openClock(300);
  await clock.look();
  expect(clock.now()).toBe(world.trueMs + 300);
  expect(told).toEqual([]);
});

test('one that is off, fast or slow, is put right, and right again when somebody sets it', async () => {
  for (const offMs of [90_000, -90_000]) {
    const { clock, world, told } = openClock(offMs);
    await clock.look();
    expect(clock.now()).toBe(world.trueMs);
    world.offMs = 0;
    await clock.look();
    expect(clock.now()).toBe(world.trueMs);
    expect(told).toEqual([-offMs, 0]);
  }
});

test('an answer that never came, or came late, changes nothing', async () => {
  const { clock, world } = openClock(90_000);
  world.away = true;
  await clock.look();
  world.away = false;
  world.roundTripMs = 5_000;
  await clock.look();
  expect(clock.now()).toBe(world.trueMs + 90_000);
});
