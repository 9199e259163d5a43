/**
 * Carries out the proposed remedy where a machine can: asks Alipay about the number, lets payments credit, settle or
 * record the return, and matches the line with what has now moved. Everything else is a person's decision.
 */
import { eq } from 'drizzle-orm';
import { reconciliationCase } from '../../db/schema/reconciliation.ts';
import { Failure } from '../../db/terms/failure.ts';
import {
  type PayoutContext,
  queryTopUp,
  resolvePayoutPart,
  returnPart,
} from '../payments/payments.ts';
import { compareCase } from './restating.ts';

/**
 * Applies `ask_alipay` to a case and compares it again: `supplemented` when all of it agrees now, `restated` when a part does.
 * @throws Failure `not_found`, `conflict` (another remedy, closed).
 */
export async function applyRemedy(
  ctx: PayoutContext,
  input: { caseId: number; by: string },
): Promise<'supplemented' | 'restated' | undefined> {
  const [row] = await ctx.db
    .select()
    .from(reconciliationCase)
    .where(eq(reconciliationCase.id, input.caseId));
  if (!row) throw new Failure('not_found', { zh: '没有这个差异', en: 'no such case' });
  if (row.status === 'closed' || row.remedy !== 'ask_alipay')
    throw new Failure('conflict', {
      zh: '该差异须人工处理',
      en: 'this case needs a decision, not a query',
    });
  for (const item of row.items) {
    if (item.kind === 'topUp') await queryTopUp(ctx, item.id, row.outNo);
    if (item.kind === 'payout') await resolvePayoutPart(ctx, item.id);
    if (item.kind === 'payoutReturn') await returnPart(ctx, item.id, '账单：转账退回');
  }
  return compareCase(ctx, row.id, input.by);
}
