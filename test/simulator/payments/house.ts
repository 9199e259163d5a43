/**
 * A house for payments alone: a database, a gateway, a clock to turn, and statements that only remember. For tests and
 * benches; what is behind Alipay's wire is our own gateway, over real HTTP with the real SDK.
 */
import { sql } from 'drizzle-orm';
import { accounts, balanceOf, ledgerFaults, post } from '../../../api/ledger/ledger.ts';
import {
  type PayoutContext,
  type PayoutStep,
  receiveNotify,
  type StatementPort,
} from '../../../api/payments/payments.ts';
import type { Database } from '../../../db/client.ts';
import { outlet } from '../../../db/schema/outlets.ts';
import { dayOf } from '../../../db/terms/day.ts';
import { openGatewayPair } from '../alipay/pair.ts';

export const NOON = Date.parse('2026-11-10T12:00:00+08:00');

export interface FakeStatement {
  outletId: number;
  amountMicroCny: bigint;
  payable: boolean;
  needsInvoice: boolean;
  invoiceNo: string | null;
  steps: PayoutStep[];
}

export interface HouseOptions {
  openingFen?: bigint;
  timeoutMs?: number;
  /** Source of chance of the gateway's faults. */
  random?: () => number;
  /** Of the gateway's keys, see `openGatewayPair`. */
  keyBits?: number;
}

export async function openHouse(db: Database, options: HouseOptions = {}) {
  let now = NOON;
  const clock = () => now;
  const notifyAnswers: string[] = [];
  let receive: ((form: Record<string, string>) => Promise<string>) | undefined;
  const pair = await openGatewayPair({
    clock,
    openingFen: options.openingFen ?? 0n,
    timeoutMs: options.timeoutMs ?? 400,
    random: options.random,
    ...(options.keyBits ? { keyBits: options.keyBits } : {}),
    postNotify: async (_url, form) => {
      const answer = await receive?.(form);
      if (answer) notifyAnswers.push(answer);
      return answer;
    },
  });
  const statements = new Map<number, FakeStatement>();
  const port: StatementPort = {
    async due(_tx, id) {
      const found = statements.get(id);
      if (!found) throw new Error(`no statement ${id}`);
      return found;
    },
    async advance(_tx, id, step) {
      const found = statements.get(id);
      found?.steps.push(step);
      // Payable again only when nothing is being paid, as with real statements.
      if (found) found.payable = step === 'failed' || step === 'returned';
    },
  };
  const ctx: PayoutContext = { db, clock, alipay: pair.alipay, statements: port };
  receive = (form) => receiveNotify(ctx, form);
  if (options.openingFen) await openCash(options.openingFen);

  /** Cash that was there before the test, in the ledger as at the bank. */
  async function openCash(fen: bigint): Promise<void> {
    const amountMicroCny = fen * 10_000n;
    await post(db, [
      {
        key: 'opening',
        kind: 'opening',
        day: dayOf(now),
        entries: [
          { account: accounts.alipayCash, amountMicroCny },
          { account: accounts.opening, amountMicroCny: -amountMicroCny },
        ],
      },
    ]);
  }

  /** An outlet that is owed the amount by an approved statement of the same number. */
  async function owe(amountMicroCny: bigint, payee = '示范县融媒体中心'): Promise<number> {
    const [row] = await db
      .insert(outlet)
      .values({
        organizationId: 'org',
        name: payee,
        tier: 'county',
        divisionCode: '330106',
        payeeName: payee,
        payeeAlipayAccount: `outlet${statements.size + 1}@hongze.test`,
      })
      .returning({ id: outlet.id });
    const outletId = row!.id;
    await oweMore(outletId, amountMicroCny);
    return outletId;
  }

  let journals = 0;
  /** Another approved statement of the outlet; returns its id. */
  async function oweMore(outletId: number, amountMicroCny: bigint): Promise<number> {
    const id = statements.size + 1;
    statements.set(id, {
      outletId,
      amountMicroCny,
      payable: true,
      needsInvoice: false,
      invoiceNo: null,
      steps: [],
    });
    journals += 1;
    await post(db, [
      {
        key: `earned:${journals}`,
        kind: 'charge',
        day: dayOf(now),
        entries: [
          { account: accounts.opening, amountMicroCny },
          { account: accounts.payable(outletId), amountMicroCny: -amountMicroCny },
        ],
      },
    ]);
    return id;
  }

  const balance = async (account: Parameters<typeof balanceOf>[1]) =>
    (await balanceOf(db, account)).balanceMicroCny;

  return {
    ctx,
    db,
    clock,
    gateway: pair.gateway,
    statements,
    notifyAnswers,
    owe,
    oweMore,
    balance,
    advance: (ms: number) => {
      now += ms;
    },
    set: (ms: number) => {
      now = ms;
    },
    /** Faults of the ledger, and cash that differs from the gateway's balance. */
    async wrongs(): Promise<string[]> {
      const faults = (await ledgerFaults(db)).map((f) => `${f.fault} ${f.subject}`);
      const cash = await balance(accounts.alipayCash);
      const bank = pair.gateway.book.balanceFen * 10_000n;
      return cash === bank ? faults : [...faults, `cash ${cash} ≠ bank ${bank}`];
    },
    count: async (query: string): Promise<number> => {
      const rows = (await db.execute(sql.raw(`SELECT count(*)::int AS n ${query}`))) as unknown as {
        n: number;
      }[];
      return rows[0]!.n;
    },
  };
}

export type House = Awaited<ReturnType<typeof openHouse>>;
