/** A case that holds more than one movement's money: a top-up paid twice and unheard of, whose parts are settled one by one. */
import { afterEach, describe, expect, it } from 'vitest';
import { accounts } from '../../../../api/ledger/ledger.ts';
import { querySweep } from '../../../../api/payments/payments.ts';
import { gateOf } from '../../../../api/periods/periods.ts';
import {
  applyRemedy,
  approveWriteOff,
  balanceCash,
  matchBill,
  proposeWriteOff,
  resolveCase,
  suspendCase,
  unsettledCases,
} from '../../../../api/reconciliation/reconciliation.ts';
import { addDays, dayStartMs, monthOf } from '../../../../db/terms/day.ts';
import { createLife, Killed, mortalDatabase } from '../../../simulator/sim/mortal.ts';
import { MINUTE, openDays } from './days.ts';

const { world, today, newDay, reconcile, topUp, cases, unexplained } = await openDays();
const { ctx, gateway } = world;
const FEN = 10_000n;
const PAID = 50_000n * FEN;

afterEach(() => gateway.faults.clear());

const suspense = () => world.balance(accounts.suspense);
const wallet = () => world.balance(accounts.wallet(1));
const ask = (caseId: number) => applyRemedy(ctx, { caseId, by: 'f2' });
const book = (caseId: number, by: string) =>
  resolveCase(ctx, { caseId, by, resolution: 'supplemented', note: '重复支付，入账' });

/** A top-up of 500 yuan that nobody told us of, paid twice; its day compared with the bill. */
async function paidTwice() {
  const day = newDay();
  const made = await topUp(50_000, false);
  gateway.book.payAgain(made.outTradeNo);
  await reconcile(day);
  const [found] = await cases();
  expect(found).toMatchObject({ kinds: ['status', 'duplicate'], differenceFen: 100_000n });
  return { ...made, day, caseId: found!.id };
}

/** What is left of the case: one part. */
async function partOf(caseId: number) {
  const left = await unsettledCases(ctx.db);
  expect(left).toMatchObject([{ partOf: caseId, kinds: ['duplicate'], differenceFen: 50_000n }]);
  return left[0]!;
}

async function allSettled() {
  expect(await unsettledCases(ctx.db)).toEqual([]);
  expect(await suspense()).toBe(0n);
  expect(await world.wrongs()).toEqual([]);
}

describe('a top-up paid twice and unheard of', () => {
  it('leaves suspense by parts: one is credited when Alipay is asked, the other booked by two people', async () => {
    const { caseId } = await paidTwice();
    const before = await wallet();
    await suspendCase(ctx, { caseId, by: 'f1' });
    expect(await suspense()).toBe(2n * PAID);
    expect(await ask(caseId)).toBe('restated');
    expect([await suspense(), await wallet()]).toEqual([PAID, before + PAID]);
    expect(await world.wrongs()).toEqual([]);
    const rest = await partOf(caseId);
    expect(rest).toMatchObject({ status: 'suspended', suspendedBy: 'f1' });
    await expect(ask(caseId)).rejects.toMatchObject({ code: 'conflict' });
    await expect(book(caseId, 'f2')).rejects.toMatchObject({ code: 'conflict' });
    await expect(book(rest.id, 'f1')).rejects.toMatchObject({ code: 'four_eyes' });
    await book(rest.id, 'f2');
    expect(await wallet()).toBe(before + 2n * PAID);
    await allSettled();
  });

  it('has its other part sent back at the desk: the bill that lists it closes that part', async () => {
    const { caseId, outTradeNo } = await paidTwice();
    await suspendCase(ctx, { caseId, by: 'f1' });
    await ask(caseId);
    const before = await wallet();
    const rest = await partOf(caseId);
    gateway.book.refund(outTradeNo, 'by-hand', 50_000n);
    await reconcile(addDays(today(), 1));
    const note = { caseId: rest.id, by: 'f2', note: '已退' };
    await expect(proposeWriteOff(ctx, note)).rejects.toMatchObject({ code: 'conflict' });
    await resolveCase(ctx, { ...note, resolution: 'refunded' });
    expect(await wallet()).toBe(before);
    await allSettled();
  });

  it('found by the sweep before anybody looked, is restated by the next comparison and written off by two', async () => {
    const { caseId, day } = await paidTwice();
    await querySweep(ctx);
    await matchBill(ctx, day);
    const { id, ...rest } = await partOf(caseId);
    expect(rest).toMatchObject({ status: 'open', suspendedBy: null });
    await suspendCase(ctx, { caseId: id, by: 'f1' });
    await proposeWriteOff(ctx, { caseId: id, by: 'f1', note: '付款人无法联系' });
    await approveWriteOff(ctx, { caseId: id, by: 'f2' });
    expect(await matchBill(ctx, day)).toMatchObject({ lines: 0, cases: 0 });
    await allSettled();
  });

  it('is restated once, whoever asks at the same time, and each part is booked once', async () => {
    const { caseId, day } = await paidTwice();
    const before = await wallet();
    await suspendCase(ctx, { caseId, by: 'f1' });
    const asked = await Promise.allSettled([ask(caseId), ask(caseId), matchBill(ctx, day)]);
    expect(asked.filter(({ status }) => status === 'fulfilled').length).toBeGreaterThan(0);
    if ((await unsettledCases(ctx.db))[0]?.id === caseId) await ask(caseId);
    expect([await suspense(), await wallet()]).toEqual([PAID, before + PAID]);
    const { id } = await partOf(caseId);
    const booked = await Promise.allSettled(['f2', 'f3', 'f4'].map((by) => book(id, by)));
    expect(booked.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await wallet()).toBe(before + 2n * PAID);
    await allSettled();
  });

  it('killed before any step of being asked about, is whole or in its parts, never between', async () => {
    const { caseId } = await paidTwice();
    await suspendCase(ctx, { caseId, by: 'f1' });
    const before = await wallet();
    const life = createLife();
    const mortal = { ...ctx, db: mortalDatabase(ctx.db.$client, life) };
    let kills = 0;
    for (let outcome: string | undefined; outcome !== 'restated'; kills += 1) {
      life.killAfter(kills);
      outcome = await applyRemedy(mortal, { caseId, by: 'f2' }).catch((error) => {
        expect(String(error.cause ?? error)).toContain(new Killed().message);
        return undefined;
      });
      life.revive();
      const credited = (await wallet()) - before;
      const suspended = outcome === 'restated' ? PAID : 2n * PAID;
      expect([0n, PAID]).toContain(credited);
      expect([await suspense(), outcome && credited]).toEqual([suspended, outcome && PAID]);
    }
    expect(kills).toBeGreaterThan(10);
    await book((await partOf(caseId)).id, 'f2');
    await allSettled();
  });
});

