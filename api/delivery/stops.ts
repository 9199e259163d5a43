/**
 * Stops (撤播, 静默): nothing that falls under one is served. Owns placing, lifting and the receipts that say who has heard: each
 * bidding node by the snapshot version it answers with, each outlet without a node by a person's word. A stop goes out
 * with the next delta, well under two seconds; it is lifted, never deleted.
 */
import { desc, eq, getTableColumns, inArray, isNull, or, sql } from 'drizzle-orm';
import { keys } from '../../bidding/wire/keys.ts';
import { NODE_GONE_MS, type NodeHealth } from '../../bidding/wire/live.ts';
import type { Database, Db } from '../../db/client.ts';
import type { RedisStore } from '../../db/redis.ts';
import { stop, stopReceipt } from '../../db/schema/delivery.ts';
import type { Clock } from '../../db/terms/day.ts';
import { Failure } from '../../db/terms/failure.ts';
import { CATEGORIES, type StopScope } from '../../db/terms/market.ts';
import { type Author, record } from '../audit/audit.ts';

export interface NewStop {
  scope: StopScope;
  /** Id of the advertiser, creative or line item, or the category's key; null with scope `all`. */
  subject: string | null;
  /** Division or outlet in which it holds; both null: everywhere. */
  divisionCode: string | null;
  outletId: number | null;
  reason: string;
}

export interface StopReceiptView {
  kind: 'node' | 'outlet';
  party: string;
  at: string;
  note: string | null;
  /** From the click to the word of this party. */
  delayMs: number;
}

export type StopView = typeof stop.$inferSelect & {
  /** What the subject is called, where it has a name and the asker may see it. */
  subjectName: string | null;
  receipts: StopReceiptView[];
};

const SUBJECT_NAME = sql<string | null>`CASE ${stop.scope}
  WHEN 'advertiser' THEN (SELECT name FROM advertiser WHERE id::text = ${stop.subject})
  WHEN 'creative' THEN (SELECT name FROM creative WHERE id::text = ${stop.subject})
  WHEN 'lineItem' THEN (SELECT name FROM line_item WHERE id::text = ${stop.subject}) END`;

const noSuchStop = () => new Failure('not_found', { zh: '没有这条停播', en: 'no such stop' });

function check(input: NewStop): void {
  const wrong = (pointer: string, zh: string, en: string) =>
    new Failure('invalid_input', { pointer, zh, en });
  if ((input.scope === 'all') !== (input.subject === null)) {
    throw wrong('/subject', '停播对象与范围不符', 'the subject does not fit the scope');
  }
  if (input.scope === 'category') {
    if (!(CATEGORIES as readonly string[]).includes(input.subject ?? '')) {
      throw wrong('/subject', '没有这个行业', 'no such category');
    }
  } else if (input.subject !== null && !/^[1-9]\d{0,15}$/.test(input.subject)) {
    throw wrong('/subject', '须为编号', 'must be an id');
  }
}

/** Places a stop. @throws Failure `invalid_input`. */
export async function placeStop(
  ctx: { db: Database; clock: Clock },
  input: NewStop,
  who: Author,
): Promise<StopView> {
  check(input);
  return ctx.db.transaction(async (tx) => {
    const [row] = await tx
      .insert(stop)
      .values({ ...input, createdBy: who.userId, createdAt: new Date(ctx.clock()) })
      .returning();
    if (!row) throw new Error('insert returned nothing');
    await record(tx, { actor: who, action: 'stop.place', subject: `stop:${row.id}`, after: input });
    return { ...row, subjectName: null, receipts: [] };
  });
}

/** Lifts a stop; harmless when repeated. @throws Failure `not_found`. */
export async function liftStop(
  ctx: { db: Database; clock: Clock },
  stopId: number,
  who: Author,
): Promise<void> {
  await ctx.db.transaction(async (tx) => {
    const [row] = await tx.select().from(stop).where(eq(stop.id, stopId)).for('update');
    if (!row) throw noSuchStop();
    if (row.liftedAt) return;
    const lifted = { liftedBy: who.userId, liftedAt: new Date(ctx.clock()) };
    await tx.update(stop).set(lifted).where(eq(stop.id, stopId));
    await record(tx, { actor: who, action: 'stop.lift', subject: `stop:${stopId}` });
  });
}

/** An outlet without a node (TV, print, loudspeakers) confirms by a person's word. @throws Failure `not_found`. */
export async function confirmStop(
  ctx: { db: Database; clock: Clock },
  stopId: number,
  outletId: number,
  note: string | null,
): Promise<void> {
  const [row] = await ctx.db.select({ id: stop.id }).from(stop).where(eq(stop.id, stopId));
  if (!row) throw noSuchStop();
  await ctx.db
    .insert(stopReceipt)
    .values({ stopId, kind: 'outlet', party: `${outletId}`, at: new Date(ctx.clock()), note })
    .onConflictDoNothing();
}

/** Writes a receipt for each live node that answers with a version in which the stop holds; returns how many are new. */
export async function recordReceipts(ctx: {
  db: Db;
  redis: RedisStore;
  clock: Clock;
}): Promise<number> {
  const open = await ctx.db
    .select({ id: stop.id, version: stop.publishedVersion })
    .from(stop)
    .where(isNull(stop.liftedAt));
  if (open.length === 0) return 0;
  const nowMs = ctx.clock();
  const nodes = Object.values(await ctx.redis.hgetall(keys.nodes))
    .map((text) => JSON.parse(text) as NodeHealth)
    .filter((node) => nowMs - node.atMs < NODE_GONE_MS);
  const receipts = open.flatMap(({ id, version }) =>
    nodes
      .filter((node) => version !== null && node.snapshotVersion >= version)
      .map((node) => ({
        stopId: id,
        kind: 'node' as const,
        party: node.nodeId,
        at: new Date(node.atMs),
        note: `v${node.snapshotVersion}`,
      })),
  );
  if (receipts.length === 0) return 0;
  const written = await ctx.db
    .insert(stopReceipt)
    .values(receipts)
    .onConflictDoNothing()
    .returning({ stopId: stopReceipt.stopId });
  return written.length;
}

/**
 * Standing stops first, then the lifted, newest first. An outlet sees what concerns it, with its own receipts and the
 * nodes'; with `outletIds` left out, everything.
 */
export async function listStops(
  db: Db,
  { outletIds, limit = 200 }: { outletIds?: number[]; limit?: number } = {},
): Promise<StopView[]> {
  const stops = await db
    .select({ ...getTableColumns(stop), subjectName: SUBJECT_NAME })
    .from(stop)
    .where(outletIds && or(isNull(stop.outletId), inArray(stop.outletId, outletIds)))
    .orderBy(sql`${stop.liftedAt} IS NOT NULL`, desc(stop.id))
    .limit(limit);
  const receipts = await db
    .select()
    .from(stopReceipt)
    .where(
      sql`${stopReceipt.stopId} = ANY(${sql.param(`{${stops.map((s) => s.id).join(',')}}`)}::text::bigint[])`,
    )
    .orderBy(stopReceipt.at);
  return stops.map((row) => ({
    ...row,
    receipts: receipts
      .filter((receipt) => receipt.stopId === row.id)
      .filter(
        ({ kind, party }) =>
          !outletIds || kind === 'node' || outletIds.some((id) => String(id) === party),
      )
      .map(({ kind, party, at, note }) => ({
        kind,
        party,
        at: at.toISOString(),
        note,
        delayMs: at.getTime() - row.createdAt.getTime(),
      })),
  }));
}
