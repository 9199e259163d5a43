/** Refusals kept for people: what was tried, by whom, and why it was not done, in both languages. */
import { desc, lt } from 'drizzle-orm';
import type { Database, Db } from '../../db/client.ts';
import { paymentRefusal } from '../../db/schema/payments.ts';
import type { Clock } from '../../db/terms/day.ts';
import { Failure } from '../../db/terms/failure.ts';
import type { Subject } from '../../db/terms/id.ts';

export interface Refusal {
  /** The act that was refused: `payout.approve`, `notify`, `bill`. */
  what: string;
  reason: string;
  zh: string;
  en: string;
  subject?: Subject;
  by?: string;
  detail?: Record<string, unknown>;
}

export async function recordRefusal(db: Db, clock: Clock, refusal: Refusal): Promise<void> {
  await db.insert(paymentRefusal).values({
    at: new Date(clock()),
    what: refusal.what,
    reason: refusal.reason,
    zh: refusal.zh,
    en: refusal.en,
    subject: refusal.subject,
    byUser: refusal.by,
    detail: refusal.detail ?? {},
  });
}

/**
 * Runs `act`; when it throws a Failure, keeps the refusal outside of the act's transaction (which has rolled back), and of the
 * request's where there is one around it, and throws on.
 */
export async function refusalsKept<T>(
  ctx: { db: Database; clock: Clock; afterwards?: ((db: Database) => Promise<void>)[] },
  about: { what: string; subject?: Subject; by?: string },
  act: () => Promise<T>,
): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof Failure) {
      const [first] = error.details;
      const refusal = {
        ...about,
        reason: error.code,
        zh: first?.zh ?? error.code,
        en: first?.en ?? error.message,
      };
      const note = (db: Database) => recordRefusal(db, ctx.clock, refusal);
      if (ctx.afterwards) ctx.afterwards.push(note);
      else await note(ctx.db);
    }
    throw error;
  }
}

/** Newest first; `before` is the last id of the page before. */
export function refusals(db: Db, page: { before?: number; limit: number }) {
  return db
    .select()
    .from(paymentRefusal)
    .where(page.before ? lt(paymentRefusal.id, page.before) : undefined)
    .orderBy(desc(paymentRefusal.id))
    .limit(page.limit);
}
