/**
 * Who says yes to credit. More of it (a line to an agency, the platform's own credit to a wallet) is proposed by one person of
 * finance and confirmed by another. Less of it only lessens what may be lost: one person does it at once, and it stands in
 * the same history. Refuses what the limits refuse, when it is proposed and again when it is confirmed; a second open
 * proposal about the same; a confirmation of what has changed meanwhile. What was refused stays on file.
 */
import { eq, TransactionRollbackError } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { advertiser } from '../../db/schema/campaigns.ts';
import { organization } from '../../db/schema/identity.ts';
import { creditProposal } from '../../db/schema/payments.ts';
import type { Clock } from '../../db/terms/day.ts';
import { Failure } from '../../db/terms/failure.ts';
import type { Subject } from '../../db/terms/id.ts';
import type { MicroCny } from '../../db/terms/money.ts';
import { record } from '../audit/audit.ts';
import { notFound } from '../http/auth.ts';
import { type CreditSubject, lockLimit, setLimit } from './credit.ts';
import { refusalsKept } from './refusals.ts';

type Ctx = Parameters<typeof refusalsKept>[0];
interface Within {
  db: Db;
  clock: Clock;
}
export type CreditProposal = typeof creditProposal.$inferSelect;

const conflict = (zh: string, en: string) => new Failure('conflict', { zh, en });

const subjectOf = ({ organizationId, advertiserId }: CreditProposal): CreditSubject =>
  advertiserId === null
    ? { organizationId: organizationId as string, advertiserId }
    : { organizationId: null, advertiserId };

/**
 * More waits for another person (`open`); less is done (`lowered`). Less is a lower limit of what the platform granted, or no
 * credit at all: a lower limit of the platform's own for a wallet out of an agency's line would give the agency back more
 * than it takes.
 * @throws Failure `not_found`, `conflict` (one is open already), `invalid_input` (as it is; less than is spread),
 * `insufficient_funds` (less than is drawn).
 */
export function proposeCredit(
  ctx: Ctx,
  subject: CreditSubject,
  input: { limitMicroCny: MicroCny; reason: string; by: string },
): Promise<CreditProposal> {
  const about = { what: 'credit.propose', subject: nameOf(subject), by: input.by };
  return refusalsKept(ctx, about, () =>
    ctx.db.transaction((tx) => propose({ db: tx, clock: ctx.clock }, subject, input)),
  );
}

const nameOf = ({ organizationId, advertiserId }: CreditSubject): Subject =>
  advertiserId === null ? `organization:${organizationId}` : `advertiser:${advertiserId}`;

async function propose(
  within: Within,
  subject: CreditSubject,
  { limitMicroCny, reason, by }: { limitMicroCny: MicroCny; reason: string; by: string },
): Promise<CreditProposal> {
  const { db: tx, clock } = within;
  await refuseUnknown(tx, subject);
  const now = await lockLimit(tx, subject, by);
  if (limitMicroCny === now.limitMicroCny && !now.fromAgency) throw unchanged();
  const isLess = limitMicroCny < now.limitMicroCny && (!now.fromAgency || limitMicroCny === 0n);
  if (isLess) await setLimit(within, subject, { limitMicroCny, by });
  else await rehearse(within, subject, { limitMicroCny, by });
  const at = new Date(clock());
  const [made] = await tx
    .insert(creditProposal)
    .values({
      ...subject,
      limitMicroCny,
      beforeMicroCny: now.limitMicroCny,
      reason,
      proposedBy: by,
      proposedAt: at,
      ...(isLess && { status: 'lowered' as const, decidedBy: by, decidedAt: at }),
    })
    .onConflictDoNothing()
    .returning();
  if (!made) {
    throw conflict(
      '该对象已有待确认的授信提议',
      'a proposal about it is open: it is decided or withdrawn first',
    );
  }
  await note(tx, made, isLess ? 'credit.lower' : 'credit.propose', by);
  return made;
}

/** Another person: the limit is set. @throws Failure `four_eyes`, `not_found`, `conflict` (decided; the limit has changed since), and as the limits refuse. */
export function confirmCredit(
  ctx: Ctx,
  input: { proposalId: number; by: string },
): Promise<CreditProposal> {
  return decide(ctx, input, 'confirmed', async (tx, row) => {
    if (row.proposedBy === input.by) throw sameEyes();
    const subject = subjectOf(row);
    const now = await lockLimit(tx, subject, input.by);
    if (now.limitMicroCny !== row.beforeMicroCny) {
      throw conflict(
        '提议之后额度已变，请重新提出',
        'the limit has changed since: it has to be proposed anew',
      );
    }
    const { limitMicroCny } = row;
    await setLimit({ db: tx, clock: ctx.clock }, subject, { limitMicroCny, by: input.by });
  });
}

