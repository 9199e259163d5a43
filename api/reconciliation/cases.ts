/**
 * Cases: differences between bill and book. Owns open → suspended (挂账) → closed, the journals of suspending and closing, and
 * their lists; who may close one, and on what evidence, is resolving.ts. A suspended case has put the ledger's cash where the
 * bank's is; closing it takes that back unless the money stays: written off, or booked to whom it belongs.
 */
import { and, asc, desc, eq, lt, ne, sql } from 'drizzle-orm';
import type { Db, Transaction } from '../../db/client.ts';
import { type Evidence, reconciliationCase } from '../../db/schema/reconciliation.ts';
import { type Day, dayOf } from '../../db/terms/day.ts';
import { Failure } from '../../db/terms/failure.ts';
import { MICRO_CNY_PER_FEN } from '../../db/terms/money.ts';
import { record } from '../audit/audit.ts';
import { decodeIdCursor, type PageQuery, pageOf } from '../http/paging.ts';
import { type AccountCode, accounts, post } from '../ledger/ledger.ts';
import type { PayoutContext } from '../payments/payments.ts';
import type { Difference } from './match.ts';

export type Case = typeof reconciliationCase.$inferSelect;
/** Who closes what explained itself. */
export const MACHINE = 'reconciliation';

type Resolution = NonNullable<Case['resolution']>;

/**
 * Opens a case for each difference; what explained itself is on file, closed by the machine. Those left of a suspended case
 * stay in suspense, as whoever suspended it had it.
 */
export async function openCases(
  ctx: PayoutContext,
  tx: Transaction,
  day: Day,
  differences: readonly Difference[],
  partOf?: Case,
): Promise<Case[]> {
  const at = new Date(ctx.clock());
  const closed = {
    status: 'closed',
    resolution: 'matched',
    closedAt: at,
    closedBy: MACHINE,
  } as const;
  const opened: Case[] = [];
  for (let from = 0; from < differences.length; from += CASES_A_STATEMENT) {
    const rows = differences.slice(from, from + CASES_A_STATEMENT).map((difference) => ({
      day,
      kinds: difference.kinds,
      differenceFen: difference.differenceFen,
      outNo: difference.outNo,
      billLineIds: difference.lines.map((line) => line.id),
      items: difference.items.map(({ kind, id, amountFen }) => ({
        kind,
        id,
        amountFen: amountFen.toString(),
      })),
      remedy: difference.remedy,
      openedAt: at,
      partOf: partOf?.id ?? null,
      ...(difference.explained ? closed : {}),
    }));
    opened.push(...(await tx.insert(reconciliationCase).values(rows).returning()));
  }
  if (partOf?.status === 'suspended')
    for (const row of opened.filter(({ status }) => status === 'open'))
      await enterSuspense(ctx, tx, row, partOf);
  return opened;
}

const CASES_A_STATEMENT = 500;

/** Until the transaction ends: bills are compared and cases moved one at a time. */
export const lockCases = (tx: Transaction) =>
  tx.execute(sql`SELECT pg_advisory_xact_lock(hashtext('reconciliation.cases'))`);

/** An unsettled case, as it is now. @throws Failure `not_found`, `conflict` (closed). */
export async function lockCase(tx: Transaction, caseId: number): Promise<Case> {
  await lockCases(tx);
  const [row] = await tx
    .select()
    .from(reconciliationCase)
    .where(eq(reconciliationCase.id, caseId))
    .for('update');
  if (!row) throw new Failure('not_found', { zh: '没有这个差异', en: 'no such case' });
  if (row.status === 'closed')
    throw new Failure('conflict', { zh: '差异已经关闭', en: 'the case is closed' });
  return row;
}

/** Steps that move the ledger's cash: suspending, and taking that back. */
export type CashStep = 'suspended' | 'released';
type Step = CashStep | 'supplemented' | 'written_off';

/** Of the journal that a step of a case posts, once. */
export const journalKey = (caseId: number, step: Step): string => `case:${caseId}:${step}`;

export async function postDifference(
  ctx: PayoutContext,
  tx: Transaction,
  row: Case,
  step: Step,
  debit: AccountCode,
  credit: AccountCode,
): Promise<void> {
  const amountMicroCny = row.differenceFen * MICRO_CNY_PER_FEN;
  await post(tx, [
    {
      key: journalKey(row.id, step),
      kind: `reconciliation.${step}`,
      day: dayOf(ctx.clock()),
      subject: `case:${row.id}`,
      memo: row.outNo,
      entries: [
        { account: debit, amountMicroCny },
        { account: credit, amountMicroCny: -amountMicroCny },
      ],
    },
  ]);
}

