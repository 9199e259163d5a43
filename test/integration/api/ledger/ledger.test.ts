/** The ledger under attack: concurrency, replays, hand-written SQL, the application role. */
import { sql } from 'drizzle-orm';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  type AccountCode,
  accounts,
  balanceOf,
  captureHold,
  expireHolds,
  findHolds,
  type Journal,
  journalsOf,
  ledgerFaults,
  periodHash,
  placeHold,
  post,
  releaseHold,
  resizeHold,
  sealJournals,
  setCreditLimit,
  trialBalance,
  turnPeriod,
} from '../../../../api/ledger/ledger.ts';
import type { Database } from '../../../../db/client.ts';
import { openTestDatabase } from '../../../kit/database.ts';

const DAY = '2026-11-10';
let db: Database;
let next = 1;
beforeAll(async () => {
  ({ db } = await openTestDatabase({ max: 20 }));
});

const move = (key: string, from: AccountCode, to: AccountCode, amount: bigint): Journal => ({
  key,
  kind: 'test',
  day: DAY,
  entries: [
    { account: to, amountMicroCny: -amount },
    { account: from, amountMicroCny: amount },
  ],
});

/** A wallet of its own with money in it. */
async function wallet(amountMicroCny: bigint) {
  const id = next++;
  const account = accounts.wallet(id);
  await post(db, [move(`fill:${id}`, accounts.alipayCash, account, amountMicroCny)]);
  return account;
}

const balance = async (account: AccountCode) => (await balanceOf(db, account)).balanceMicroCny;
const whole = async () => expect(await ledgerFaults(db, { chain: true })).toEqual([]);

describe('posting', () => {
  it('is once a key, for the same body, in whatever batch and however often at once', async () => {
    const from = await wallet(1_000_000n);
    const journal = move('once', from, accounts.platformRevenue, 10_000n);
    const filler = (n: number) => move(`filler:${n}`, from, accounts.platformRevenue, 1n);
    const all = await Promise.all(
      Array.from({ length: 12 }, (_, n) =>
        post(db, n % 2 ? [journal] : [filler(n), journal, journal]),
      ),
    );
    const ids = new Set(
      all
        .flat()
        .filter((row) => row.key === 'once')
        .map((row) => row.journalId),
    );
    expect(ids.size).toBe(1);
    expect(all.flat().filter((row) => row.key === 'once' && !row.replayed)).toHaveLength(1);
    expect(await balance(from)).toBe(1_000_000n - 10_000n - 6n);
  });

  it.each([
    ['another amount', { amount: 2n }],
    ['another account', { to: accounts.suspense }],
    ['another day', { day: '2026-11-11' }],
    ['another memo', { memo: 'x' }],
    ['another kind', { kind: 'other' }],
  ])('refuses a known key with %s, and moves nothing', async (_, change) => {
    const from = await wallet(10_000n);
    const key = `known:${from}`;
    await post(db, [move(key, from, accounts.platformRevenue, 1n)]);
    const {
      amount = 1n,
      to = accounts.platformRevenue,
      ...rest
    } = change as {
      amount?: bigint;
      to?: AccountCode;
    };
    const other = { ...move(key, from, to, amount), ...rest };
    await expect(post(db, [other])).rejects.toMatchObject({ code: 'idempotency_mismatch' });
    await expect(
      post(db, [move(`${key}:beside`, from, accounts.platformRevenue, 1n), other]),
    ).rejects.toMatchObject({ code: 'idempotency_mismatch' });
    expect(await balance(from)).toBe(9_999n);
  });

  it('does not let a memo pose as a subject, nor one line as two', async () => {
    const from = await wallet(10_000n);
    const base = move(`net:${from}`, from, accounts.platformRevenue, 5n);
    await post(db, [{ ...base, memo: '1:a', subject: 'b:1' }]);
    await expect(post(db, [{ ...base, memo: '1:a3:b:1' }])).rejects.toMatchObject({
      code: 'idempotency_mismatch',
    });
  });

  it('counts every line of a batch that names one account many times', async () => {
    const from = await wallet(10_000n);
    const batch = Array.from({ length: 50 }, (_, n) =>
      move(`many:${from}:${n}`, from, accounts.payable(900), 7n),
    );
    const twice: Journal = {
      key: `twice:${from}`,
      kind: 'test',
      day: DAY,
      entries: [
        { account: from, amountMicroCny: 1n },
        { account: from, amountMicroCny: 2n },
        { account: accounts.payable(900), amountMicroCny: -3n },
      ],
    };
    await post(db, [...batch, twice]);
    expect(await balance(from)).toBe(10_000n - 353n);
    expect(await balance(accounts.payable(900))).toBe(353n);
    await whole();
  });

  it.each([
    ['that do not sum to zero', [1n, -2n]],
    ['with a zero', [0n, 0n]],
    ['alone', [1n]],
    ['that overflow', [2n ** 62n, 2n ** 62n, -(2n ** 63n) + 1n]],
    ['there are none of', []],
  ])('refuses lines %s', async (_, amounts) => {
    const entries = amounts.map((amountMicroCny, n) => ({
      account: accounts.payable(901 + n),
      amountMicroCny,
    }));
    const bad = { key: `bad:${next++}`, kind: 'test', day: DAY, entries };
    await expect(post(db, [bad])).rejects.toThrow();
    expect(await balance(accounts.payable(901))).toBe(0n);
  });

  it('refuses accounts of no known kind, and cash that is not whole fen', async () => {
    const from = await wallet(20_000n);
    for (const code of ['slush_fund', 'wallet', 'platform_revenue:1', 'wallet:0', 'wallet:1; --']) {
      const journal = move(`code:${code}`, from, code as AccountCode, 1n);
      await expect(post(db, [journal])).rejects.toThrow();
    }
    const journal = move(`fen:${from}`, from, accounts.alipayCash, 10_001n);
    await expect(post(db, [journal])).rejects.toMatchObject({ code: 'invalid_input' });
  });
});

