/**
 * Papers of the demo's settled month: titles of the platform, of the outlets that are paid and of the demo's own outlet, and one
 * verified invoice a statement, without which nothing is paid. Owns numbers that are well formed and nobody's.
 */
import type { Context } from '../../api/context.ts';
import { registerIncoming, setTitle, verifyIncoming } from '../../api/invoices/invoices.ts';
import { taxWithin } from '../../api/invoices/numbers.ts';

import { dayOf } from '../../db/terms/day.ts';
import { MICRO_CNY_PER_FEN } from '../../db/terms/money.ts';
import { taxNoCheck } from '../../db/terms/taxNumber.ts';

const VAT_PPM = 60_000;

/** An 18-character number that is nobody's: its last character is the one that the rest asks for. */
function taxNoOf(id: number): string {
  const body = `91330100DEM0${String(id).padStart(5, '0')}`;
  return body + taxNoCheck(body);
}

const PLATFORM = 99_999;

export async function enterTitles(
  ctx: Context,
  outlets: { id: number; name: string }[],
  by: string,
) {
  const title = (name: string, id: number) =>
    ({ name, taxNo: taxNoOf(id), taxpayer: 'general' }) as const;
  await setTitle(ctx, {}, title('浙江泓泽数字传媒有限公司', PLATFORM), by);
  for (const { id, name } of outlets) await setTitle(ctx, { outletId: id }, title(name, id), by);
}

/** As of the context's clock; the statement must be confirmed. */
export async function invoiceStatement(
  ctx: Context,
  statement: { id: number; outletId: number; total: bigint },
  people: { outlet: string; checker: string },
): Promise<void> {
  const issuedOn = dayOf(ctx.clock());
  const totalFen = (statement.total + MICRO_CNY_PER_FEN - 1n) / MICRO_CNY_PER_FEN;
  const taxFen = taxWithin(totalFen, VAT_PPM);
  const made = await registerIncoming(
    ctx,
    {
      statementId: statement.id,
      kind: 'special',
      invoiceNo: issuedOn.slice(2, 4) + String(statement.id).padStart(18, '0'),
      issuedOn,
      sellerTaxNo: taxNoOf(statement.outletId),
      buyerTaxNo: taxNoOf(PLATFORM),
      amountFen: totalFen - taxFen,
      taxRatePpm: VAT_PPM,
      taxFen,
      totalFen,
    },
    people.outlet,
  );
  await verifyIncoming(ctx, made.id, people.checker);
}
