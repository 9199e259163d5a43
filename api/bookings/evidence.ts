/**
 * Proofs of play. Owns `booking_evidence`: files are kept by their hash, examined on arrival, and each is linked to the one
 * before it on its line, so that none can be slipped in or taken out. Refuses proofs of days that have not come or are
 * settled, and a file that proved another day already.
 */
import { and, eq, ne, or, sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import {
  bookingDay,
  bookingEvidence,
  bookingLine,
  bookingOrder,
  type EvidenceKind,
} from '../../db/schema/bookings.ts';
import { type Day, dayOf } from '../../db/terms/day.ts';
import { Failure } from '../../db/terms/failure.ts';
import { record } from '../audit/audit.ts';
import type { Config } from '../env.ts';
import { openFiles } from '../files/files.ts';
import { notFound } from '../http/auth.ts';
import { lockRow } from '../http/versioned.ts';
import type { Actor } from '../identity/actor.ts';
import { sha256Hex } from '../identity/identity.ts';
import { lockDay, stepDay } from './days.ts';
import { type BookingContext, conflict, isRunning, type Line } from './order.ts';
import { placesOf } from './pricing.ts';
import { examine, type Proven } from './proof.ts';

export type EvidenceContext = BookingContext & { config: Pick<Config, 'assetsDir' | 's3'> };

export interface Evidence {
  day: Day;
  kind: EvidenceKind;
  file: Uint8Array;
  note?: string | undefined;
}

async function sha256Of(bytes: Uint8Array): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new Uint8Array(bytes));
  return Buffer.from(digest).toString('hex');
}

export async function addEvidence(
  ctx: EvidenceContext,
  actor: Actor,
  lineId: number,
  input: Evidence,
) {
  const [line] = await ctx.db.select().from(bookingLine).where(eq(bookingLine.id, lineId));
  if (!line) throw notFound();
  const [day] = await ctx.db
    .select()
    .from(bookingDay)
    .where(and(eq(bookingDay.lineId, lineId), eq(bookingDay.day, input.day)));
  if (!day || input.day > dayOf(ctx.clock())) throw notRun();
  const place = (await placesOf(ctx.db, [line.placementId])).get(line.placementId);
  if (!place) throw notFound();
  const claim = { day: input.day, slots: day.slots, place };
  const proven = await examine(input.kind, input.file, claim);
  const proofSha256 = await sha256Of(input.file);
  const fileName = `evidence/${proofSha256}.${proven.extension}`;
  await openFiles(ctx.config).put(fileName, input.file, proven.mediaType);
  return ctx.db.transaction(async (tx) => {
    const order = await lockRow(tx, bookingOrder, line.orderId);
    if (!isRunning(order)) throw conflict('订单尚未生效', 'the order is not in force');
    await lockRow(tx, bookingLine, lineId);
    const file = { proofSha256, fileName, bytes: input.file.length };
    const row = await append(ctx, tx, actor, line, { ...input, ...file, proven });
    const locked = await lockDay(tx, lineId, input.day);
    const provedAt = new Date(ctx.clock());
    if (locked.status === 'sold' || locked.status === 'missed') {
      await stepDay({ ...ctx, db: tx }, actor, locked, {
        status: 'proved',
        provedAt,
        reason: null,
      });
    } else if (locked.status !== 'proved') {
      throw conflict(
        '该日已有定论，不能再补证明',
        'the day is settled; no proof is taken any more',
      );
    }
    return row;
  });
}

const notRun = () =>
  new Failure('invalid_input', {
    pointer: '/day',
    zh: '日期不在已投放的排期内',
    en: 'the day is not one it has run on',
  });

async function append(
  ctx: BookingContext,
  tx: Db,
  actor: Actor,
  line: Line,
  input: Evidence & { proofSha256: string; fileName: string; bytes: number; proven: Proven },
) {
  const { day, kind, proofSha256, fileName, bytes, proven } = input;
  const elsewhere = or(ne(bookingEvidence.lineId, line.id), ne(bookingEvidence.day, day));
  // An as-run log may cover a week of many lines; a picture is of one moment.
  const reusable = kind === 'as_run' || kind === 'proof_of_play';
  const used = and(eq(bookingEvidence.proofSha256, proofSha256), elsewhere);
  if (!reusable && (await tx.$count(bookingEvidence, used)) > 0) {
    throw new Failure('conflict', {
      pointer: '/file',
      zh: '此文件已用于证明另一天',
      en: 'this very file proved another day already',
    });
  }
  const [last] = await tx
    .select({ ordinal: bookingEvidence.ordinal, hash: bookingEvidence.hash })
    .from(bookingEvidence)
    .where(eq(bookingEvidence.lineId, line.id))
    .orderBy(sql`${bookingEvidence.ordinal} DESC`)
    .limit(1);
  const ordinal = (last?.ordinal ?? 0) + 1;
  const previousHash = last?.hash ?? '0'.repeat(64);
  const link = [previousHash, line.id, ordinal, day, kind, proofSha256];
  const [row] = await tx
    .insert(bookingEvidence)
    .values({
      lineId: line.id,
      outletId: line.outletId,
      advertiserId: line.advertiserId,
      ordinal,
      day,
      kind,
      proofSha256,
      fileName,
      mediaType: proven.mediaType,
      bytes,
      facts: proven.facts,
      findings: proven.findings,
      note: input.note ?? null,
      submittedBy: actor.userId,
      submittedAt: new Date(ctx.clock()),
      previousHash,
      hash: sha256Hex(JSON.stringify(link)),
    })
    .returning();
  if (!row) throw new Error('insert returned nothing');
  const subject = `booking:${line.id}` as const;
  await record(tx, { actor, action: 'booking.evidence', subject, after: row });
  return row;
}

/** The file itself, for those whose booking it is. */
export async function readEvidenceFile(ctx: EvidenceContext, id: number) {
  const [row] = await ctx.db.select().from(bookingEvidence).where(eq(bookingEvidence.id, id));
  const bytes = row?.fileName ? await openFiles(ctx.config).get(row.fileName) : undefined;
  if (!row || !bytes) throw notFound();
  return { bytes, mediaType: row.mediaType ?? 'application/octet-stream' };
}

/** Recomputes a line's chain; the ordinal of the first link that does not hold, or null. */
export async function brokenLink(db: Db, lineId: number): Promise<number | null> {
  const rows = await db
    .select()
    .from(bookingEvidence)
    .where(eq(bookingEvidence.lineId, lineId))
    .orderBy(bookingEvidence.ordinal);
  let previousHash = '0'.repeat(64);
  for (const [i, row] of rows.entries()) {
    const link = [previousHash, lineId, row.ordinal, row.day, row.kind, row.proofSha256];
    const holds =
      row.ordinal === i + 1 &&
      row.previousHash === previousHash &&
      row.hash === sha256Hex(JSON.stringify(link));
    if (!holds) return i + 1;
    previousHash = row.hash;
  }
  return null;
}