describe('a top-up unheard of', () => {
  it('and paid again after midnight is credited once, though two cases are about it', async () => {
    const day = newDay();
    const made = await topUp(50_000, false);
    const before = await wallet();
    await reconcile(day);
    gateway.book.payAgain(made.outTradeNo);
    await reconcile(addDays(day, 1));
    const [first, second] = await unsettledCases(ctx.db);
    for (const { id } of [first!, second!]) await suspendCase(ctx, { caseId: id, by: 'f1' });
    expect(await ask(first!.id)).toBe('supplemented');
    expect(await ask(second!.id)).toBe('restated');
    expect([await suspense(), await wallet()]).toEqual([PAID, before + PAID]);
    expect(await world.wrongs()).toEqual([]);
    await book((await partOf(second!.id)).id, 'f2');
    await allSettled();
  });

  it('of which the bill names another amount leaves the difference in suspense, and the bill’s own balances explain it', async () => {
    const day = newDay();
    await topUp(50_000, false);
    gateway.faults.onBill('one_fen_off');
    await reconcile(day);
    const [found] = await cases();
    await suspendCase(ctx, { caseId: found!.id, by: 'f1' });
    expect(await ask(found!.id)).toBe('restated');
    expect(await suspense()).toBe(FEN);
    const [rest] = await unsettledCases(ctx.db);
    expect(rest).toMatchObject({ kinds: ['amount'], differenceFen: 1n, remedy: 'correct_amount' });
    const mistake = { caseId: rest!.id, by: 'f2', note: '账单有误' };
    await resolveCase(ctx, { ...mistake, resolution: 'reversed' });
    await allSettled();
  });
});

describe('the daily balance and the month’s gate', () => {
  it('are exact at the end of every day, while parts are in suspense and after', async () => {
    const { caseId, day } = await paidTwice();
    await suspendCase(ctx, { caseId, by: 'f1' });
    world.set(dayStartMs(addDays(day, 2)) + 12 * 60 * MINUTE);
    await ask(caseId);
    world.set(dayStartMs(addDays(day, 3)) + 12 * 60 * MINUTE);
    await book((await partOf(caseId)).id, 'f2');
    const ends = await Promise.all([-1, 1, 2, 3].map((n) => balanceCash(ctx.db, addDays(day, n))));
    const before = ends[0]!.suspendedFen;
    expect(ends.map((end) => end.suspendedFen - before)).toEqual([0n, 100_000n, 50_000n, 50_000n]);
    expect(await unexplained()).toEqual([]);
    const gate = await gateOf(ctx, monthOf(day));
    for (const name of ['cash', 'cases'])
      expect(gate.find((check) => check.name === name)).toMatchObject({ ok: true });
    await allSettled();
  });
});