describe('a floor', () => {
  it('holds against many who spend at once: exactly what is there goes out', async () => {
    const from = await wallet(100_000n);
    const results = await Promise.allSettled(
      Array.from({ length: 40 }, (_, n) =>
        post(db, [move(`race:${from}:${n}`, from, accounts.platformRevenue, 7_000n)]),
      ),
    );
    expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(14);
    for (const result of results) {
      if (result.status === 'rejected') {
        expect(result.reason).toMatchObject({ code: 'insufficient_funds' });
      }
    }
    expect(await balance(from)).toBe(2_000n);
    await whole();
  });

  it('counts holds, in any race of holds, charges and captures', async () => {
    const from = await wallet(100_000n);
    await Promise.allSettled(
      Array.from({ length: 30 }, async (_, n) => {
        const key = `mixed:${from}:${n}`;
        if (n % 3 === 0) {
          return post(db, [move(key, from, accounts.platformRevenue, 9_000n)]);
        }
        await placeHold(db, { key, account: from, amountMicroCny: 9_000n, upTo: n % 3 === 1 });
        const journal = move(`${key}:capture`, from, accounts.payable(902), 4_000n);
        await captureHold(db, { key, amountMicroCny: 4_000n, journal });
        return n % 2 ? releaseHold(db, key) : resizeHold(db, { key, remainingMicroCny: 100n });
      }),
    );
    const now = await balanceOf(db, from);
    expect(now.availableMicroCny >= 0n).toBe(true);
    await whole();
  });

  it('is minus the credit limit, and cannot be raised above what is spent', async () => {
    const from = await wallet(10_000n);
    await setCreditLimit(db, from, 5_000n);
    await post(db, [move(`credit:${from}`, from, accounts.platformRevenue, 14_000n)]);
    expect(await balanceOf(db, from)).toMatchObject({
      balanceMicroCny: -4_000n,
      availableMicroCny: 1_000n,
    });
    await expect(setCreditLimit(db, from, 3_999n)).rejects.toMatchObject({
      code: 'insufficient_funds',
    });
  });
});

