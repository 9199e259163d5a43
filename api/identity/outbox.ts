/**
 * Letters on their way: rows, written in the transaction of what they tell of, and sent by the worker until the mail server takes
 * them, refuses them for good, or their link has ended. Owns the claim, the schedule of retries and giving up. Refuses to keep
 * an address or a text longer than it is needed, and to log either.
 */
import { and, eq, lt, ne, sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { letter } from '../../db/schema/identity.ts';
import type { Clock } from '../../db/terms/day.ts';
import type { Config } from '../env.ts';
import { createMailer, type Letter, type Mailer } from '../http/mail.ts';

export interface NewLetter extends Letter {
  kind: 'password.reset' | 'address.verify' | 'member.invite';
  /** For how long its link opens something. */
  lifeSeconds: number;
}

const BATCH = 10;
/** Waits after the first, second … attempt, s; the last one again and again until the link has ended. */
const RETRY_AFTER_S = [10, 60, 300, 900, 3_600];
/** A claim that nobody finished is taken up again after this; longer than a server may take (http/mail). */
const CLAIM_S = 120;
const KEEP_DAYS = 30;

const at = (nowMs: number, seconds = 0): Date => new Date(nowMs + seconds * 1_000);

export async function queueLetter(db: Db, nowMs: number, written: NewLetter): Promise<void> {
  const { kind, to: recipient, subject, text: body, lifeSeconds } = written;
  const times = { nextAt: at(nowMs), expiresAt: at(nowMs, lifeSeconds), createdAt: at(nowMs) };
  await db.insert(letter).values({ kind, recipient, subject, body, ...times });
}

interface Due extends Record<string, unknown> {
  id: string;
  attempts: number;
  recipient: string;
  subject: string;
  body: string;
  expired: boolean;
}

/** An attempt is written down before it is made, so that a crash is an attempt too. */
function claim(db: Db, nowMs: number): Promise<Due[]> {
  const now = sql`${at(nowMs).toISOString()}::timestamptz`;
  return db.execute<Due>(sql`
    UPDATE letter SET attempts = attempts + 1, next_at = ${now} + interval '1 second' * ${CLAIM_S}
    WHERE id IN (SELECT id FROM letter WHERE status = 'pending' AND next_at <= ${now}
      ORDER BY next_at LIMIT ${BATCH} FOR UPDATE SKIP LOCKED)
    RETURNING id, attempts, recipient, subject, body, expires_at <= ${now} AS expired`);
}

/** What went wrong, in the server's codes. 5xx is its last word (RFC 5321 §4.2.1). */
function faultOf(error: unknown): { code: string; isFinal: boolean } {
  const { code = 'error', responseCode } = error as { code?: string; responseCode?: number };
  const isFinal = responseCode !== undefined && responseCode >= 500 && code === 'EENVELOPE';
  return { code: responseCode === undefined ? code : `${code} ${responseCode}`, isFinal };
}

async function settle(db: Db, nowMs: number, due: Due, status: 'sent' | 'failed', error?: string) {
  const bare = { recipient: null, subject: null, body: null };
  const told = { status, settledAt: at(nowMs), lastError: error ?? null };
  await db
    .update(letter)
    .set({ ...bare, ...told })
    .where(eq(letter.id, Number(due.id)));
}

async function send(ctx: { db: Db; clock: Clock }, mailer: Mailer, due: Due): Promise<void> {
  if (due.expired) return settle(ctx.db, ctx.clock(), due, 'failed', 'expired');
  try {
    await mailer.send({ to: due.recipient, subject: due.subject, text: due.body });
    await settle(ctx.db, ctx.clock(), due, 'sent');
  } catch (error) {
    const { code, isFinal } = faultOf(error);
    if (isFinal) return settle(ctx.db, ctx.clock(), due, 'failed', code);
    const waitS = RETRY_AFTER_S[Math.min(due.attempts, RETRY_AFTER_S.length) - 1] as number;
    const next = { nextAt: at(ctx.clock(), waitS), lastError: code };
    await ctx.db
      .update(letter)
      .set(next)
      .where(eq(letter.id, Number(due.id)));
  }
}

/** The worker's step: sends one batch after the other; how many were tried. */
export function letterSender(config: Pick<Config, 'mail'>) {
  const mailer = config.mail ? createMailer(config.mail) : undefined;
  return async (ctx: { db: Db; clock: Clock }): Promise<number> => {
    if (!mailer) return 0;
    const due = await claim(ctx.db, ctx.clock());
    await Promise.all(due.map((one) => send(ctx, mailer, one)));
    return due.length;
  };
}

/** Settled ones say no more than that there was a letter: after a month not even that. */
export async function forgetLetters({ db, clock }: { db: Db; clock: Clock }): Promise<void> {
  const old = lt(letter.createdAt, at(clock(), -KEEP_DAYS * 86_400));
  await db.delete(letter).where(and(ne(letter.status, 'pending'), old));
}
