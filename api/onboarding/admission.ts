/**
 * An outlet's way in, as one flow: draft → submitted → approved (its papers hold, its contract is drafted) → signed by the
 * outlet → active, countersigned by finance. Until it is signed each side may go one step back. Owns `outlet_admission`;
 * refuses what is incomplete, naming the field, papers that have expired, a contract that does not give the outlet its
 * share, and a countersignature by who approved.
 */
import { eq } from 'drizzle-orm';
import type { z } from 'zod';
import type { Db } from '../../db/client.ts';
import { outletAdmission } from '../../db/schema/onboarding.ts';
import { outlet } from '../../db/schema/outlets.ts';
import { type Clock, dayOf } from '../../db/terms/day.ts';
import { Failure, type FailureDetail } from '../../db/terms/failure.ts';
import { activate, createDraft, discardDraft } from '../contracts/contracts.ts';
import { notFound } from '../http/auth.ts';
import { lockRow, saveEdit } from '../http/versioned.ts';
import type { Actor } from '../identity/actor.ts';
import { admissionProblems } from './admissionRules.ts';
import type {
  admissionEditSchema,
  admissionRecallSchema,
  admissionVerdictSchema,
} from './shapes.ts';

type AdmissionContext = { db: Db; clock: Clock };
export type Admission = typeof outletAdmission.$inferSelect;

const conflict = (zh: string, en: string) => new Failure('conflict', { zh, en });

/** The outlet's admission, begun where there is none yet. */
async function lockAdmission(tx: Db, outletId: number, version?: number): Promise<Admission> {
  await tx.insert(outletAdmission).values({ outletId }).onConflictDoNothing();
  const [row] = await tx
    .select({ id: outletAdmission.id })
    .from(outletAdmission)
    .where(eq(outletAdmission.outletId, outletId));
  if (!row) throw notFound();
  return lockRow(tx, outletAdmission, row.id, version);
}

export async function readAdmission(ctx: AdmissionContext, outletId: number) {
  const [row] = await ctx.db
    .select()
    .from(outletAdmission)
    .where(eq(outletAdmission.outletId, outletId));
  const [of] = await ctx.db.select().from(outlet).where(eq(outlet.id, outletId));
  if (!of) throw notFound();
  const admission: Omit<Admission, 'id'> = row ?? {
    outletId,
    status: of.status === 'active' ? 'active' : 'draft',
    creditCode: null,
    contactName: null,
    contactPhone: null,
    qualifications: [],
    payeeName: of.payeeName,
    payeeAlipayAccount: of.payeeAlipayAccount,
    remarks: [],
    contractVersionId: null,
    submittedBy: null,
    approvedBy: null,
    signedBy: null,
    signedAt: null,
    activatedBy: null,
    version: 1,
    createdAt: of.createdAt,
    updatedAt: of.updatedAt,
  };
  const missing = admissionProblems(admission, of, dayOf(ctx.clock()));
  return { ...admission, outletName: of.name, outletStatus: of.status, missing };
}

type Changes = Partial<typeof outletAdmission.$inferInsert>;

function step(
  ctx: AdmissionContext,
  actor: Actor,
  outletId: number,
  version: number,
  action: string,
  work: (tx: Db, row: Admission, of: typeof outlet.$inferSelect) => Promise<Changes>,
): Promise<Admission> {
  return ctx.db.transaction(async (tx) => {
    const of = await lockRow(tx, outlet, outletId);
    const row = await lockAdmission(tx, outletId, version);
    const changes = await work(tx, row, of);
    return saveEdit(tx, {
      table: outletAdmission,
      row,
      changes,
      actor,
      action: `admission.${action}`,
      subject: `outlet:${outletId}`,
      nowMs: ctx.clock(),
    });
  });
}

const must = (row: Admission, status: Admission['status'], zh: string, en: string): void => {
  if (row.status !== status) throw conflict(zh, en);
};

export const editAdmission = (
  ctx: AdmissionContext,
  actor: Actor,
  outletId: number,
  { version, ...changes }: z.infer<typeof admissionEditSchema>,
) =>
  step(ctx, actor, outletId, version, 'edit', async (_tx, row) => {
    must(row, 'draft', '已提交，不能修改', 'it was handed in; it cannot be edited');
    return changes;
  });

/** Hands it in. Fails with `invalid_input` naming every field that is missing or wrong. */
export const submitAdmission = (
  ctx: AdmissionContext,
  actor: Actor,
  outletId: number,
  { version }: { version: number },
) =>
  step(ctx, actor, outletId, version, 'submit', async (_tx, row, of) => {
    must(row, 'draft', '已提交', 'it was handed in already');
    refuse(admissionProblems(row, of, dayOf(ctx.clock())));
    return { status: 'submitted', submittedBy: actor.userId, remarks: [] };
  });