/** Another person says no, and why. @throws Failure `four_eyes`, `not_found`, `conflict` (decided). */
export const declineCredit = (
  ctx: Ctx,
  input: { proposalId: number; by: string; note: string },
): Promise<CreditProposal> =>
  decide(ctx, input, 'declined', async (_tx, row) => {
    if (row.proposedBy === input.by) throw sameEyes();
  });

/** Whoever proposed it takes it back. @throws Failure `forbidden`, `not_found`, `conflict` (decided). */
export const withdrawCredit = (
  ctx: Ctx,
  input: { proposalId: number; by: string },
): Promise<CreditProposal> =>
  decide(ctx, input, 'withdrawn', async (_tx, row) => {
    if (row.proposedBy === input.by) return;
    throw new Failure('forbidden', {
      zh: '只有提议人可以撤回，其他人请驳回',
      en: 'only who proposed it withdraws it; others decline',
    });
  });

const ACTIONS = {
  confirmed: 'credit.confirm',
  declined: 'credit.decline',
  withdrawn: 'credit.withdraw',
} as const;

/** Of several who decide at once the first does; the others hear that it is decided. */
function decide(
  ctx: Ctx,
  { proposalId, by, note: why }: { proposalId: number; by: string; note?: string },
  status: keyof typeof ACTIONS,
  act: (tx: Db, row: CreditProposal) => Promise<void>,
): Promise<CreditProposal> {
  const subject = `creditProposal:${proposalId}` as const;
  const decideIn = async (tx: Db) => {
    const isIt = eq(creditProposal.id, proposalId);
    const [row] = await tx.select().from(creditProposal).where(isIt).for('update');
    if (!row) throw notFound();
    if (row.status !== 'open') throw conflict('该提议已有结论', 'it is decided already');
    await act(tx, row);
    const decided = { status, decidedBy: by, decidedAt: new Date(ctx.clock()) };
    const [after] = await tx
      .update(creditProposal)
      .set({ ...decided, decisionNote: why ?? null })
      .where(isIt)
      .returning();
    await note(tx, after as CreditProposal, ACTIONS[status], by, row);
    return after as CreditProposal;
  };
  return refusalsKept(ctx, { what: ACTIONS[status], subject, by }, () =>
    ctx.db.transaction(decideIn),
  );
}

const note = (tx: Db, row: CreditProposal, action: string, by: string, before?: CreditProposal) =>
  record(tx, {
    actor: { userId: by },
    action,
    subject: `creditProposal:${row.id}`,
    before,
    after: row,
    at: row.decidedAt ?? row.proposedAt,
  });

/** Does it and takes it back, so that what cannot be is refused to whoever proposes it. */
async function rehearse(
  ctx: Within,
  subject: CreditSubject,
  input: { limitMicroCny: MicroCny; by: string },
): Promise<void> {
  try {
    await ctx.db.transaction(async (trial) => {
      await setLimit({ ...ctx, db: trial }, subject, input);
      trial.rollback();
    });
  } catch (error) {
    if (!(error instanceof TransactionRollbackError)) throw error;
  }
}

async function refuseUnknown(db: Db, { organizationId, advertiserId }: CreditSubject) {
  if (advertiserId !== null) {
    const [known] = await db
      .select({ id: advertiser.id })
      .from(advertiser)
      .where(eq(advertiser.id, advertiserId));
    if (!known) throw notFound();
    return;
  }
  const [known] = await db
    .select({ kind: organization.kind })
    .from(organization)
    .where(eq(organization.id, organizationId));
  if (known?.kind !== 'agency') throw notFound();
}

const sameEyes = () =>
  new Failure('four_eyes', {
    zh: '授信须由提议人以外的另一人决定',
    en: 'who proposed it does not decide it',
  });

const unchanged = () =>
  new Failure('invalid_input', {
    pointer: '/limitMicroCny',
    zh: '与现有额度相同',
    en: 'that is the limit already',
  });
