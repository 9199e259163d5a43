/** Statements from charges to approval, against a real database. */
import { sql } from 'drizzle-orm';
import { beforeAll, describe, expect, it } from 'vitest';
import { closeHour } from '../../../../api/billing/billing.ts';
import { accounts, balanceOf, journalsByKey, ledgerFaults } from '../../../../api/ledger/ledger.ts';
import {
  approveAdjustment,
  approveStatement,
  chargesOfLine,
  confirmStatement,
  disputeStatement,
  draftStatements,
  freezeMonth,
  freezeStatement,
  listStatements,
  proposeAdjustment,
  resolveDispute,
  statementDetail,
  statementFile,
  statementPort,
  verifyStatement,
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

let now = dayStartMs('2026-12-03');
const clock = () => now;
let db: Database;
const ctx = () => ({ db, clock });

beforeAll(async () => {
  ({ db } = await openTestDatabase());
});

/** A county outlet with three charged hours in a month of its own. */
async function earned(month: string, minimumMonthlyMicroCny = 0n) {
  const county = await addOutlet(db);
  const place = await addPlacement(db, county.id);
  await signContract(db, county.id, { minimumMonthlyMicroCny });
  const advertiser = await addAdvertiser(db, 100_000_000n, `${month}-01`);
  const line = await addLineItem(db, advertiser.id);
  for (const [day, hour] of [
    ['05', 8],
    ['05', 9],
    ['28', 23],
  ] as const) {
    const at = hourOf(dayStartMs(`${month}-${day}`)) + hour;
    await deliver(db, at, { line, place, impressions: 3, spendMicroCny: 1_000_001n });
    await closeHour(ctx(), at);
  }
  return { county, place, line };
}

async function statementOf(outletId: number, month: string) {
  const found = await listStatements(db, { outletIds: [outletId], month, limit: 5 });
  if (!found[0]) throw new Error('no statement');
  return found[0];
}

describe('a statement', () => {
  it('says what the ledger owes, line by line, down to charges and journals', async () => {
    const { county } = await earned('2026-11');
    await draftStatements(ctx(), '2026-11');
    const draft = await statementOf(county.id, '2026-11');
    expect(draft).toMatchObject({ status: 'draft', quantity: 9, grossMicroCny: 3_000_003n });
    const owed = await balanceOf(db, accounts.payable(county.id));
    expect(draft.totalMicroCny).toBe(owed.balanceMicroCny);
    const { lines } = await statementDetail(db, draft.id);
    expect(lines.map((line) => [line.day, line.charges])).toEqual([
      ['2026-11-05', 2],
      ['2026-11-28', 1],
    ]);
    const charges = await chargesOfLine(db, { statementId: draft.id, ordinal: 1, limit: 50 });
    expect(charges.items.reduce((sum, charge) => sum + charge.shareMicroCny, 0n)).toBe(
      lines[0]?.shareMicroCny,
    );
    const journals = await journalsByKey(
      db,
      charges.items.map((charge) => charge.journalKey),
    );
    expect(journals).toHaveLength(2);
  });

  it('freezes into a file that the offline verifier accepts, and refuses when a digit is changed', async () => {
    const { county } = await earned('2026-09');
    await draftStatements(ctx(), '2026-09');
    const draft = await statementOf(county.id, '2026-09');
    await freezeStatement(ctx(), { statementId: draft.id, by: 'maker' });
    const file = await statementFile(db, draft.id, { withCharges: true });
    const text = JSON.stringify(file);
    expect(verifyStatement(text)).toMatchObject({ ok: true, faults: [] });
    const share = file.document.lines[0]?.shareMicroCny as string;
    const forged = text.replaceAll(`"${share}"`, `"${BigInt(share) + 1n}"`);
    expect(verifyStatement(forged).ok).toBe(false);
    const swapped = JSON.stringify({ ...file, charges: { 1: file.charges?.[2] } });
    expect(verifyStatement(swapped).faults.join()).toContain('charges hash');
  });

  it('goes from frozen to paid only in order, approved by another than froze it', async () => {
    const { county } = await earned('2026-08');
    await draftStatements(ctx(), '2026-08');
    const { id } = await statementOf(county.id, '2026-08');
    const step = { statementId: id, by: 'maker' };
    await expect(approveStatement(ctx(), step)).rejects.toMatchObject({ code: 'conflict' });
    await freezeStatement(ctx(), step);
    await expect(freezeStatement(ctx(), step)).rejects.toMatchObject({ code: 'conflict' });
    await expect(approveStatement(ctx(), { ...step, by: 'checker' })).rejects.toMatchObject({
      code: 'conflict',
    });
    await confirmStatement(ctx(), { statementId: id, by: 'outlet' });
    await expect(approveStatement(ctx(), step)).rejects.toMatchObject({ code: 'four_eyes' });
    const port = statementPort(clock);
    expect((await db.transaction((tx) => port.due(tx, id))).payable).toBe(false);
    await approveStatement(ctx(), { ...step, by: 'checker' });
    await expect(approveStatement(ctx(), { ...step, by: 'checker' })).rejects.toMatchObject({
      code: 'conflict',
    });
    const due = await db.transaction((tx) => port.due(tx, id));
    expect(due).toMatchObject({ outletId: county.id, payable: true });
    for (const next of ['paying', 'paid', 'reconciled'] as const) {
      await db.transaction((tx) => port.advance(tx, id, next));
    }
    const { events } = await statementDetail(db, id);
    expect(events.map((event) => event.status)).toEqual([
      'frozen',
      'outlet_confirmed',
      'approved',
      'paying',
      'paid',
      'reconciled',
    ]);
  });

  it('cannot be changed once frozen, not even by hand', async () => {
    const { county } = await earned('2026-07');
    await draftStatements(ctx(), '2026-07');
    const { id } = await statementOf(county.id, '2026-07');
    await freezeStatement(ctx(), { statementId: id, by: 'maker' });
    for (const attack of [
      sql`UPDATE statement SET total_micro_cny = 1, share_micro_cny = 1, adjustment_micro_cny = 0 WHERE id = ${id}`,
      sql`UPDATE statement SET status = 'draft', document = NULL, content_hash = NULL WHERE id = ${id}`,
      sql`UPDATE statement SET approved_by = frozen_by WHERE id = ${id}`,
      sql`DELETE FROM statement_line WHERE statement_id = ${id}`,
      sql`UPDATE statement_line SET share_micro_cny = 1 WHERE statement_id = ${id}`,
      sql`DELETE FROM statement_event WHERE statement_id = ${id}`,
    ]) {
      await expect(db.execute(attack)).rejects.toThrow();
    }
  });

  it('is not frozen before its month is over or while an hour of it is uncharged', async () => {
    const { county, place, line } = await earned('2026-10');
    now = dayStartMs('2026-10-31') + 86_399_999;
    await expect(freezeMonth(ctx(), { month: '2026-10', by: 'maker' })).rejects.toMatchObject({
      code: 'conflict',
    });
    now = dayStartMs('2026-12-03');
    const hour = hourOf(dayStartMs('2026-10-20'));
    await deliver(db, hour, { line, place, impressions: 1, spendMicroCny: 10n });
    await expect(freezeMonth(ctx(), { month: '2026-10', by: 'maker' })).rejects.toMatchObject({
      code: 'conflict',
    });
    await closeHour(ctx(), hour);
    // A refused freeze changed nothing, so the hour that came in between is October's.
    expect(await freezeMonth(ctx(), { month: '2026-10', by: 'maker' })).toBe(1);
    expect((await statementOf(county.id, '2026-10')).grossMicroCny).toBe(3_000_013n);
    // The month is cut now: what comes later is booked later.
    await deliver(db, hour + 1, { line, place, impressions: 1, spendMicroCny: 10n });
    await closeHour(ctx(), hour + 1);
    await draftStatements(ctx(), '2026-12');
    expect((await statementOf(county.id, '2026-12')).grossMicroCny).toBe(10n);
  });

  it('disputed by line and accepted, becomes a new revision with a four-eyes adjustment', async () => {
    const { county } = await earned('2026-06');
    await draftStatements(ctx(), '2026-06');
    const { id, totalMicroCny } = await statementOf(county.id, '2026-06');
    await freezeStatement(ctx(), { statementId: id, by: 'maker' });
    await disputeStatement(ctx(), { statementId: id, by: 'outlet', reason: '少计', lines: [1] });
    const next = await resolveDispute(ctx(), {
      statementId: id,
      by: 'maker',
      accept: true,
      note: '属实',
    });
    expect(next).toMatchObject({ revision: 1, status: 'draft' });
    const proposal = await proposeAdjustment(ctx(), {
      outletId: county.id,
      month: '2026-06',
      amountMicroCny: 500n,
      reason: '补计',
      by: 'maker',
    });
    const approval = { adjustmentId: proposal.id, by: 'maker' };
    await expect(approveAdjustment(ctx(), approval)).rejects.toMatchObject({ code: 'four_eyes' });
    await approveAdjustment(ctx(), { ...approval, by: 'checker' });
    await expect(approveAdjustment(ctx(), { ...approval, by: 'checker' })).rejects.toMatchObject({
      code: 'conflict',
    });
    await freezeStatement(ctx(), { statementId: next.id, by: 'maker' });
    const frozen = await statementOf(county.id, '2026-06');
    expect(frozen).toMatchObject({ revision: 1, totalMicroCny: totalMicroCny + 500n });
    const owed = await balanceOf(db, accounts.payable(county.id));
    expect(owed.balanceMicroCny).toBe(totalMicroCny + 500n);
    expect(verifyStatement(JSON.stringify(await statementFile(db, next.id))).ok).toBe(true);
    expect(verifyStatement(JSON.stringify(await statementFile(db, id))).ok).toBe(true);
  });

  it('tops earnings up to the contract’s minimum, once', async () => {
    const { county } = await earned('2026-05', 5_000_000n);
    await freezeMonth(ctx(), { month: '2026-05', by: 'maker', outletId: county.id });
    await freezeMonth(ctx(), { month: '2026-05', by: 'maker', outletId: county.id });
    const frozen = await statementOf(county.id, '2026-05');
    expect(frozen.totalMicroCny).toBe(5_000_000n);
    expect((await balanceOf(db, accounts.payable(county.id))).balanceMicroCny).toBe(5_000_000n);
    expect(await ledgerFaults(db, { chain: true })).toEqual([]);
  });
});
