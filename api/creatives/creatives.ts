/**
 * Creatives: made, edited, submitted, withdrawn. Owns those writes; refuses files that are not the advertiser's own and
 * texts that the law forbids, unless the advertiser asks a person to look (`appeal`). Any edit undoes an approval.
 */
import { eq } from 'drizzle-orm';
import type { z } from 'zod';
import type { Db } from '../../db/client.ts';
import { creative, type ReviewFinding, reviewTask } from '../../db/schema/creatives.ts';
import { type Clock, dayOf } from '../../db/terms/day.ts';
import { Failure, type FailureDetail } from '../../db/terms/failure.ts';
import type { Category, CreativeContent } from '../../db/terms/market.ts';
import { record } from '../audit/audit.ts';
import { assertActsFor, type Ownership } from '../http/auth.ts';
import { lockRow, saveEdit } from '../http/versioned.ts';
import type { Actor } from '../identity/actor.ts';
import {
  contentHashOf,
  contentProblems,
  type creativeEditSchema,
  type newCreativeSchema,
} from './content.ts';
import { papersOf, reviewByRules } from './findings.ts';
import { checkFiles } from './renditions.ts';
import { isOnFile } from './vault.ts';

export { keepArchive } from './archive.ts';
export { reviewByRules } from './findings.ts';
export { expirePermits, patrol } from './patrol.ts';
export { sniff } from './sniff.ts';

export type CreativeContext = { db: Db; clock: Clock };
export type Creative = typeof creative.$inferSelect;

export const creativeOwnership: Ownership = {
  table: creative,
  id: creative.id,
  advertiser: creative.advertiserId,
};

function refuse(problems: FailureDetail[]): void {
  const [first, ...rest] = problems;
  if (first) throw new Failure('invalid_input', first, ...rest);
}

/** The content as its files are. Fails with `invalid_input` naming each file at fault. */
async function checked(db: Db, advertiserId: number, said: CreativeContent) {
  const { content, problems } = await checkFiles(db, advertiserId, said);
  refuse(problems);
  return content;
}

export async function createCreative(
  ctx: CreativeContext,
  actor: Actor,
  input: z.infer<typeof newCreativeSchema>,
): Promise<Creative> {
  assertActsFor(actor, { advertiserId: input.advertiserId });
  refuse(contentProblems(input));
  return ctx.db.transaction(async (tx) => {
    const content = await checked(tx, input.advertiserId, input.content);
    const values = { ...input, content };
    const [row] = await tx
      .insert(creative)
      .values({ ...values, contentHash: contentHashOf(values) })
      .returning();
    if (!row) throw new Error('insert returned nothing');
    const subject = `creative:${row.id}` as const;
    await record(tx, { actor, action: 'creative.create', subject, after: row });
    return row;
  });
}

/** What the approval covered is changed: it waits for review again. A new name alone changes nothing. */
export async function editCreative(
  ctx: CreativeContext,
  actor: Actor,
  id: number,
  { version, ...said }: z.infer<typeof creativeEditSchema>,
): Promise<Creative> {
  return ctx.db.transaction(async (tx) => {
    const row = await lockRow(tx, creative, id, version);
    if (row.status === 'withdrawn') {
      throw new Failure('conflict', { zh: '创意已撤回', en: 'the creative is withdrawn' });
    }
    refuse(contentProblems({ ...row, ...said }));
    const content = said.content && (await checked(tx, row.advertiserId, said.content));
    const changes = content ? { ...said, content } : said;
    const next = { ...row, ...changes };
    const contentHash = contentHashOf(next);
    const touched =
      contentHash !== row.contentHash ||
      next.approvalExpiresOn !== row.approvalExpiresOn ||
      next.aiGenerated !== row.aiGenerated ||
      next.isPsa !== row.isPsa ||
      next.w !== row.w ||
      next.h !== row.h;
    if (touched) await tx.delete(reviewTask).where(eq(reviewTask.creativeId, id));
    return saveEdit(tx, {
      table: creative,
      row,
      changes: { ...changes, contentHash, ...(touched ? { status: 'draft' as const } : {}) },
      actor,
      action: 'creative.edit',
      subject: `creative:${id}`,
      nowMs: ctx.clock(),
    });
  });
}

