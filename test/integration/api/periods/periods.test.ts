/** A month's close on a real database: its gate, its two people, its certificate, and what comes after. */
import { sql } from 'drizzle-orm';
import { beforeAll, describe, expect, it } from 'vitest';
import { closeHour } from '../../../../api/billing/billing.ts';
import { deductIncoming, deductionsOf } from '../../../../api/invoices/invoices.ts';
import {
  accounts,
  balanceOf,
  ledgerFaults,
  periodHash,
  post,
} from '../../../../api/ledger/ledger.ts';
import {
  beginClose,
  cancelClose,
  certificateHolds,
  closePeriod,
  gateOf,
} from '../../../../api/periods/periods.ts';
import {
  confirmStatement,
  draftStatements,
  freezeMonth,
  listStatements,
  proposeAdjustment,
  resolveDispute,
} from '../../../../api/statements/statements.ts';
import type { Database } from '../../../../db/client.ts';
import { dayStartMs, hourOf } from '../../../../db/terms/day.ts';
import {
  addAdvertiser,
  addLineItem,
  addOutlet,
  addPlacement,
  deliver,
  signContract,
} from '../../../kit/books.ts';
import { openTestDatabase } from '../../../kit/database.ts';
import { invoiceInFull } from '../../../kit/invoices.ts';

const MONTH = '2026-10';
let now = dayStartMs('2026-10-20');
const clock = () => now;
let db: Database;
const ctx = () => ({
  db,
  clock,
  config: { authSecret: 'a secret of at least thirty-two characters' },
});
const failing = async () =>
  (await gateOf(ctx(), MONTH)).filter((one) => !one.ok).map((one) => one.name);

/** Money that came from elsewhere than Alipay: no bill is needed for it. */
async function fund(advertiserId: number, amountMicroCny: bigint) {
  await post(db, [
    {
      key: `fund:${advertiserId}`,
      kind: 'opening',
      day: `${MONTH}-01`,
      entries: [
        { account: accounts.opening, amountMicroCny },
        { account: accounts.wallet(advertiserId), amountMicroCny: -amountMicroCny },
      ],
    },
  ]);
}

beforeAll(async () => {
  ({ db } = await openTestDatabase());
});

