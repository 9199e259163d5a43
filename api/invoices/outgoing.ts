/**
 * The platform's invoices to advertisers, for what they were charged: asked for by the advertiser, issued by finance under the
 * tax authority's number. Owns the promise that nobody is invoiced for more than was charged, whoever asks at once; what is
 * sold in an outlet's own name (agency contracts) is the outlet's to invoice.
 */
import { sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { type InvoiceKind, invoice } from '../../db/schema/invoices.ts';
import { asHouse } from '../../db/scope.ts';
import { type Day, dayOf } from '../../db/terms/day.ts';
import { Failure } from '../../db/terms/failure.ts';
import { microCnyToFenFloor } from '../../db/terms/money.ts';
import { taxWithin } from './numbers.ts';
import { ratesOn } from './rates.ts';
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
} from './steps.ts';
import { requireTitle } from './titles.ts';

export interface Invoiceable {
  /** Charged to the wallet under resale contracts, corrections included. */
  chargedFen: bigint;
  /** Asked for or issued, red letters deducted. */
  invoicedFen: bigint;
  /** What may still be asked for; negative: charges were taken back after their invoice, a red letter is due. */
  availableFen: bigint;
}

/** Over the wall: whether a charge was resale is said by the outlet's contract, which the advertiser does not see. */
export const invoiceableOf = (db: Db, advertiserId: number): Promise<Invoiceable> =>
  asHouse(db, (house) => invoiceable(house, advertiserId));

async function invoiceable(db: Db, advertiserId: number): Promise<Invoiceable> {
  const [row] = await db.execute<{ charged: string; invoiced: string }>(sql`
    SELECT coalesce((SELECT sum(c.amount_micro_cny - c.absorbed_micro_cny) FROM charge c
                       JOIN contract_version v ON v.id = c.contract_version_id JOIN contract k ON k.id = v.contract_id
                      WHERE c.advertiser_id = ${advertiserId} AND k.kind = 'resale'), 0)::bigint AS charged,
           coalesce((SELECT sum(i.total_fen) FROM invoice i WHERE i.advertiser_id = ${advertiserId}
                        AND i.status IN ('requested', 'issued', 'reversed')), 0)::bigint AS invoiced`);
  const chargedFen = microCnyToFenFloor(BigInt(row?.charged ?? 0));
  const invoicedFen = BigInt(row?.invoiced ?? 0);
  return { chargedFen, invoicedFen, availableFen: chargedFen - invoicedFen };
}

/**
 * An advertiser asks for an invoice. @throws Failure `invalid_input` (amount, more than was charged and not
 * invoiced), `conflict` (a title is missing).
 */
export function requestOutgoing(
  ctx: InvoiceContext,
  input: { advertiserId: number; kind: InvoiceKind; totalFen: bigint; remark?: string | undefined },
  by: string,
): Promise<Invoice> {
  return ctx.db.transaction(async (tx) => {
    await lockAdvertiser(tx, input.advertiserId);
    const buyer = await requireTitle(tx, { advertiserId: input.advertiserId });
    const seller = await requireTitle(tx, {});
    if (input.totalFen <= 0n) {
      throw invalid('/totalFen', '开票金额须大于零', 'the amount must be above zero');
    }
    const { availableFen } = await invoiceableOf(tx, input.advertiserId);
    if (input.totalFen > availableFen) {
      throw invalid(
        '/totalFen',
        `可开票金额为 ${availableFen} 分`,
        `${availableFen} fen can be invoiced`,
      );
    }
    const taxRatePpm = (await ratesOn(tx, dayOf(ctx.clock()))).vatPpm;
    const taxFen = taxWithin(input.totalFen, taxRatePpm);
    const [row] = await tx
      .insert(invoice)
      .values({
        ...input,
        direction: 'outgoing',
        status: 'requested',
        sellerName: seller.name,
        sellerTaxNo: seller.taxNo,
        buyerName: buyer.name,
        buyerTaxNo: buyer.taxNo,
        item: ITEM,
        amountFen: input.totalFen - taxFen,
        taxRatePpm,
        taxFen,
        createdBy: by,
        createdAt: new Date(ctx.clock()),
      })
      .returning();
    await auditInvoice(tx, 'invoice.request', by, row as Invoice);
    return row as Invoice;
  });
}

/** One request of an advertiser at a time: two would both see the same amount. */
const lockAdvertiser = (tx: Db, advertiserId: number) =>
  tx.execute(sql`SELECT pg_advisory_xact_lock(hashtext('invoice.outgoing'), ${advertiserId}::int)`);

type Step = Parameters<typeof moveInvoice>[3];

function decide(ctx: InvoiceContext, id: number, step: Step): Promise<Invoice> {
  return ctx.db.transaction(async (tx) => {
    const row = await lockInvoice(tx, id);
    if (row.direction !== 'outgoing') {
      throw new Failure('not_found', { zh: '没有这张发票', en: 'no such invoice' });
    }
    return numberedOnce(() => moveInvoice(ctx, tx, row, step));
  });
}

/** Finance has issued it at the tax authority. @throws Failure `invalid_input` (number), `conflict`, `not_found`. */
export async function issueOutgoing(
  ctx: InvoiceContext,
  id: number,
  input: { invoiceNo: string; issuedOn: Day; by: string },
): Promise<Invoice> {
  const { by, invoiceNo, issuedOn } = input;
  assertNumber(ctx, invoiceNo, issuedOn);
  const changes = { status: 'issued' as const, invoiceNo, issuedOn };
  return decide(ctx, id, { action: 'issue', by, from: ['requested'], changes });
}

/** Finance declines, with the reason. @throws Failure `conflict`, `not_found`. */
export function declineOutgoing(
  ctx: InvoiceContext,
  id: number,
  input: { by: string; reason: string },
): Promise<Invoice> {
  const changes = { status: 'declined' as const, refusal: input.reason };
  return decide(ctx, id, { action: 'decline', by: input.by, from: ['requested'], changes });
}

/** The advertiser takes its request back. @throws Failure `conflict`, `not_found`. */
export function cancelOutgoing(ctx: InvoiceContext, id: number, by: string): Promise<Invoice> {
  const changes = { status: 'cancelled' as const };
  return decide(ctx, id, { action: 'cancel', by, from: ['requested'], changes });
}