/** As stored, for the rules. */
export const reviewable = (row: Creative) => ({ ...row, category: row.category as Category });

const asDetail = (finding: ReviewFinding): FailureDetail => ({
  pointer: `/${finding.field}`,
  zh: `${finding.article}：${finding.zh}${finding.text ? `「${finding.text}」` : ''}`,
  en: `${finding.article}: ${finding.en}${finding.text ? ` “${finding.text}”` : ''}`,
});

/** A permit that the vault does not know is for the reviewer to see; nothing is blocked by it. */
async function vaultFindings(db: Db, row: Creative, today: string): Promise<ReviewFinding[]> {
  const { approvalNo } = row;
  if (!approvalNo || (await isOnFile(db, row.advertiserId, approvalNo, today))) return [];
  return [
    {
      article: '广告法 第三十四条',
      severity: 'note',
      field: 'approvalNo',
      start: 0,
      end: approvalNo.length,
      text: approvalNo,
      zh: '资质库中没有已核验的该文号，请核对原件',
      en: 'no verified paper of this number is on file: check the original',
    },
  ];
}

/** To the review desk. Fails with `not_acceptable_creative`, naming each place, unless an appeal goes with it. */
export async function submitCreative(
  ctx: CreativeContext,
  actor: Actor,
  id: number,
  { version, appeal }: { version: number; appeal?: string | undefined },
): Promise<Creative> {
  return ctx.db.transaction(async (tx) => {
    const row = await lockRow(tx, creative, id, version);
    if (row.status !== 'draft' && row.status !== 'rejected') {
      throw new Failure('conflict', {
        zh: '只有草稿或被驳回的创意可以提交审核',
        en: 'only a draft or a rejected creative can be submitted',
      });
    }
    const today = dayOf(ctx.clock());
    const findings = [
      ...reviewByRules(reviewable(row), today),
      ...(await vaultFindings(tx, row, today)),
    ];
    const papers = papersOf(reviewable(row), today);
    const blocking = appeal ? papers : findings.filter((one) => one.severity === 'block');
    const [first, ...rest] = blocking.map(asDetail);
    if (first) throw new Failure('not_acceptable_creative', first, ...rest);
    const task = {
      contentHash: row.contentHash,
      submittedBy: actor.userId,
      submittedAt: new Date(ctx.clock()),
      appeal: appeal ?? null,
      findings,
      lockedBy: null,
      lockedUntil: null,
      firstApprover: null,
    };
    await tx
      .insert(reviewTask)
      .values({ creativeId: id, ...task })
      .onConflictDoUpdate({ target: reviewTask.creativeId, set: task });
    return saveEdit(tx, {
      table: creative,
      row,
      changes: { status: 'pending' },
      actor,
      action: 'creative.submit',
      subject: `creative:${id}`,
      nowMs: ctx.clock(),
    });
  });
}

/** Taken back by its owner: it stops serving at once and cannot return; a copy can. */
export async function withdrawCreative(
  ctx: CreativeContext,
  actor: Actor,
  id: number,
  { version }: { version: number },
): Promise<Creative> {
  return ctx.db.transaction(async (tx) => {
    const row = await lockRow(tx, creative, id, version);
    await tx.delete(reviewTask).where(eq(reviewTask.creativeId, id));
    return saveEdit(tx, {
      table: creative,
      row,
      changes: { status: 'withdrawn' },
      actor,
      action: 'creative.withdraw',
      subject: `creative:${id}`,
      nowMs: ctx.clock(),
    });
  });
}
