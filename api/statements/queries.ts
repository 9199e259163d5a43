/** Reads of statements: lists, detail, the drill-down from a line to its charges, the exported file. */
import { and, desc, eq, inArray, lt } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { outlet } from '../../db/schema/outlets.ts';
import {
  type StatementStatus,
  statement,
  statementAdjustment,
  statementEvent,
  statementLine,
} from '../../db/schema/statements.ts';
import { Failure } from '../../db/terms/failure.ts';
import { type ChargeView, chargesOf } from '../billing/billing.ts';
import type { DocumentGuarantee, StatementDocument, StatementFile } from './document.ts';
import { guaranteesOf } from './promised.ts';

type Row = typeof statement.$inferSelect;
export type StatementSummary = Omit<Row, 'document'> & { outletName: string };

const summary = ({ document: _, ...row }: Row, outletName: string): StatementSummary => ({
  ...row,
  outletName,
});

/** Newest first; `cursor` is the last id seen. */
export async function listStatements(
  db: Db,
  filter: {
    outletIds?: number[] | undefined;
    month?: string | undefined;
    status?: StatementStatus | undefined;
    limit: number;
    cursor?: number | undefined;
  },
): Promise<StatementSummary[]> {
  const rows = await db
    .select({ statement, outletName: outlet.name })
    .from(statement)
    .innerJoin(outlet, eq(outlet.id, statement.outletId))
    .where(
      and(
        filter.outletIds ? inArray(statement.outletId, [0, ...filter.outletIds]) : undefined,
        filter.month ? eq(statement.month, filter.month) : undefined,
        filter.status ? eq(statement.status, filter.status) : undefined,
        filter.cursor === undefined ? undefined : lt(statement.id, filter.cursor),
      ),
    )
    .orderBy(desc(statement.id))
    .limit(filter.limit);
  return rows.map((row) => summary(row.statement, row.outletName));
}

export interface StatementDetail {
  statement: StatementSummary;
  lines: (typeof statementLine.$inferSelect)[];
  adjustments: (typeof statementAdjustment.$inferSelect)[];
  /** Guaranteed impressions that ended in the month: as frozen, or of a draft as they are. */
  guarantees: DocumentGuarantee[];
  events: (typeof statementEvent.$inferSelect)[];
}

/** @throws Failure `not_found`. */
export async function statementDetail(db: Db, id: number): Promise<StatementDetail> {
  const [found] = await db
    .select({ statement, outletName: outlet.name })
    .from(statement)
    .innerJoin(outlet, eq(outlet.id, statement.outletId))
    .where(eq(statement.id, id));
  if (!found) throw new Failure('not_found', { zh: '结算单不存在', en: 'no such statement' });
  const { outletId, month, document } = found.statement;
  const guarantees = document
    ? (JSON.parse(document) as StatementDocument).guarantees
    : (await guaranteesOf(db, [outletId], month)).get(outletId);
  return {
    guarantees: guarantees ?? [],
    statement: summary(found.statement, found.outletName),
    lines: await db
      .select()
      .from(statementLine)
      .where(eq(statementLine.statementId, id))
      .orderBy(statementLine.ordinal),
    adjustments: await db
      .select()
      .from(statementAdjustment)
      .where(and(eq(statementAdjustment.outletId, outletId), eq(statementAdjustment.month, month)))
      .orderBy(statementAdjustment.id),
    events: await db
      .select()
      .from(statementEvent)
      .where(eq(statementEvent.statementId, id))
      .orderBy(statementEvent.id),
  };
}

/** The charges behind a line, in id order: the outlet's shares in them sum to the line. @throws Failure `not_found`. */
export async function chargesOfLine(
  db: Db,
  input: { statementId: number; ordinal: number; limit: number; cursor?: number | undefined },
): Promise<{ items: ChargeView[]; nextCursor: number | null }> {
  const [line] = await db
    .select({ line: statementLine, outletId: statement.outletId })
    .from(statementLine)
    .innerJoin(statement, eq(statement.id, statementLine.statementId))
    .where(
      and(
        eq(statementLine.statementId, input.statementId),
        eq(statementLine.ordinal, input.ordinal),
      ),
    );
  if (!line) throw new Failure('not_found', { zh: '没有这一行', en: 'no such line' });
  return chargesOf(db, {
    outletId: line.outletId,
    from: line.line.day,
    to: line.line.day,
    placementId: line.line.placementId,
    contractVersionId: line.line.contractVersionId,
    limit: input.limit,
    cursor: input.cursor,
  });
}

/** The frozen document with its hash; `withCharges` adds every charge behind every line. @throws Failure `conflict`. */
export async function statementFile(
  db: Db,
  id: number,
  options: { withCharges?: boolean } = {},
): Promise<StatementFile> {
  const [row] = await db.select().from(statement).where(eq(statement.id, id));
  if (!row) throw new Failure('not_found', { zh: '结算单不存在', en: 'no such statement' });
  if (!row.document || !row.contentHash) {
    throw new Failure('conflict', { zh: '结算单尚未冻结', en: 'the statement is not frozen yet' });
  }
  const document = JSON.parse(row.document) as StatementDocument;
  if (!options.withCharges) return { document, contentHash: row.contentHash };
  const charges: NonNullable<StatementFile['charges']> = {};
  for (const line of document.lines) {
    const all: { chargeId: number; shareMicroCny: string }[] = [];
    for (let cursor: number | undefined; ; ) {
      const page = await chargesOfLine(db, {
        statementId: id,
        ordinal: line.ordinal,
        limit: 5000,
        cursor,
      });
      all.push(
        ...page.items.map(({ chargeId, shareMicroCny }) => ({
          chargeId,
          shareMicroCny: shareMicroCny.toString(),
        })),
      );
      if (page.nextCursor === null) break;
      cursor = page.nextCursor;
    }
    charges[String(line.ordinal)] = all;
  }
  return { document, contentHash: row.contentHash, charges };
}