/** The outlet takes back what nobody has answered yet: a draft again, to be edited. */
export const withdrawAdmission = (
  ctx: AdmissionContext,
  actor: Actor,
  outletId: number,
  { version }: { version: number },
) =>
  step(ctx, actor, outletId, version, 'withdraw', async (_tx, row) => {
    must(row, 'submitted', '没有待审核的材料', 'nothing waits to be looked at');
    return { status: 'draft', submittedBy: null };
  });

function refuse([first, ...rest]: FailureDetail[]): void {
  if (first) throw new Failure('invalid_input', first, ...rest);
}

/** Back with a reason for each part at fault; or approved, its contract drafted and its papers and payee taken over. */
export const judgeAdmission = (
  ctx: AdmissionContext,
  actor: Actor,
  outletId: number,
  input: z.infer<typeof admissionVerdictSchema>,
) =>
  step(
    ctx,
    actor,
    outletId,
    input.version,
    input.approve ? 'approve' : 'return',
    async (tx, row, of) => {
      must(row, 'submitted', '没有待审核的材料', 'nothing waits to be looked at');
      if (!input.approve) return { status: 'draft', remarks: input.remarks };
      refuse(admissionProblems(row, of, dayOf(ctx.clock())));
      const own = input.parties.find((party) => party.outletId === outletId);
      if (!own || own.sharePpm <= 0) {
        throw new Failure('invalid_input', {
          pointer: '/parties',
          zh: '合同中没有该媒体的分成',
          en: 'the contract gives the outlet no share',
        });
      }
      const draft = await createDraft(tx, {
        name: `${of.name}入网合作协议`,
        outletId,
        effectiveFrom: input.effectiveFrom,
        parties: input.parties,
        by: actor.userId,
      });
      const { payeeName, payeeAlipayAccount, qualifications } = row;
      await saveEdit(tx, {
        table: outlet,
        row: of,
        changes: {
          payeeName,
          payeeAlipayAccount,
          qualifications: qualifications.map((one) => ({ ...one })),
        },
        actor,
        action: 'outlet.edit',
        subject: `outlet:${outletId}`,
        nowMs: ctx.clock(),
      });
      return {
        status: 'approved',
        remarks: [],
        approvedBy: actor.userId,
        contractVersionId: draft.id,
      };
    },
  );

/** The platform takes its approval back before the outlet signs: the contract is discarded, the papers wait again. */
export const recallApproval = (
  ctx: AdmissionContext,
  actor: Actor,
  outletId: number,
  { version, remarks }: z.infer<typeof admissionRecallSchema>,
) =>
  step(ctx, actor, outletId, version, 'recall', async (tx, row) => {
    must(row, 'approved', '没有待签署的合同', 'no contract waits to be signed');
    if (row.contractVersionId !== null) {
      const draft = { versionId: row.contractVersionId, by: actor.userId };
      await discardDraft(tx, { ...draft, comingIn: true });
    }
    return { status: 'submitted', remarks, approvedBy: null, contractVersionId: null };
  });

/** The outlet agrees to the contract as it was drafted. */
export const signAdmission = (
  ctx: AdmissionContext,
  actor: Actor,
  outletId: number,
  { version }: { version: number },
) =>
  step(ctx, actor, outletId, version, 'sign', async (_tx, row) => {
    must(row, 'approved', '没有待签署的合同', 'no contract waits to be signed');
    return { status: 'signed', signedBy: actor.userId, signedAt: new Date(ctx.clock()) };
  });

/** Somebody other than who approved countersigns: the contract is in force and the outlet may sell. */
export const activateAdmission = (
  ctx: AdmissionContext,
  actor: Actor,
  outletId: number,
  { version }: { version: number },
) =>
  step(ctx, actor, outletId, version, 'activate', async (tx, row, of) => {
    must(row, 'signed', '媒体尚未签署', 'the outlet has not signed yet');
    if (row.approvedBy === actor.userId) {
      throw new Failure('four_eyes', {
        zh: '审核人不能会签',
        en: 'who approved it cannot countersign',
      });
    }
    if (row.contractVersionId === null) throw conflict('没有合同', 'there is no contract');
    await saveEdit(tx, {
      table: outlet,
      row: of,
      changes: { status: 'active' },
      actor,
      action: 'outlet.activate',
      subject: `outlet:${outletId}`,
      nowMs: ctx.clock(),
    });
    await activate(
      { db: tx, clock: ctx.clock },
      { versionId: row.contractVersionId, by: actor.userId },
    );
    return { status: 'active', activatedBy: actor.userId };
  });