describe('closing a month', () => {
  it('waits for its gate, takes two people, and cannot be undone', async () => {
    const county = await addOutlet(db);
    const place = await addPlacement(db, county.id);
    await signContract(db, county.id);
    const advertiser = await addAdvertiser(db, 0n);
    await fund(advertiser.id, 200_000_000n);
    const line = await addLineItem(db, advertiser.id);
    const hour = hourOf(dayStartMs(`${MONTH}-09`));
    await deliver(db, hour, { line, place, impressions: 1000, spendMicroCny: 106_000_000n });
    expect(await failing()).toEqual(['over', 'charged']);
    await closeHour(ctx(), hour);
    now = dayStartMs('2026-11-03');
    await freezeMonth(ctx(), { month: MONTH, by: 'maker' });
    const [statement] = await listStatements(db, { month: MONTH, limit: 1 });
    const statementId = statement?.id ?? 0;
    await confirmStatement(ctx(), { statementId, by: 'outlet' });
    const invoice = await invoiceInFull(ctx(), statementId);
    const deduct = (month: string) => deductIncoming(ctx(), invoice.id, { month, by: 'maker' });
    // Issued in November: October's return cannot have it.
    await expect(deduct(MONTH)).rejects.toMatchObject({ code: 'invalid_input' });
    await deduct('2026-11');
    expect(await failing()).toEqual([]);

    const close = (by: string) => closePeriod(ctx(), { month: MONTH, by });
    await expect(close('checker')).rejects.toMatchObject({ code: 'conflict' });
    await beginClose(ctx(), { month: MONTH, by: 'maker' });
    await expect(close('maker')).rejects.toMatchObject({ code: 'four_eyes' });
    const late = {
      key: 'late',
      kind: 'test',
      day: `${MONTH}-31`,
      entries: [
        { account: accounts.opening, amountMicroCny: 1n },
        { account: accounts.payable(county.id), amountMicroCny: -1n },
      ],
    };
    await expect(post(db, [late])).rejects.toMatchObject({ code: 'period_closed' });
    await cancelClose(ctx(), { month: MONTH, by: 'maker' });
    await beginClose(ctx(), { month: MONTH, by: 'maker' });

    const certificate = await close('checker');
    expect(certificateHolds(certificate, certificate.publicKey)).toBe(true);
    expect(certificate.debitMicroCny).toBe(certificate.creditMicroCny);
    expect(certificate.journalsHash).toBe(await periodHash(db, MONTH));
    // 106 yuan charged: VAT 6.00, fee 1.5 % = 1.59. The invoice of 58.30 is November's to deduct.
    expect(certificate.taxes).toMatchObject({
      vatMicroCny: '6000000',
      culturalFeeMicroCny: '1590000',
    });
    expect(await deductionsOf(db, '2026-11')).toEqual({ taxFen: 330n, totalFen: 5_830n });
    expect((await balanceOf(db, accounts.taxExpense)).balanceMicroCny).toBe(7_590_000n);
    await expect(close('checker')).rejects.toMatchObject({ code: 'period_closed' });
    await expect(cancelClose(ctx(), { month: MONTH, by: 'maker' })).rejects.toMatchObject({
      code: 'period_closed',
    });
    await expect(post(db, [late])).rejects.toMatchObject({ code: 'period_closed' });
    expect(await ledgerFaults(db, { chain: true })).toEqual([]);
  });

  it('books what is found afterwards in the open month, and leaves the closed one as it was', async () => {
    const hash = await periodHash(db, MONTH);
    const county = await addOutlet(db);
    const place = await addPlacement(db, county.id);
    await signContract(db, county.id);
    const advertiser = await addAdvertiser(db, 0n);
    const line = await addLineItem(db, advertiser.id);
    const hour = hourOf(dayStartMs(`${MONTH}-31`)) + 23;
    await deliver(db, hour, { line, place, impressions: 1, spendMicroCny: 10_000n });
    const closed = await closeHour(ctx(), hour);
    expect(closed).toMatchObject({ charges: 1, absorbedMicroCny: 10_000n });
    expect(await periodHash(db, MONTH)).toBe(hash);
    expect((await balanceOf(db, accounts.payable(county.id), `${MONTH}-31`)).balanceMicroCny).toBe(
      0n,
    );
    expect((await balanceOf(db, accounts.payable(county.id))).balanceMicroCny).toBe(5_500n);
  });

  it('keeps the statements that its certificate speaks of: none is drafted, frozen, reopened or adjusted after', async () => {
    const [frozen] = await listStatements(db, { month: MONTH, limit: 1 });
    const statementId = frozen?.id ?? 0;
    const outletId = (await addOutlet(db)).id;
    const propose = () =>
      proposeAdjustment(ctx(), {
        outletId,
        month: MONTH,
        amountMicroCny: 1n,
        reason: 'r',
        by: 'a',
      });
    const refused = { code: 'period_closed' };
    await expect(propose()).rejects.toMatchObject(refused);
    await expect(draftStatements(ctx(), MONTH)).rejects.toMatchObject(refused);
    await expect(freezeMonth(ctx(), { month: MONTH, by: 'maker' })).rejects.toMatchObject(refused);
    // An outlet that had not answered yet may still object; what is conceded goes on a later statement.
    await db.execute(sql`UPDATE statement SET status = 'disputed' WHERE id = ${statementId}`);
    const answer = { statementId, by: 'maker', note: 'n' };
    await expect(resolveDispute(ctx(), { ...answer, accept: true })).rejects.toMatchObject(refused);
    expect(await listStatements(db, { month: MONTH, limit: 9 })).toHaveLength(1);
    await resolveDispute(ctx(), { ...answer, accept: false });
  });

  it('does not pass over an earlier month that is open', async () => {
    await post(db, [
      {
        key: 'september',
        kind: 'opening',
        day: '2026-09-30',
        entries: [
          { account: accounts.opening, amountMicroCny: 1n },
          { account: accounts.payable(1), amountMicroCny: -1n },
        ],
      },
    ]);
    now = dayStartMs('2026-12-05');
    const gate = await gateOf(ctx(), '2026-11');
    expect(gate.find((check) => check.name === 'order')).toMatchObject({ ok: false, count: 1 });
  });
});
