/** The money simulator itself: a short walk holds, a killed line ends where it should, and a broken book is noticed. */
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../../db/client.ts';
import { dayStartMs } from '../../../db/terms/day.ts';
import { openTestDatabase } from '../../kit/database.ts';
import { wrongsDeep, wrongsNow } from '../../simulator/sim/invariants.ts';
import { playLine } from '../../simulator/sim/line.ts';
import { runSim } from '../../simulator/sim/run.ts';
import { addCast, openSimWorld, type World } from '../../simulator/sim/world.ts';

let db: Database;
let world: World;
beforeAll(async () => {
  ({ db } = await openTestDatabase({ max: 4 }));
  world = await openSimWorld(db, { seed: 7, startMs: dayStartMs('2026-01-20') });
});
afterAll(() => world.close());

describe('the money simulator', () => {
  it('kills the line of a yuan at steps all along it, and the money ends where it would have', async () => {
    const play = async (month: string, dieBefore: number | null) =>
      playLine(world, await addCast(db, { outlets: 1, advertisers: 1 }), month, dieBefore);
    const whole = await play('2026-02', null);
    expect(whole.steps).toBeGreaterThanOrEqual(200);
    for (const [month, at] of [
      ['2026-03', 2],
      ['2026-04', 7],
      ['2026-05', 11],
    ] as const) {
      const end = await play(month, at);
      expect(end.diedAt.length).toBeGreaterThan(4);
      expect(end).toMatchObject({ balances: whole.balances, wrongs: [] });
      expect(await wrongsNow(db, world.gateway)).toEqual([]);
    }
    expect(await wrongsDeep(db)).toEqual([]);
  });

  it('walks at random with kills and faults, and every invariant holds after each step', async () => {
    const cast = await addCast(db, { outlets: 2, advertisers: 2 });
    const result = await runSim(world, cast, { steps: 150, killPerMille: 300, deepEvery: 75 });
    expect(result.violation).toBeNull();
    expect(result.steps).toBe(150);
    expect(result.refused).toBeGreaterThan(0);
    expect(result.killed).toBeGreaterThan(0);
  });

  it('notices cash that the bank does not have, and a balance that was bent', async () => {
    const paid = world.gateway.book.movements.find(({ kind }) => kind === '在线支付');
    expect(paid).toBeDefined();
    paid!.amountFen -= 1n;
    expect((await wrongsNow(db, world.gateway)).join()).toContain('cash is');
    paid!.amountFen += 1n;
    expect(await wrongsNow(db, world.gateway)).toEqual([]);
    await db.execute(sql`UPDATE balance SET amount_micro_cny = amount_micro_cny - 1 WHERE floor_micro_cny IS NULL
      AND account_id = (SELECT id FROM account WHERE code = 'opening')`);
    expect((await wrongsNow(db, world.gateway)).join()).toContain('trial balance');
    expect((await wrongsDeep(db)).join()).toContain('balance differs from its entries');
  });
});