describe('a hold', () => {
  it('is placed once a key, and refuses the key for another amount', async () => {
    const account = await wallet(10_000n);
    const hold = { key: `h:${account}`, account, amountMicroCny: 4_000n };
    const placed = await Promise.all([1, 2, 3, 4].map(() => placeHold(db, hold)));
    expect(new Set(placed.map((one) => one.amountMicroCny))).toEqual(new Set([4_000n]));
    expect((await balanceOf(db, account)).heldMicroCny).toBe(4_000n);
    await expect(placeHold(db, { ...hold, amountMicroCny: 1n })).rejects.toMatchObject({
      code: 'idempotency_mismatch',
    });
  });

  it('gives no more than it holds, and nothing once released or expired', async () => {
    const account = await wallet(10_000n);
    const key = `gives:${account}`;
    const take = (n: number, amount: bigint) =>
      captureHold(db, {
        key,
        amountMicroCny: amount,
        journal: move(`${key}:${n}`, account, accounts.platformRevenue, amount),
      });
    await placeHold(db, { key, account, amountMicroCny: 4_000n, expiresAtMs: 1_000 });
    const results = await Promise.allSettled([1, 2, 3, 4, 5, 6].map((n) => take(n, 1_500n)));
    expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(2);
    expect(await expireHolds(db, 1_000)).toBeGreaterThan(0);
    await expect(take(9, 1n)).rejects.toMatchObject({ code: 'conflict' });
    expect((await findHolds(db, [key])).get(key)).toMatchObject({
      status: 'expired',
      capturedMicroCny: 3_000n,
      releasedMicroCny: 1_000n,
    });
    await releaseHold(db, key);
    await whole();
  });

  it('cannot be captured by a key nobody placed, nor placed where there is no floor', async () => {
    const account = await wallet(10_000n);
    const journal = move(`ghost:${account}`, account, accounts.platformRevenue, 1n);
    await expect(captureHold(db, { key: 'ghost', amountMicroCny: 1n, journal })).rejects.toThrow();
    await expect(
      placeHold(db, { key: 'nofloor', account: accounts.payable(1), amountMicroCny: 1n }),
    ).rejects.toMatchObject({ code: 'invalid_input' });
  });
});

describe('the books', () => {
  it('balance, and an account’s journals come in pages, newest first', async () => {
    const from = await wallet(10_000n);
    for (let n = 0; n < 5; n++)
      await post(db, [move(`page:${from}:${n}`, from, accounts.payable(77), 1n)]);
    const first = await journalsOf(db, from, { limit: 4 });
    const second = await journalsOf(db, from, { limit: 4, cursor: first.nextCursor ?? undefined });
    const keys = [...first.items, ...second.items].map((journal) => journal.key);
    expect(keys).toHaveLength(6);
    expect(new Set(keys).size).toBe(6);
    expect(second.nextCursor).toBeNull();
    const rows = await trialBalance(db);
    expect(rows.reduce((sum, row) => sum + row.debitMicroCny - row.creditMicroCny, 0n)).toBe(0n);
    await whole();
  });

  it('tell a balance as of any day, before and after a month is closed', async () => {
    const account = accounts.payable(555);
    const on = (day: string): Journal => ({
      ...move(`asof:${day}`, accounts.opening, account, 100n),
      day,
    });
    await post(db, [on('2025-01-31'), on('2025-02-01'), on('2025-02-28'), on('2025-03-01')]);
    const expected = {
      '2025-01-30': 0n,
      '2025-01-31': 100n,
      '2025-02-27': 200n,
      '2025-02-28': 300n,
      '2025-03-31': 400n,
    };
    const check = async () => {
      for (const [day, amount] of Object.entries(expected)) {
        expect((await balanceOf(db, account, day)).balanceMicroCny, day).toBe(amount);
      }
    };
    await check();
    for (const month of ['2025-01', '2025-02']) {
      await turnPeriod(db, { month, to: 'closing', by: 'a' });
      await turnPeriod(db, { month, to: 'closed', by: 'a', certificate: { month } });
    }
    await check();
  });

  /** Journals that no block holds yet. */
  const unsealed = async () => {
    const [row] = await db.execute<{ n: number }>(sql`
      SELECT ((SELECT count(*) FROM journal) - (SELECT sum(journals) FROM journal_block))::int AS n`);
    return row?.n;
  };

  it('chain: a long transaction that posts nothing does not hold it back, and when it posts after all it leaves no hole', async () => {
    const [from, other] = [await wallet(1_000_000n), await wallet(1_000_000n)];
    const late = [move(`late:${from}`, from, accounts.platformRevenue, 1n)];
    await db.transaction(async (idle) => {
      // It has written, so it is the oldest transaction of the server, and is of no concern to the chain.
      await idle.execute(sql`CREATE TEMP TABLE report (n int) ON COMMIT DROP`);
      await post(db, [move(`chain:${from}`, from, accounts.platformRevenue, 1n)]);
      expect(await sealJournals(db)).toBeGreaterThan(0);
      expect(await unsealed()).toBe(0);
      await post(idle, late);
      await post(db, [move(`beside:${from}`, other, accounts.opening, 1n)]);
      // Its posting is under way: whatever it may be sealed with waits for it.
      expect(await sealJournals(db)).toBe(0);
    });
    expect(await sealJournals(db)).toBeGreaterThan(0);
    expect(await unsealed()).toBe(0);
    await whole();
  });

  it('chain: sealed blocks follow each other while others post, and miss nothing', async () => {
    const from = await wallet(1_000_000n);
    await Promise.all([
      ...Array.from({ length: 60 }, (_, n) =>
        post(db, [move(`chain:${from}:${n}`, from, accounts.platformRevenue, 1n)]),
      ),
      ...Array.from({ length: 10 }, () => sealJournals(db)),
    ]);
    await sealJournals(db);
    expect(await unsealed()).toBe(0);
    await whole();
  });
});

