/**
 * The second factor at approval. Owns when it is asked for (of whoever has one enrolled; of everybody where the house says
 * `required`), that a code counts once, and that guessing ends after a few tries.
 */
import { and, eq, gt, sql } from 'drizzle-orm';
import type { Database } from '../../db/client.ts';
import { paymentRefusal, secondFactorUse } from '../../db/schema/payments.ts';
import type { Clock } from '../../db/terms/day.ts';
import { Failure } from '../../db/terms/failure.ts';
import { checkSecondFactor } from '../identity/identity.ts';
import { refusalsKept } from './refusals.ts';

interface SecondFactorContext {
  db: Database;
  clock: Clock;
  config: { authSecret: string; secondFactor?: 'enrolled' | 'required' };
}

const WHAT = 'secondFactor';
const TRIES = 5;
const WITHIN_MS = 10 * 60_000;

/**
 * Returns when it was shown, epoch ms; undefined where none is asked for.
 * @throws Failure `second_factor_required` (missing, wrong, used before), `limit_exceeded` (too many tries).
 */
export function showSecondFactor(
  ctx: SecondFactorContext,
  input: { userId: string; code?: string },
): Promise<number | undefined> {
  return refusalsKept(ctx, { what: WHAT, by: input.userId }, async () => {
    await refuseGuessing(ctx, input.userId);
    const found = await checkSecondFactor(ctx, input.userId, input.code);
    if (found.kind === 'absent') {
      if (ctx.config.secondFactor !== 'required') return undefined;
      throw required('请先在安全设置中启用动态口令', 'enrol a second factor first');
    }
    if (found.kind === 'wrong')
      throw required('批准须输入正确的六位动态口令', 'approval needs the right six-digit code');
    const used = await ctx.db
      .insert(secondFactorUse)
      .values({ userId: input.userId, step: found.step, usedAt: new Date(ctx.clock()) })
      .onConflictDoNothing()
      .returning({ step: secondFactorUse.step });
    if (used.length === 0)
      throw required('该动态口令已用过，请等下一个', 'this code was used; wait for the next');
    return ctx.clock();
  });
}

const required = (zh: string, en: string): Failure =>
  new Failure('second_factor_required', { pointer: '/code', zh, en });

async function refuseGuessing(ctx: SecondFactorContext, userId: string): Promise<void> {
  const since = new Date(ctx.clock() - WITHIN_MS);
  const [row] = await ctx.db
    .select({ tries: sql<number>`count(*)::int` })
    .from(paymentRefusal)
    .where(
      and(
        eq(paymentRefusal.what, WHAT),
        eq(paymentRefusal.byUser, userId),
        gt(paymentRefusal.at, since),
      ),
    );
  if ((row?.tries ?? 0) >= TRIES)
    throw new Failure('limit_exceeded', {
      zh: '动态口令错误次数过多，请十分钟后再试',
      en: 'too many wrong codes; try again in ten minutes',
    });
}
