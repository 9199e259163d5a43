/**
 * Sending again what failed or came back of a payout whose other parts were paid. Owns the new parts: numbers of their own,
 * under a second person's approval, with the posting to clearing in the same transaction. The old parts stay as they are.
 */
import { asc, eq } from 'drizzle-orm';
import { payoutPart } from '../../db/schema/payments.ts';
import { dayOf } from '../../db/terms/day.ts';
import { Failure } from '../../db/terms/failure.ts';
import { fenToMicroCny } from '../../db/terms/money.ts';
import { record } from '../audit/audit.ts';
import { accounts, post } from '../ledger/ledger.ts';
import { outBizNo } from './parts.ts';
import { lockPayout, type PayoutContext } from './payouts.ts';
import { refusalsKept } from './refusals.ts';
import { rollUp } from './settle.ts';

/** @throws Failure `not_found`, `conflict` (nothing to send again), `four_eyes` (its maker). */
export function resendFailedParts(
  ctx: PayoutContext,
  input: { payoutId: number; by: string },
): Promise<{ parts: number }> {
  const about = {
    what: 'payout.resend',
    subject: `payout:${input.payoutId}`,
    by: input.by,
  } as const;
  return refusalsKept(ctx, about, () =>
    ctx.db.transaction(async (tx) => {
      const row = await lockPayout(tx, input.payoutId);
      if (row.status !== 'part_succeeded')
        throw new Failure('conflict', {
          zh: '只有部分成功的打款可以补发',
          en: 'only a payout of which parts were paid can be sent again',
        });
      if (row.createdBy === input.by)
        throw new Failure('four_eyes', {
          zh: '创建人不能批准自己的打款单',
          en: 'the maker of a payout cannot approve it',
        });
      // Owed again where a part came back after the whole was thought paid; still being paid where one failed.
      const due = await ctx.statements.due(tx, row.statementId);
      if (due.payable) await ctx.statements.advance(tx, row.statementId, 'paying');
      const parts = await tx
        .select()
        .from(payoutPart)
        .where(eq(payoutPart.payoutId, row.id))
        .orderBy(asc(payoutPart.ordinal));
      const lost = parts.filter(
        (part) => part.replacedBy === null && /failed|returned/.test(part.status),
      );
      const day = dayOf(row.createdAt.getTime());
      const now = new Date(ctx.clock());
      for (const [n, part] of lost.entries()) {
        const ordinal = parts.length + n + 1;
        const amountMicroCny = fenToMicroCny(part.amountFen);
        await tx.insert(payoutPart).values({
          payoutId: row.id,
          ordinal,
          outBizNo: outBizNo(day, row.id, ordinal),
          amountFen: part.amountFen,
          nextAttemptAt: now,
        });
        await tx.update(payoutPart).set({ replacedBy: ordinal }).where(eq(payoutPart.id, part.id));
        await post(tx, [
          {
            key: `payout:${row.id}:part:${ordinal}:resent`,
            kind: 'payout.sent',
            day: dayOf(ctx.clock()),
            subject: `payout:${row.id}`,
            entries: [
              { account: accounts.payable(row.outletId), amountMicroCny },
              { account: accounts.payoutClearing, amountMicroCny: -amountMicroCny },
            ],
          },
        ]);
      }
      await record(tx, {
        actor: { userId: input.by },
        action: 'payout.resend',
        subject: about.subject,
        after: { parts: lost.length },
        at: now,
      });
      await rollUp(ctx, tx, row);
      return { parts: lost.length };
    }),
  );
}