describe('a closed period', () => {
  it('takes nothing more, keeps its hash, and does not reopen', async () => {
    const old = { ...move('old', accounts.opening, accounts.payable(9), 5n), day: '2024-05-31' };
    await post(db, [old]);
    const hash = await periodHash(db, '2024-05');
    await turnPeriod(db, { month: '2024-05', to: 'closing', by: 'a' });
    const late = { ...old, key: 'late' };
    await expect(post(db, [late])).rejects.toMatchObject({ code: 'period_closed' });
    await post(db, [{ ...late, kind: 'period.rounding' }]);
    expect(await periodHash(db, '2024-05')).not.toBe(hash);
    await turnPeriod(db, { month: '2024-05', to: 'closed', by: 'a', certificate: { ok: true } });
    const closed = await periodHash(db, '2024-05');
    for (const kind of ['test', 'period.late']) {
      const journal = { ...late, key: `late:${kind}`, kind };
      await expect(post(db, [journal])).rejects.toMatchObject({ code: 'period_closed' });
    }
    for (const to of ['open', 'closing', 'closed'] as const) {
      await expect(
        turnPeriod(db, {
          month: '2024-05',
          to,
          by: 'a',
          ...(to === 'closed' ? { certificate: {} } : {}),
        }),
      ).rejects.toMatchObject({ code: 'period_closed' });
    }
    // The same journal again is still a replay, not a posting.
    expect((await post(db, [old]))[0]?.replayed).toBe(true);
    expect(await periodHash(db, '2024-05')).toBe(closed);
  });

  it('never leaks a journal when closing under load', async () => {
    for (let round = 0; round < 10; round++) {
      const month = `20${10 + round}-01`;
      const posting = Array.from({ length: 12 }, (_, n) =>
        post(db, [
          {
            ...move(`load:${month}:${n}`, accounts.opening, accounts.payable(9), 1n),
            day: `${month}-15`,
          },
        ]),
      );
      const closing = (async () => {
        await turnPeriod(db, { month, to: 'closing', by: 'a' });
        const before = await periodHash(db, month);
        await turnPeriod(db, { month, to: 'closed', by: 'a', certificate: { before } });
        return before;
      })();
      const [before] = await Promise.all([closing, Promise.allSettled(posting)]);
      expect(await periodHash(db, month)).toBe(before);
    }
  });
});
