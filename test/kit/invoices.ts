/** Invoices for tests: right tax numbers, titles for everyone named, and a statement invoiced in full. */
import {
  registerIncoming,
  setTitle,
  titleOf,
  verifyIncoming,
} from '../../api/invoices/invoices.ts';
import { taxWithin } from '../../api/invoices/numbers.ts';
import { type InvoiceContext, ITEM } from '../../api/invoices/steps.ts';
import { lockStatementToInvoice } from '../../api/statements/statements.ts';
import { dayOf } from '../../db/terms/day.ts';
import { microCnyToFenFloor } from '../../db/terms/money.ts';
import { taxNoCheck } from '../../db/terms/taxNumber.ts';

export { ITEM };

export const taxNoOf = (n: number): string => {
  const first = `91330100MA${String(1_000_000 + n).slice(-7)}`;
  return `${first}${taxNoCheck(first)}`;
};

/** 20 digits of the year 2000 + `year`, unlike any other. */
export const invoiceNoOf = (n: number, year = 26): string =>
  `${year}33${String(n).padStart(16, '0')}`;

/** Titles of the platform, and of the outlet or advertiser named; those there are stay. */
export async function addTitles(
  ctx: InvoiceContext,
  owner: { advertiserId?: number; outletId?: number } = {},
): Promise<void> {
  const id = owner.advertiserId ?? owner.outletId ?? 0;
  for (const [who, n] of [
    [{}, 0],
    [owner, owner.advertiserId ? id + 500_000 : id],
  ] as const) {
    if (await titleOf(ctx.db, who)) continue;
    const title = { name: `公司${n}`, taxNo: taxNoOf(n), taxpayer: 'general' as const };
    await setTitle(ctx, who, title, 'test');
  }
}

let serial = 0;

/** What an outlet's invoice for all of a statement says, at 6 %. */
export async function invoiceFor(ctx: InvoiceContext, statementId: number) {
  const due = await ctx.db.transaction((tx) => lockStatementToInvoice(tx, statementId));
  const owner = { outletId: due.outletId };
  await addTitles(ctx, owner);
  const totalFen = microCnyToFenFloor(due.amountMicroCny);
  const taxFen = taxWithin(totalFen, 60_000);
  const issuedOn = dayOf(ctx.clock());
  serial += 1;
  return {
    statementId,
    kind: 'special' as const,
    invoiceNo: invoiceNoOf(serial, Number(issuedOn.slice(2, 4))),
    issuedOn,
    sellerTaxNo: (await titleOf(ctx.db, owner))?.taxNo ?? '',
    buyerTaxNo: (await titleOf(ctx.db, {}))?.taxNo ?? '',
    amountFen: totalFen - taxFen,
    taxRatePpm: 60_000,
    taxFen,
    totalFen,
  };
}

/** The outlet's invoice for all of a statement, registered and verified. */
export async function invoiceInFull(
  ctx: InvoiceContext,
  statementId: number,
  by: { outlet: string; finance: string } = { outlet: 'outlet', finance: 'finance' },
) {
  const row = await registerIncoming(ctx, await invoiceFor(ctx, statementId), by.outlet);
  return verifyIncoming(ctx, row.id, by.finance);
}
