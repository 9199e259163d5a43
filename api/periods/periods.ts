/**
 * Closing a month: one person begins, another closes, through a gate, with a signed certificate. Owns that order, the month's
 * tax journal, and nothing of the books themselves. Refuses while anything in the gate does not hold, and an unexplained
 * suspense that nobody signs for.
 */
import { sql } from 'drizzle-orm';
import type { Database, Db } from '../../db/client.ts';
import type { Clock } from '../../db/terms/day.ts';
import { Failure } from '../../db/terms/failure.ts';
import { record } from '../audit/audit.ts';
import { ratesOn } from '../invoices/invoices.ts';
import {
  accounts,
  chainHead,
  lockPeriod,
  monthFigures,
  type Period,
  periodHash,
  periods,
  post,
  sealJournals,
  trialBalance,
  turnPeriod,
} from '../ledger/ledger.ts';
import { balanceCash } from '../reconciliation/reconciliation.ts';
import { daysOfMonth } from '../statements/statements.ts';
import { type Certificate, signCertificate } from './certificate.ts';
import { type GateCheck, periodGate, suspenseAt } from './gate.ts';
import { type Taxes, taxBase, taxesOf } from './taxes.ts';

export { certificateHolds } from './certificate.ts';
export type { GateCheck } from './gate.ts';

interface Ctx {
  db: Database;
  clock: Clock;
  config: { authSecret: string };
}

/** What stands between a month and its close. @throws Failure `invalid_input` (month). */
export const gateOf = (ctx: { db: Db; clock: Clock }, month: string): Promise<GateCheck[]> =>
  periodGate(ctx, { month, ...daysOfMonth(month) });

/** Stops all posting into the month but the close's own. @throws Failure `period_closed`. */
export async function beginClose(
  ctx: { db: Db; clock: Clock },
  input: { month: string; by: string },
): Promise<Period> {
  daysOfMonth(input.month);
  return ctx.db.transaction(async (tx) => {
    await turnPeriod(tx, { ...input, to: 'closing' });
    await audit(tx, 'period.begin', input);
    return find(tx, input.month);
  });
}

/** Opens the month again while nothing was signed. @throws Failure `period_closed` once closed. */
export async function cancelClose(
  ctx: { db: Db; clock: Clock },
  input: { month: string; by: string },
): Promise<Period> {
  return ctx.db.transaction(async (tx) => {
    await turnPeriod(tx, { ...input, to: 'open' });
    await audit(tx, 'period.cancel', input);
    return find(tx, input.month);
  });
}

/**
 * Closes a month that another person began to close: taxes posted, certificate signed, page turned, in one transaction.
 * @param input.suspenseNote who explains what is left in suspense; needed when anything is
 * @throws Failure `conflict` (not closing; a check of the gate does not hold), `four_eyes`, `period_closed`.
 */
