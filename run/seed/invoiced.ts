/**
 * Papers of the demo's settled month: titles of the platform, of the outlets that are paid and of the demo's own outlet, one
 * verified invoice a statement, without which nothing is paid, what its advertiser was invoiced, and a red letter on either
 * side that waits for the other's word. Owns numbers that are well formed and nobody's.
 */
import type { Context } from '../../api/context.ts';
import {
  invoiceableOf,
  issueOutgoing,
  registerIncoming,
  requestOutgoing,
  requestRed,
  setTitle,
  verifyIncoming,
} from '../../api/invoices/invoices.ts';
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
): Promise<number> {
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
  return made.id;
}

/** Half of what may be invoiced is, of which a part is asked back; a further invoice waits for finance. */
export async function invoiceBuyer(
  ctx: Context,
  advertiserId: number,
  people: { buyer: string; checker: string },
): Promise<void> {
  const { availableFen } = await invoiceableOf(ctx.db, advertiserId);
  const [first, second] = [availableFen / 2n, availableFen / 5n];
  if (second <= 0n) return;
  const asked = { advertiserId, kind: 'special' as const, totalFen: first };
  const made = await requestOutgoing(ctx, asked, people.buyer);
  const issuedOn = dayOf(ctx.clock());
  const invoiceNo = issuedOn.slice(2, 4) + String(PLATFORM).padStart(18, '0');
  await issueOutgoing(ctx, made.id, { invoiceNo, issuedOn, by: people.checker });
  const wrong = { invoiceId: made.id, isPlatform: false, reason: 'issued_wrongly' as const };
  const note = '开户行填写有误，请重开';
  await requestRed(ctx, { ...wrong, totalFen: first / 4n, note }, people.buyer);
  const next = { advertiserId, kind: 'ordinary' as const, totalFen: second, remark: '十月推广费' };
  await requestOutgoing(ctx, next, people.buyer);
}

/** The platform asks an outlet to take a paid invoice back. */
export async function askBack(ctx: Context, invoiceId: number, by: string): Promise<void> {
  const note = '项目名称应为「广告发布服务」';
  const asked = { invoiceId, isPlatform: true, reason: 'issued_wrongly' as const, note };
  await requestRed(ctx, asked, by);
}
