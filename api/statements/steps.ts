/** One step of a statement's life, whoever takes it: locked, checked, written with its event and its audit row. */
import { and, eq } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { type StatementStatus, statement, statementEvent } from '../../db/schema/statements.ts';
import type { Clock } from '../../db/terms/day.ts';
import { Failure } from '../../db/terms/failure.ts';
import { record } from '../audit/audit.ts';

export type Statement = typeof statement.$inferSelect;

const missing = () => new Failure('not_found', { zh: '结算单不存在', en: 'no such statement' });

export const outOfTurn = (from: string, to: string) =>
  new Failure('conflict', {
    zh: `结算单状态为 ${from}，不能变为 ${to}`,
    en: `a statement that is ${from} cannot become ${to}`,
  });

export async function find(db: Db, id: number): Promise<Statement> {
  const [row] = await db.select().from(statement).where(eq(statement.id, id));
  if (!row) throw missing();
  return row;
}

export async function lock(tx: Db, id: number): Promise<Statement> {
  const [row] = await tx.select().from(statement).where(eq(statement.id, id)).for('update');
  if (!row) throw missing();
  return row;
}

/** @throws Failure `not_found`, `conflict` where `from` does not name the status it has. */
export async function move(
  ctx: { db: Db; clock: Clock },
  step: {
    statementId: number;
    by: string;
    from: StatementStatus[];
    to: StatementStatus;
    note?: string;
    lines?: number[];
  },
  also: (at: Date) => Partial<Statement> = () => ({}),
): Promise<Statement> {
  return ctx.db.transaction(async (tx) => {
    const row = await lock(tx, step.statementId);
    if (!step.from.includes(row.status)) throw outOfTurn(row.status, step.to);
    const at = new Date(ctx.clock());
    await tx
      .update(statement)
      .set({ ...also(at), status: step.to, version: row.version + 1, updatedAt: at })
      .where(and(eq(statement.id, row.id), eq(statement.version, row.version)));
    await tx.insert(statementEvent).values({
      statementId: row.id,
      at,
      byUser: step.by,
      status: step.to,
      note: step.note ?? null,
      lines: step.lines ?? [],
    });
    await record(tx, {
      actor: { userId: step.by },
      action: `statement.${step.to}`,
      subject: `statement:${row.id}`,
      before: { status: row.status },
      after: { status: step.to, note: step.note },
    });
    return find(tx, row.id);
  });
}
