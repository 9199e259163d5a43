/**
 * The vault of papers: licences, permits, proofs, each with its file, its end and a reviewer's word. Owns their life; refuses a
 * second of the same number, a file that is not the advertiser's, and a verdict on what has changed.
 */
import { and, desc, eq, lt, ne, sql } from 'drizzle-orm';
import { z } from 'zod';
import type { Db } from '../../db/client.ts';
import {
  QUALIFICATION_KINDS,
  QUALIFICATION_STATUSES,
  qualification,
} from '../../db/schema/archive.ts';
import { asset } from '../../db/schema/creatives.ts';
import { addDays, type Clock, dayOf, daySchema } from '../../db/terms/day.ts';
import { Failure } from '../../db/terms/failure.ts';
import { idSchema } from '../../db/terms/id.ts';
import { CATEGORIES } from '../../db/terms/market.ts';
import { record } from '../audit/audit.ts';
import { assertActsFor, type Ownership, ownedBy } from '../http/auth.ts';
import { decodeIdCursor, pageOf, pageQuery } from '../http/paging.ts';
import { lockRow, saveEdit } from '../http/versioned.ts';
import type { Actor } from '../identity/actor.ts';
import { assetUrl } from './assets.ts';

type VaultContext = { db: Db; clock: Clock };

export const qualificationOwnership: Ownership = {
  table: qualification,
  id: qualification.id,
  advertiser: qualification.advertiserId,
};

const fields = {
  kind: z.enum(QUALIFICATION_KINDS),
  number: z.string().trim().min(1).max(100),
  issuer: z.string().trim().min(1).max(100).nullable().default(null),
  categories: z.array(z.enum(CATEGORIES)).max(CATEGORIES.length).default([]),
  validFrom: daySchema.nullable().default(null),
  validUntil: daySchema.nullable().default(null),
  assetSha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .nullable()
    .default(null),
};
const inOrder = (q: { validFrom: string | null; validUntil: string | null }): boolean =>
  q.validFrom === null || q.validUntil === null || q.validFrom <= q.validUntil;
export const newQualificationSchema = z
  .strictObject({ ...fields, advertiserId: z.number().int().positive() })
  .refine(inOrder, {
    path: ['validUntil'],
    message: '有效期止不能早于有效期起|must not end before it begins',
  });
export const qualificationVerdictSchema = z
  .strictObject({
    version: z.number().int().positive(),
    verdict: z.enum(['verified', 'rejected']),
    rejectReason: z.string().trim().min(2).max(500).optional(),
  })
  .refine((one) => one.verdict !== 'rejected' || one.rejectReason !== undefined, {
    path: ['rejectReason'],
    message: '驳回必须写明原因|a rejection needs its reason',
  });
export const qualificationQuery = pageQuery.extend({
  advertiserId: idSchema.optional(),
  status: z.enum(QUALIFICATION_STATUSES).optional(),
  /** Those that end within so many days, ended ones included. */
  endingWithinDays: z.coerce.number().int().min(0).max(365).optional(),
});

export async function addQualification(
  ctx: VaultContext,
  actor: Actor,
  input: z.infer<typeof newQualificationSchema>,
) {
  const { advertiserId, assetSha256 } = input;
  assertActsFor(actor, { advertiserId });
  return ctx.db.transaction(async (tx) => {
    if (assetSha256 !== null) {
      const mine = and(eq(asset.advertiserId, advertiserId), eq(asset.sha256, assetSha256));
      if ((await tx.$count(asset, mine)) === 0) {
        throw new Failure('invalid_input', {
          pointer: '/assetSha256',
          zh: '文件不存在或不属于该广告主，请先上传',
          en: 'no such file of this advertiser; upload it first',
        });
      }
    }
    const [row] = await tx.insert(qualification).values(input).onConflictDoNothing().returning();
    if (!row) {
      throw new Failure('conflict', {
        pointer: '/number',
        zh: '该编号的资质已登记',
        en: 'a paper of this number is filed already',
      });
    }
    const subject = `qualification:${row.id}` as const;
    await record(tx, { actor, action: 'qualification.add', subject, after: row });
    return row;
  });
}

const sameFile = and(
  eq(asset.advertiserId, qualification.advertiserId),
  eq(asset.sha256, qualification.assetSha256),
);

/** Newest first, each with the address of its scan. */
export async function listQualifications(
  ctx: VaultContext,
  actor: Actor,
  q: z.infer<typeof qualificationQuery>,
) {
  const before = decodeIdCursor(q.cursor);
  const soon =
    q.endingWithinDays === undefined ? undefined : addDays(dayOf(ctx.clock()), q.endingWithinDays);
  const rows = await ctx.db
    .select({ paper: qualification, scan: asset })
    .from(qualification)
    .leftJoin(asset, sameFile)
    .where(
      and(
        ownedBy(actor, { advertiser: qualification.advertiserId }),
        q.status ? eq(qualification.status, q.status) : ne(qualification.status, 'withdrawn'),
        q.advertiserId ? eq(qualification.advertiserId, q.advertiserId) : undefined,
        soon ? sql`${qualification.validUntil} <= ${soon}::date` : undefined,
        before === undefined ? undefined : lt(qualification.id, before),
      ),
    )
    .orderBy(desc(qualification.id))
    .limit(q.limit + 1);
  const today = dayOf(ctx.clock());
  const flat = rows.map(({ paper, scan }) => ({
    ...paper,
    isExpired: paper.validUntil !== null && paper.validUntil < today,
    scanUrl: scan && assetUrl(scan),
  }));
  return pageOf(flat, q.limit, (row) => row.id);
}

export async function judgeQualification(
  ctx: VaultContext,
  actor: Actor,
  id: number,
  input: z.infer<typeof qualificationVerdictSchema>,
) {
  return ctx.db.transaction(async (tx) => {
    const row = await lockRow(tx, qualification, id, input.version);
    if (row.status === 'withdrawn') {
      throw new Failure('conflict', { zh: '资质已撤回', en: 'the paper is withdrawn' });
    }
    return saveEdit(tx, {
      table: qualification,
      row,
      changes: {
        status: input.verdict,
        rejectReason: input.rejectReason ?? null,
        verifiedBy: actor.userId,
        verifiedAt: new Date(ctx.clock()),
      },
      actor,
      action: `qualification.${input.verdict}`,
      subject: `qualification:${id}`,
      nowMs: ctx.clock(),
    });
  });
}

export async function withdrawQualification(ctx: VaultContext, actor: Actor, id: number) {
  return ctx.db.transaction(async (tx) => {
    const row = await lockRow(tx, qualification, id);
    const subject = `qualification:${id}` as const;
    const changes = { status: 'withdrawn' as const };
    const edit = { table: qualification, row, changes, actor, subject, nowMs: ctx.clock() };
    return saveEdit(tx, { ...edit, action: 'qualification.withdraw' });
  });
}

/** Is a verified, unexpired paper of this number on file? */
export async function isOnFile(db: Db, advertiserId: number, number: string, today: string) {
  const count = await db.$count(
    qualification,
    and(
      eq(qualification.advertiserId, advertiserId),
      eq(qualification.number, number),
      eq(qualification.status, 'verified'),
      sql`coalesce(${qualification.validUntil}, ${today}::date) >= ${today}::date`,
    ),
  );
  return count > 0;
}