export async function closePeriod(
  ctx: Ctx,
  input: { month: string; by: string; suspenseNote?: string },
): Promise<Certificate> {
  const { month, by } = input;
  const days = daysOfMonth(month);
  await sealJournals(ctx.db);
  return ctx.db.transaction(async (tx) => {
    // From here on nobody drafts or freezes a statement of the month that the certificate would not know.
    await lockPeriod(tx, month, true);
    const period = await find(tx, month);
    if (period.status === 'closed') {
      throw new Failure('period_closed', { zh: `${month} 已关账`, en: `${month} is closed` });
    }
    if (period.status !== 'closing' || period.closingBy === null) {
      throw new Failure('conflict', { zh: '请先发起关账', en: 'begin the close first' });
    }
    if (period.closingBy === by) {
      throw new Failure('four_eyes', {
        zh: '发起关账的人不能自己关账',
        en: 'who began the close cannot finish it',
      });
    }
    const gate = await periodGate({ db: tx, clock: ctx.clock }, { month, ...days });
    const open = gate
      .filter((check) => !check.ok)
      .map(({ zh, en, count }) => ({
        zh: `未满足：${zh}（${count}）`,
        en: `does not hold: ${en} (${count})`,
      }));
    const [first, ...rest] = open;
    if (first) throw new Failure('conflict', first, ...rest);
    const suspense = await suspenseAt(tx, days.to);
    if (suspense !== 0n && !input.suspenseNote) {
      throw new Failure('conflict', {
        pointer: '/suspenseNote',
        zh: '挂账余额须有人签字说明',
        en: 'what is left in suspense must be signed for',
      });
    }
    const taxes = await postTaxes(tx, month, days);
    const certificate = signCertificate(
      {
        format: 'hongze.close/2',
        month,
        ...(await booksOf(tx, month, days.to)),
        taxes: asText(taxes),
        cash: asText(await balanceCash(tx, days.to)),
        suspenseMicroCny: suspense.toString(),
        suspenseNote: input.suspenseNote ?? null,
        gate: gate.map((check) => check.name),
        closingBy: period.closingBy,
        closedBy: by,
        closedAt: new Date(ctx.clock()).toISOString(),
      },
      ctx.config.authSecret,
    );
    await turnPeriod(tx, { month, to: 'closed', by, certificate: { ...certificate } });
    await audit(tx, 'period.close', input, certificate);
    return certificate;
  });
}

/** Amounts as the certificate writes them. */
const asText = <T extends object>(figures: T): Record<string, string> =>
  Object.fromEntries(
    Object.entries(figures).map(([key, value]: [string, unknown]) => [key, String(value ?? '')]),
  );

async function find(db: Db, month: string): Promise<Period> {
  const found = (await periods(db)).find((period) => period.month === month);
  if (!found) throw new Failure('not_found', { zh: '没有这个会计期间', en: 'no such period' });
  return found;
}

async function audit(
  tx: Db,
  action: string,
  { month, by }: { month: string; by: string },
  after?: unknown,
): Promise<void> {
  await record(tx, { actor: { userId: by }, action, subject: `period:${month}`, after });
}

async function booksOf(tx: Db, month: string, to: string) {
  const rows = await trialBalance(tx, to);
  const [counts] = await tx.execute<{ statements: number; hash: string }>(sql`
    SELECT count(*)::int AS statements,
           encode(sha256(convert_to(coalesce(string_agg(id || ':' || content_hash, ',' ORDER BY id), ''), 'UTF8')), 'hex') AS hash
      FROM statement WHERE month = ${month} AND status <> 'superseded'`);
  return {
    journals: (await monthFigures(tx, month)).journals,
    journalsHash: await periodHash(tx, month),
    chain: await chainHead(tx),
    debitMicroCny: rows.reduce((sum, row) => sum + row.debitMicroCny, 0n).toString(),
    creditMicroCny: rows.reduce((sum, row) => sum + row.creditMicroCny, 0n).toString(),
    statements: counts?.statements ?? 0,
    statementsHash: counts?.hash ?? '',
  };
}

/** The month's VAT and cultural fee, on its last day, once. */
async function postTaxes(
  tx: Db,
  month: string,
  days: { from: string; to: string },
): Promise<Taxes> {
  const base = await taxBase(tx, month, days.from, days.to);
  const taxes = taxesOf(base, await ratesOn(tx, days.to));
  const total = taxes.vatMicroCny + taxes.culturalFeeMicroCny;
  const entries = [
    { account: accounts.taxExpense, amountMicroCny: total },
    { account: accounts.vatPayable, amountMicroCny: -taxes.vatMicroCny },
    { account: accounts.culturalFeePayable, amountMicroCny: -taxes.culturalFeeMicroCny },
  ].filter((entry) => entry.amountMicroCny !== 0n);
  if (entries.length > 0) {
    await post(tx, [{ key: `tax:${month}`, kind: 'period.tax', day: days.to, entries }]);
  }
  return taxes;
}
