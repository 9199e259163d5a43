/**
 * Batches: many statements paid under one name and one approval. Owns that a bad one does not hold up the others: each
 * payout is made and approved by the same verbs as a single one, and what was refused is named.
 */
import { and, eq } from 'drizzle-orm';
import { payout, payoutBatch } from '../../db/schema/payments.ts';
import { Failure } from '../../db/terms/failure.ts';
import { approvePayout } from './approving.ts';
import { type PayoutContext, requestPayout } from './payouts.ts';
import { refusalsKept } from './refusals.ts';

export interface BatchRefusal {
  id: number;
  code: string;
  zh: string;
  en: string;
}

function asRefusal(id: number, error: unknown): BatchRefusal {
  if (!(error instanceof Failure)) throw error;
  const [detail] = error.details;
  return { id, code: error.code, zh: detail?.zh ?? '', en: detail?.en ?? '' };
}

/** Makes a payout for each statement. `refused` names the statements that got none. */
export async function createBatch(
  ctx: PayoutContext,
  input: { name: string; statementIds: readonly number[]; by: string },
): Promise<{ batchId: number; payoutIds: number[]; refused: BatchRefusal[] }> {
  const [batch] = await ctx.db
    .insert(payoutBatch)
    .values({ name: input.name, createdBy: input.by, createdAt: new Date(ctx.clock()) })
    .returning({ id: payoutBatch.id });
  const batchId = batch!.id;
  const payoutIds: number[] = [];
  const refused: BatchRefusal[] = [];
  for (const statementId of new Set(input.statementIds)) {
    try {
      const made = await requestPayout(ctx, { statementId, by: input.by, batchId });
      payoutIds.push(made.payoutId);
    } catch (error) {
      refused.push(asRefusal(statementId, error));
    }
  }
  return { batchId, payoutIds, refused };
}

/**
 * Approves what of a batch still waits. `refused` names the payouts that stay as they are.
 * @throws Failure `not_found`, `four_eyes` (its maker), `conflict` (nothing waits).
 */
export function approveBatch(
  ctx: PayoutContext,
  input: { batchId: number; by: string; secondFactorAtMs?: number },
): Promise<{ approved: number[]; refused: BatchRefusal[] }> {
  const about = { what: 'batch.approve', subject: `payoutBatch:${input.batchId}`, by: input.by };
  return refusalsKept(ctx, { ...about, subject: `payoutBatch:${input.batchId}` }, async () => {
    const [batch] = await ctx.db
      .select()
      .from(payoutBatch)
      .where(eq(payoutBatch.id, input.batchId));
    if (!batch) throw new Failure('not_found', { zh: '没有这个批次', en: 'no such batch' });
    if (batch.createdBy === input.by)
      throw new Failure('four_eyes', {
        zh: '创建人不能批准自己的批次',
        en: 'the maker of a batch cannot approve it',
      });
    const waiting = await ctx.db
      .select({ id: payout.id })
      .from(payout)
      .where(and(eq(payout.batchId, batch.id), eq(payout.status, 'created')))
      .orderBy(payout.id);
    if (waiting.length === 0)
      throw new Failure('conflict', { zh: '批次内没有待批准的打款', en: 'nothing waits in it' });
    const approved: number[] = [];
    const refused: BatchRefusal[] = [];
    for (const { id } of waiting) {
      try {
        await approvePayout(ctx, { ...input, payoutId: id });
        approved.push(id);
      } catch (error) {
        refused.push(asRefusal(id, error));
      }
    }
    await ctx.db
      .update(payoutBatch)
      .set({ approvedBy: input.by, approvedAt: new Date(ctx.clock()) })
      .where(eq(payoutBatch.id, batch.id));
    return { approved, refused };
  });
}
