/**
 * Many payouts over a gateway and a process that fail at random: every fault before and after the commit, on transfers
 * and on queries, and a sender that dies between any two of its steps. Runs until nothing is open; then counts.
 */
import {
  type Alipay,
  approvePayout,
  type PayoutContext,
  requestPayout,
  resolveUnknown,
  sendPayouts,
} from '../../../api/payments/payments.ts';
import { CALL_FAULTS } from '../alipay/faults.ts';
import type { House } from './house.ts';

export interface FaultyOptions {
  payouts: number;
  random: () => number;
  /** Of a thousand calls, how many meet each of the faults other than `hang`. */
  perMille?: number;
  /** `hang` costs a real time-out each. */
  hangPerMille?: number;
  /** Of a thousand transfers, how many find the sender dead before, and as many after the call. */
  killPerMille?: number;
}

export interface FaultyRun {
  payouts: number;
  succeeded: number;
  open: number;
  /** Transfers at the gateway whose number was paid more than once. */
  twice: number;
  /** Sends and queries that a fault met. */
  faults: number;
  kills: number;
  rounds: number;
  wrongs: string[];
}

const TRANSFER = 'alipay.fund.trans.uni.transfer';
const QUERY = 'alipay.fund.trans.common.query';
const OUTLETS = 20;
const WIDTH = 6;

async function lanes(count: number, act: (n: number) => Promise<void>): Promise<void> {
  let next = 0;
  const lane = async () => {
    while (next < count) {
      next += 1;
      await act(next);
    }
  };
  await Promise.all(Array.from({ length: WIDTH }, lane));
}

class Killed extends Error {}

/** A client whose process dies now and then, just before or just after the call has gone out. */
function mortal(alipay: Alipay, random: () => number, perMille: number, count: () => void): Alipay {
  const die = () => {
    if (random() * 1000 >= perMille) return;
    count();
    throw new Killed('killed');
  };
  return {
    ...alipay,
    async transfer(order) {
      die();
      const answer = await alipay.transfer(order);
      die();
      return answer;
    },
  };
}

export async function runFaultyPayouts(house: House, options: FaultyOptions): Promise<FaultyRun> {
  const { random } = options;
  const approvedFen = await approveMany(house, options);
  for (const kind of CALL_FAULTS)
    for (const when of ['before', 'after'] as const)
      for (const method of [TRANSFER, QUERY]) {
        const perMille = kind === 'hang' ? (options.hangPerMille ?? 2) : (options.perMille ?? 45);
        house.gateway.faults.onCall({ kind, when, method, perMille });
      }
  let kills = 0;
  const alipay = mortal(house.ctx.alipay, random, options.killPerMille ?? 20, () => {
    kills += 1;
  });
  const ctx: PayoutContext = { ...house.ctx, alipay };
  const isKill = (error: unknown) => {
    if (!(error instanceof Killed)) throw error;
  };
  let rounds = 0;
  let open = options.payouts;
  while (open > 0 && rounds < 2_000) {
    rounds += 1;
    await sendPayouts(ctx, { limit: 500, concurrency: WIDTH }).catch(isKill);
    await resolveUnknown(ctx, { limit: 500, concurrency: WIDTH }).catch(isKill);
    // A round is short while there is work, and long when everybody waits.
    house.advance(rounds % 4 === 0 ? 11 * 60_000 : 20_000);
    open = await house.count("FROM payout_part WHERE status IN ('pending', 'sending', 'unknown')");
  }
  const paid = new Map<string, number>();
  for (const { kind, outNo } of house.gateway.book.movements)
    if (kind === '转账') paid.set(outNo, (paid.get(outNo) ?? 0) + 1);
  const outFen = house.gateway.book.movements
    .filter((m) => m.kind === '转账')
    .reduce((sum, m) => sum - m.amountFen, 0n);
  const wrongs = await house.wrongs();
  if (outFen !== approvedFen) wrongs.push(`paid ${outFen} fen, approved ${approvedFen}`);
  return {
    payouts: options.payouts,
    succeeded: await house.count("FROM payout WHERE status = 'succeeded'"),
    open,
    twice: [...paid.values()].filter((times) => times > 1).length,
    faults: house.gateway.faults.struck(),
    kills,
    rounds,
    wrongs,
  };
}

/** Every payout has a statement, a maker and a checker of its own, as in life. */
async function approveMany(house: House, { payouts, random }: FaultyOptions): Promise<bigint> {
  const outlets: number[] = [];
  for (let n = 0; n < OUTLETS; n += 1) outlets.push(await house.owe(1_000_000n));
  let approvedFen = 0n;
  await lanes(payouts, async (n) => {
    const amountMicroCny = 100_000n + BigInt(Math.floor(random() * 50_000_000));
    const statementId = await house.oweMore(outlets[n % OUTLETS] as number, amountMicroCny);
    const made = await requestPayout(house.ctx, { statementId, by: 'maker' });
    await approvePayout(house.ctx, { payoutId: made.payoutId, by: 'checker' });
    approvedFen += made.amountFen;
  });
  return approvedFen;
}