export const audited = (
  ctx: PayoutContext,
  tx: Transaction,
  row: Case,
  by: string,
  act: string,
  note?: string,
) =>
  record(tx, {
    actor: { userId: by },
    action: `case.${act}`,
    subject: `case:${row.id}`,
    before: { status: row.status },
    after: { differenceFen: row.differenceFen, note },
    at: new Date(ctx.clock()),
  });

/** 挂账: cash goes where the bank's is, the difference into suspense. @throws Failure `conflict`, `not_found`. */
export async function suspendCase(
  ctx: PayoutContext,
  input: { caseId: number; by: string },
): Promise<void> {
  await ctx.db.transaction(async (tx) => {
    const row = await lockCase(tx, input.caseId);
    if (row.status !== 'open' || row.differenceFen === 0n)
      throw new Failure('conflict', {
        zh: '差异已挂账，或没有金额可挂',
        en: 'the case is suspended already, or has no amount',
      });
    await audited(ctx, tx, row, input.by, 'suspend');
    const suspended = { suspendedAt: new Date(ctx.clock()), suspendedBy: input.by };
    await enterSuspense(ctx, tx, row, suspended);
  });
}

async function enterSuspense(
  ctx: PayoutContext,
  tx: Transaction,
  row: Case,
  { suspendedAt, suspendedBy }: Pick<Case, 'suspendedAt' | 'suspendedBy'>,
): Promise<void> {
  // Bank has more: D cash / C suspense; bank has less: the same journal with the sign turned.
  await postDifference(ctx, tx, row, 'suspended', accounts.alipayCash, accounts.suspense);
  await tx
    .update(reconciliationCase)
    .set({ status: 'suspended', suspendedAt, suspendedBy, version: row.version + 1 })
    .where(eq(reconciliationCase.id, row.id));
}

/** Closes a locked case; takes a suspension back first, because the money has found its proper journal. */
export async function closeCase(
  ctx: PayoutContext,
  tx: Transaction,
  row: Case,
  how: { resolution: Resolution; by: string; note?: string; evidence?: Evidence },
): Promise<void> {
  if (how.by !== MACHINE) await audited(ctx, tx, row, how.by, how.resolution, how.note);
  const stays = how.resolution === 'written_off' || how.evidence?.kind === 'owner';
  if (row.status === 'suspended' && !stays)
    await postDifference(ctx, tx, row, 'released', accounts.suspense, accounts.alipayCash);
  await tx
    .update(reconciliationCase)
    .set({
      status: 'closed',
      resolution: how.resolution,
      closedAt: new Date(ctx.clock()),
      closedBy: how.by,
      version: row.version + 1,
      ...(how.note ? { note: how.note } : {}),
      ...(how.evidence ? { evidence: how.evidence } : {}),
    })
    .where(eq(reconciliationCase.id, row.id));
}

/** Open and suspended cases, oldest first. */
export const unsettledCases = (db: Db, limit = 200): Promise<Case[]> =>
  db
    .select()
    .from(reconciliationCase)
    .where(ne(reconciliationCase.status, 'closed'))
    .orderBy(asc(reconciliationCase.day), asc(reconciliationCase.id))
    .limit(limit);

/** Cases of a status or all, newest first. */
export async function listCases(db: Db, page: PageQuery & { status?: Case['status'] | undefined }) {
  const before = decodeIdCursor(page.cursor);
  const rows = await db
    .select()
    .from(reconciliationCase)
    .where(
      and(
        page.status ? eq(reconciliationCase.status, page.status) : undefined,
        before === undefined ? undefined : lt(reconciliationCase.id, before),
      ),
    )
    .orderBy(desc(reconciliationCase.id))
    .limit(page.limit + 1);
  return pageOf(rows, page.limit, (row) => row.id);
}

export interface Ageing {
  bucket: '0-7' | '8-30' | '31-90' | '91+';
  cases: number;
  /** Σ differences, fen: bank minus book. */
  differenceFen: bigint;
}

/** What is suspended, by age in days. Its sum is the suspense account's balance. */
export async function suspenseAgeing(ctx: PayoutContext): Promise<Ageing[]> {
  const today = dayOf(ctx.clock());
  const rows = await ctx.db
    .select({
      bucket: sql<Ageing['bucket']>`CASE WHEN ${today}::date - day <= 7 THEN '0-7'
        WHEN ${today}::date - day <= 30 THEN '8-30' WHEN ${today}::date - day <= 90 THEN '31-90' ELSE '91+' END`,
      cases: sql<number>`count(*)::int`,
      differenceFen: sql<string>`sum(difference_fen)::bigint`,
    })
    .from(reconciliationCase)
    .where(eq(reconciliationCase.status, 'suspended'))
    .groupBy(sql`1`);
  return rows.map((row) => ({ ...row, differenceFen: BigInt(row.differenceFen) }));
}
