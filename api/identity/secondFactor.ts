/**
 * A person's one-time code (RFC 6238) outside of sign-in: for acts that need a fresh proof. Owns finding the step a code
 * belongs to; whoever asks keeps the step, so that it counts once. Enrolment belongs to better-auth.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { symmetricDecrypt } from 'better-auth/crypto';
import { and, eq } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { twoFactor, user } from '../../db/schema/identity.ts';
import type { Clock } from '../../db/terms/day.ts';

const STEP_MS = 30_000;
/** Steps before and after the present one that are taken: clocks of telephones differ. */
const WINDOW = 1;

/** The six digits of a step. @param secret as better-auth keeps it: its UTF-8 bytes are the key. */
export function totp(secret: string, step: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const mac = createHmac('sha1', secret).update(counter).digest();
  const at = (mac[19] ?? 0) & 0xf;
  return String((mac.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

const same = (a: string, b: string): boolean =>
  a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));

export type SecondFactor = { kind: 'absent' } | { kind: 'wrong' } | { kind: 'good'; step: number };

/** `absent`: the person has none enrolled. */
export async function checkSecondFactor(
  ctx: { db: Db; clock: Clock; config: { authSecret: string } },
  userId: string,
  code: string | undefined,
): Promise<SecondFactor> {
  const [row] = await ctx.db
    .select({ secret: twoFactor.secret })
    .from(twoFactor)
    .innerJoin(user, eq(user.id, twoFactor.userId))
    .where(and(eq(twoFactor.userId, userId), eq(user.twoFactorEnabled, true)));
  if (!row) return { kind: 'absent' };
  if (!code || !/^\d{6}$/.test(code)) return { kind: 'wrong' };
  const secret = await symmetricDecrypt({ key: ctx.config.authSecret, data: row.secret });
  const now = Math.floor(ctx.clock() / STEP_MS);
  for (let step = now - WINDOW; step <= now + WINDOW; step += 1)
    if (same(code, totp(secret, step))) return { kind: 'good', step };
  return { kind: 'wrong' };
}
