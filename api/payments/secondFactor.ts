/**
 * The second factor at approval. Owns when it is asked for (of whoever has one enrolled; of everybody where the house says
 * `required`), that a code counts once, and that guessing ends after a few tries.
 */
import { and, eq, gt, sql } from 'drizzle-orm';
import type { Database, Db } from '../../db/client.ts';
import { paymentRefusal, secondFactorUse } from '../../db/schema/payments.ts';
import type { Clock } from '../../db/terms/day.ts';
import { assert, Failure } from '../../db/terms/failure.ts';
import { checkSecondFactor } from '../identity/identity.ts';
import { recordRefusal } from './refusals.ts';

interface SecondFactorContext {
  db: Database;
  clock: Clock;
  config: { authSecret: string; secondFactor?: 'enrolled' | 'required' };
  /** Of a request that is one transaction: there is to be none. */
  afterwards?: unknown;
}

const WHAT = 'secondFactor';
const TRIES = 5;
const WITHIN_MS = 10 * 60_000;

/**
 * Returns when it was shown, epoch ms; undefined where none is asked for. One try of a person at a time, and a wrong one is
 * counted in the transaction that judged it: many at once are no more guesses than one after the other.
 * @throws Failure `second_factor_required` (missing, wrong, used before), `limit_exceeded` (too many tries).
 */
export async function showSecondFactor(
  ctx: SecondFactorContext,
  input: { userId: string; code?: string },
): Promise<number | undefined> {
  const { userId } = input;
  assert(
    !ctx.afterwards,
    'a wrong try counts, so no request may take it back with its own transaction',
  );
  const found = await ctx.db.transaction(async (tx) => {
    await tx.execute(sql`SELECT pg_advisory_xact_lock(hashtext(${WHAT}), hashtext(${userId}))`);
    const judged = await judge({ ...ctx, db: tx }, input);
    if (judged instanceof Failure) {
      const { zh = '', en = '' } = judged.details[0] ?? {};
      const refusal = { what: WHAT, by: userId, reason: judged.code, zh, en };
      await recordRefusal(tx, ctx.clock, refusal);
    }
    return judged;
  });
  if (found instanceof Failure) throw found;
  return found;
}

async function judge(
  ctx: Omit<SecondFactorContext, 'db'> & { db: Db },
  { userId, code }: { userId: string; code?: string },
): Promise<number | undefined | Failure> {
  if ((await triesOf(ctx, userId)) >= TRIES)
    return new Failure('limit_exceeded', {
      zh: '动态口令错误次数过多，请十分钟后再试',
      en: 'too many wrong codes; try again in ten minutes',
    });
  const found = await checkSecondFactor(ctx, userId, code);
  if (found.kind === 'absent') {
    if (ctx.config.secondFactor !== 'required') return undefined;
    return required('请先在安全设置中启用动态口令', 'enrol a second factor first');
  }
  if (found.kind === 'wrong')
    return required('批准须输入正确的六位动态口令', 'approval needs the right six-digit code');
  const used = await ctx.db
    .insert(secondFactorUse)
    .values({ userId, step: found.step, usedAt: new Date(ctx.clock()) })
    .onConflictDoNothing()
    .returning({ step: secondFactorUse.step });
  if (used.length === 0)
    return required('该动态口令已用过，请等下一个', 'this code was used; wait for the next');
  return ctx.clock();
}

const required = (zh: string, en: string): Failure =>
  new Failure('second_factor_required', { pointer: '/code', zh, en });

async function triesOf(ctx: { db: Db; clock: Clock }, userId: string): Promise<number> {
  const [row] = await ctx.db
    .select({ tries: sql<number>`count(*)::int` })
    .from(paymentRefusal)
    .where(
      and(
        eq(paymentRefusal.what, WHAT),
        eq(paymentRefusal.byUser, userId),
        gt(paymentRefusal.at, new Date(ctx.clock() - WITHIN_MS)),
      ),
    );
  return row?.tries ?? 0;
}
