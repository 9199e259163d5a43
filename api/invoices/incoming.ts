/**
 * Outlets' invoices for their statements: registered by the outlet, verified by finance, used for deduction in a month.
 * Owns the gate of the payout: a statement counts as invoiced while verified invoices cover what has to be invoiced, and no
 * longer once a red letter has taken enough back. Refuses what does not fit titles, tax, statement or calendar.
 */
import { and, eq, inArray, isNull, sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { type InvoiceKind, invoice } from '../../db/schema/invoices.ts';
import type { Day } from '../../db/terms/day.ts';
import { Failure } from '../../db/terms/failure.ts';
import { MICRO_CNY_PER_FEN, microCnyToFenFloor } from '../../db/terms/money.ts';
import { periods } from '../ledger/ledger.ts';
import { lockStatementToInvoice, noteInvoice } from '../statements/statements.ts';
import { taxFits } from './numbers.ts';
import {
  assertNumber,
  auditInvoice,
  type Invoice,
  type InvoiceContext,
  ITEM,
  invalid,
  lockInvoice,
  moveInvoice,
  numberedOnce,
  outOfTurn,
} from './steps.ts';
import { requireTitle, type Title } from './titles.ts';

export interface IncomingInput {
  statementId: number;
  kind: InvoiceKind;
  invoiceNo: string;
  issuedOn: Day;
  /** As printed on it. */
  sellerTaxNo: string;
  buyerTaxNo: string;
  amountFen: bigint;
  taxRatePpm: number;
  taxFen: bigint;
  totalFen: bigint;
  remark?: string | undefined;
}

/** General taxpayers 6 %; small-scale ones 3 %, or 1 % while reduced; exempt only on ordinary invoices. */
const RATES: Record<Title['taxpayer'], readonly number[]> = {
  general: [60_000],
  small_scale: [30_000, 10_000, 0],
};

/**
 * The outlet registers an invoice for a statement it has confirmed.
 * @throws Failure `invalid_input` (number, day, parties, rate, tax, too much), `conflict` (statement not confirmed, titles
 * missing, number used), `not_found`.
 */
export function registerIncoming(
  ctx: InvoiceContext,
  input: IncomingInput,
  by: string,
): Promise<Invoice> {
  return ctx.db.transaction(async (tx) => {
    const due = await lockStatementToInvoice(tx, input.statementId);
    const seller = await requireTitle(tx, { outletId: due.outletId });
    const buyer = await requireTitle(tx, {});
    assertNumber(ctx, input.invoiceNo, input.issuedOn);
    assertPrinted(input, seller, buyer);
    if (input.issuedOn < `${due.month}-01`) {
      throw invalid(
        '/issuedOn',
        '开票日期早于结算月份',
        'it was issued before the month it is for',
      );
    }
    const left = ceilFen(due.amountMicroCny) - (await validFen(tx, input.statementId, OPEN));
    if (input.totalFen > left) {
      throw invalid(
        '/totalFen',
        `该结算单尚可开票 ${left} 分`,
        `at most ${left} fen of this statement are left to invoice`,
      );
    }
    const { statementId, ...printed } = input;
    const [row] = await numberedOnce(() =>
      tx
        .insert(invoice)
        .values({
          ...printed,
          statementId,
          direction: 'incoming',
          status: 'registered',
          outletId: due.outletId,
          sellerName: seller.name,
          buyerName: buyer.name,
          item: ITEM,
          createdBy: by,
          createdAt: new Date(ctx.clock()),
        })
        .returning(),
    );
    await auditInvoice(tx, 'invoice.register', by, row as Invoice);
    return row as Invoice;
  });
}

function assertPrinted(input: IncomingInput, seller: Title, buyer: Title): void {
  if (input.sellerTaxNo !== seller.taxNo) {
    throw invalid('/sellerTaxNo', '销售方税号与登记抬头不符', 'the seller is not the outlet');
  }
  if (input.buyerTaxNo !== buyer.taxNo) {
    throw invalid('/buyerTaxNo', '购买方税号与平台抬头不符', 'the buyer is not the platform');
  }
  const rates = RATES[seller.taxpayer];
  const exempt = input.taxRatePpm === 0 && input.kind === 'special';
  if (!rates.includes(input.taxRatePpm) || exempt) {
    throw invalid(
      '/taxRatePpm',
      exempt ? '免税不能开具专用发票' : `该纳税人可用税率：${rates.map(percent).join('、')}`,
      exempt
        ? 'a special invoice cannot be exempt'
        : `rates of this taxpayer: ${rates.map(percent).join(', ')}`,
    );
  }
  if (input.totalFen <= 0n) {
    throw invalid('/totalFen', '蓝字发票金额须大于零', 'a blue invoice is for more than nothing');
  }
  if (!taxFits(input)) {
    throw invalid('/taxFen', '金额、税额、价税合计不相符', 'amount, tax and total do not agree');
  }
}

const percent = (ppm: number) => `${ppm / 10_000}%`;

/** Rounded up: the fraction of a fen that a payout carries on may be invoiced now or next month. */
const ceilFen = (amount: bigint): bigint => microCnyToFenFloor(amount + MICRO_CNY_PER_FEN - 1n);

const OPEN = ['registered', 'verified', 'reversed'] as const;
const VALID = ['verified', 'reversed'] as const;

/** Fen of a statement's invoices, red ones deducted. */
async function validFen(
  tx: Db,
  statementId: number,
  statuses: readonly Invoice['status'][],
): Promise<bigint> {
  const [row] = await tx
    .select({ fen: sql<string>`coalesce(sum(${invoice.totalFen}), 0)::bigint` })
    .from(invoice)
    .where(and(eq(invoice.statementId, statementId), inArray(invoice.status, [...statuses])));
  return BigInt(row?.fen ?? 0);
}

/** Finance has checked it with the tax authority (查验). @throws Failure `conflict`, `not_found`. */
export function verifyIncoming(ctx: InvoiceContext, id: number, by: string): Promise<Invoice> {
  return decide(ctx, id, {
    action: 'verify',
    by,
    from: ['registered'],
    changes: { status: 'verified' },
  });
}

/** Finance sends it back. @throws Failure `conflict`, `not_found`. */
export function rejectIncoming(
  ctx: InvoiceContext,
  id: number,
  input: { by: string; reason: string },
): Promise<Invoice> {
  return decide(ctx, id, {
    action: 'reject',
    by: input.by,
    from: ['registered'],
    changes: { status: 'rejected', refusal: input.reason },
  });
}

function decide(
  ctx: InvoiceContext,
  id: number,
  step: Parameters<typeof moveInvoice>[3],
): Promise<Invoice> {
  return ctx.db.transaction(async (tx) => {
    const seen = await incoming(tx, id);
    await lockStatementToInvoice(tx, seen.statementId as number);
    const after = await moveInvoice(ctx, tx, await lockInvoice(tx, id), step);
    await refreshGate(tx, after.statementId as number, step.by);
    return after;
  });
}

async function incoming(tx: Db, id: number): Promise<Invoice> {
  const [row] = await tx.select().from(invoice).where(eq(invoice.id, id));
  if (row?.direction !== 'incoming') {
    throw new Failure('not_found', { zh: '没有这张发票', en: 'no such invoice' });
  }
  return row;
}

/** Marks the statement as invoiced, or no longer. Call with the statement locked. */
export async function refreshGate(tx: Db, statementId: number, by: string): Promise<void> {
  const due = await lockStatementToInvoice(tx, statementId);
  const covered =
    (await validFen(tx, statementId, VALID)) >= microCnyToFenFloor(due.amountMicroCny);
  const numbers = await tx
    .select({ invoiceNo: invoice.invoiceNo })
    .from(invoice)
    .where(
      and(
        eq(invoice.statementId, statementId),
        eq(invoice.status, 'verified'),
        isNull(invoice.redOf),
      ),
    )
    .orderBy(invoice.id);
  const named = numbers.map((row) => row.invoiceNo).join('、');
  await noteInvoice(tx, { statementId, invoiceNo: covered && named ? named : null, by });
}

/**
 * Uses a verified special invoice for deduction in a month (用途确认). @throws Failure `conflict` (ordinary, used before, a
 * closed month), `not_found`.
 */
export function deductIncoming(
  ctx: InvoiceContext,
  id: number,
  input: { month: string; by: string },
): Promise<Invoice> {
  return ctx.db.transaction(async (tx) => {
    await incoming(tx, id);
    const row = await lockInvoice(tx, id);
    if (row.kind !== 'special') {
      throw new Failure('conflict', {
        zh: '普通发票不能抵扣',
        en: 'only a special invoice is deducted',
      });
    }
    if (row.deductionMonth !== null || row.redOf !== null) throw outOfTurn(row);
    if (`${input.month}-31` < (row.issuedOn ?? '')) {
      throw invalid('/month', '抵扣月份早于开票日期', 'the month is before the day of issue');
    }
    await assertOpen(tx, input.month);
    return moveInvoice(ctx, tx, row, {
      action: 'deduct',
      by: input.by,
      from: ['verified'],
      changes: { deductionMonth: input.month },
    });
  });
}

/** @throws Failure `period_closed`: what is deducted in a month must be there before it closes. */
export async function assertOpen(tx: Db, month: string): Promise<void> {
  const period = (await periods(tx)).find((one) => one.month === month);
  if (period && period.status !== 'open') {
    throw new Failure('period_closed', {
      pointer: '/month',
      zh: `${month} 已关账`,
      en: `${month} is closed`,
    });
  }
}
