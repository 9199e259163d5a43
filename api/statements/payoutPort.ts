/** What payments asks of statements: what is due, and to be told of each step of its payout. */
import { eq } from 'drizzle-orm';
import type { Transaction } from '../../db/client.ts';
import { type StatementStatus, statement } from '../../db/schema/statements.ts';
import type { Clock } from '../../db/terms/day.ts';
import { Failure } from '../../db/terms/failure.ts';
import type { PayoutStep, StatementPort } from '../payments/payments.ts';
import { amountToInvoice } from './invoicing.ts';
import { lock, move } from './steps.ts';

const STEPS: Record<PayoutStep, { from: StatementStatus[]; to: StatementStatus }> = {
  paying: { from: ['approved'], to: 'paying' },
  paid: { from: ['paying'], to: 'paid' },
  failed: { from: ['paying'], to: 'approved' },
  // A bounced payout is owed again, also after it was thought paid or matched.
  returned: { from: ['paying', 'paid', 'reconciled'], to: 'approved' },
  reconciled: { from: ['paid'], to: 'reconciled' },
};

export const statementPort = (clock: Clock): StatementPort => ({
  async due(tx, statementId) {
    const [row] = await tx
      .select()
      .from(statement)
      .where(eq(statement.id, statementId))
      .for('update');
    if (!row) throw new Failure('not_found', { zh: '结算单不存在', en: 'no such statement' });
    return {
      outletId: row.outletId,
      amountMicroCny: row.totalMicroCny,
      payable: row.status === 'approved' && row.totalMicroCny > 0n,
      needsInvoice: (await amountToInvoice(tx, row)) > 0n,
      invoiceNo: row.invoiceNo,
    };
  },
  async advance(tx: Transaction, statementId, step) {
    // The parts of a payout come back one by one: the first has told already.
    if (step === 'returned' && (await lock(tx, statementId)).status === 'approved') return;
    await move({ db: tx, clock }, { statementId, by: 'payments', ...STEPS[step] });
  },
});
