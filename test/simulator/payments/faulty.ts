/**
 * Many payouts over a gateway and a process that fail at random: every fault before and after the commit, on transfers
 * and on queries, and a sender that dies between any two of its steps. Runs until nothing is open; then counts.
 */
import { sql } from 'drizzle-orm';
import { type AccountCode, accounts, post } from '../../../api/ledger/ledger.ts';
import { outBizNo } from '../../../api/payments/parts.ts';
import {
  type Alipay,
  approvePayout,
  type PayoutContext,
  requestPayout,
  resolveUnknown,
  sendPayouts,
} from '../../../api/payments/payments.ts';
import { dayOf } from '../../../db/terms/day.ts';
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
  /** Payouts whose statement, maker and checker come about as in life; the rest are written as approved, in batches. */
  lived?: number;
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
const WIDTH = 12;
/** Parts a round sends at most, and asks about at most. */
const ROUND = 2_000;

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
  while (open > 0 && rounds < 2_000 + options.payouts / 10) {
    rounds += 1;
    await sendPayouts(ctx, { limit: ROUND, concurrency: WIDTH }).catch(isKill);
    await resolveUnknown(ctx, { limit: ROUND, concurrency: WIDTH }).catch(isKill);
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

/** Every payout has a statement, a maker and a checker of its own. */
async function approveMany(house: House, options: FaultyOptions): Promise<bigint> {
  const { payouts, random, lived = payouts } = options;
  const outlets: number[] = [];
  for (let n = 0; n < OUTLETS; n += 1) outlets.push(await house.owe(1_000_000n));
  let approvedFen = 0n;
  for (let left = payouts - lived; left > 0; left -= BATCH)
    approvedFen += await insertApproved(house, outlets, Math.min(left, BATCH), random);
  await lanes(Math.min(lived, payouts), async (n) => {
    const amountMicroCny = 100_000n + BigInt(Math.floor(random() * 50_000_000));
    const statementId = await house.oweMore(outlets[n % OUTLETS] as number, amountMicroCny);
    const made = await requestPayout(house.ctx, { statementId, by: 'maker' });
    await approvePayout(house.ctx, { payoutId: made.payoutId, by: 'checker' });
    approvedFen += made.amountFen;
  });
  return approvedFen;
}

const BATCH = 1_000;

/** What approval leaves behind, for many payouts at once: payout, part, and its journal; the failing begins after it. */
async function insertApproved(
  house: House,
  outlets: readonly number[],
  count: number,
  random: () => number,
): Promise<bigint> {
  const { db, clock } = house.ctx;
  const now = clock();
  const day = dayOf(now);
  const amounts = Array.from({ length: count }, () => 10n + BigInt(Math.floor(random() * 5_000)));
  const first = house.statements.size + 1;
  for (const [i, fen] of amounts.entries())
    house.statements.set(first + i, {
      outletId: outlets[i % outlets.length] as number,
      amountMicroCny: fen * 10_000n,
      payable: false,
      needsInvoice: false,
      invoiceNo: null,
      steps: ['paying'],
    });
  const rows = amounts.map((fen, i) => ({
    s: first + i,
    o: outlets[i % outlets.length],
    f: fen.toString(),
  }));
  const at = new Date(now).toISOString();
  const made = await db.execute<{ id: string; outlet_id: string; amount_fen: string }>(sql`
    INSERT INTO payout (statement_id, outlet_id, payee_name, payee_account, due_micro_cny, amount_fen, carry_micro_cny,
                        status, created_by, created_at, approved_by, approved_at)
    SELECT x.s, x.o, o.payee_name, o.payee_alipay_account, x.f * 10000, x.f, 0, 'approved', 'maker',
           ${at}::timestamptz, 'checker', ${at}::timestamptz
      FROM json_to_recordset(${JSON.stringify(rows)}::text::json) AS x(s bigint, o bigint, f bigint)
      JOIN outlet o ON o.id = x.o
    RETURNING id, outlet_id, amount_fen`);
  const parts = made.map((row) => ({
    p: row.id,
    n: outBizNo(day, Number(row.id), 1),
    f: row.amount_fen,
  }));
  await db.execute(sql`
    INSERT INTO payout_part (payout_id, ordinal, out_biz_no, amount_fen, next_attempt_at)
    SELECT x.p, 1, x.n, x.f, ${at}::timestamptz
      FROM json_to_recordset(${JSON.stringify(parts)}::text::json) AS x(p bigint, n text, f bigint)`);
  await post(
    db,
    made.flatMap((row) => {
      const amountMicroCny = BigInt(row.amount_fen) * 10_000n;
      const payable = accounts.payable(Number(row.outlet_id));
      const move = (key: string, kind: string, debit: AccountCode, credit: AccountCode) => ({
        key: `payout:${row.id}:${key}`,
        kind,
        day,
        subject: `payout:${row.id}` as const,
        entries: [
          { account: debit, amountMicroCny },
          { account: credit, amountMicroCny: -amountMicroCny },
        ],
      });
      return [
        move('earned', 'charge', accounts.opening, payable),
        move('approved', 'payout.sent', payable, accounts.payoutClearing),
      ];
    }),
  );
  return amounts.reduce((sum, fen) => sum + fen, 0n);
}
