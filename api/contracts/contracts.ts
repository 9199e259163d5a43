/**
 * Contracts: who shares what an outlet, a property, a placement or a deal earns, version by version. Owns the life of a
 * version (draft → active, then frozen) and the exact split of amounts under it. Refuses overlaps, shares that are not
 * 100 %, changes to what is active, and a new version from a day that was already charged.
 */
import { and, eq, isNull, sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import type { ContractKind } from '../../db/schema/contracts.ts';
import { contract, contractParty, contractVersion } from '../../db/schema/contracts.ts';
import { outlet } from '../../db/schema/outlets.ts';
import type { Day } from '../../db/terms/day.ts';
import { Failure } from '../../db/terms/failure.ts';
import type { MicroCny } from '../../db/terms/money.ts';
import { record } from '../audit/audit.ts';
import { contractFailure, invalid, sameEyes } from './failures.ts';
import { versionById } from './queries.ts';
import { PPM } from './split.ts';
import type { ContractTier, ContractVersion, Party } from './version.ts';

export { type Force, minimumDue } from './minimum.ts';
export { type ContractPlace, contractsFor, versionById } from './queries.ts';
export { type Portion, splitCharges, splitReplay } from './splitting.ts';
export type { ContractTier, ContractVersion, Party } from './version.ts';

export interface DraftInput {
  name: string;
  kind?: ContractKind;
  outletId: number;
  propertyId?: number | null;
  placementId?: number | null;
  dealId?: string | null;
  effectiveFrom: Day;
  effectiveTo?: Day | null;
  minimumMonthlyMicroCny?: MicroCny;
  /** Give `parties`, or `tiers` where shares change with volume. */
  parties?: Party[];
  tiers?: ContractTier[];
  /** Who drafts it, and so cannot activate it; left out: the house itself. */
  by?: string;
}

export type Terms = Pick<
  DraftInput,
  'effectiveFrom' | 'effectiveTo' | 'minimumMonthlyMicroCny' | 'parties' | 'tiers' | 'by'
>;

function tiersOf(terms: Terms): ContractTier[] {
  const tiers = terms.tiers ?? [{ fromMicroCny: 0n, parties: terms.parties ?? [] }];
  for (const [t, tier] of tiers.entries()) {
    const at = terms.tiers ? `/tiers/${t}` : '';
    const previous = tiers[t - 1];
    if (previous ? tier.fromMicroCny <= previous.fromMicroCny : tier.fromMicroCny !== 0n) {
      throw invalid(`${at}/fromMicroCny`, '阶梯须从零开始并递增', 'tiers start at zero and ascend');
    }
    const total = tier.parties.reduce((sum, party) => sum + BigInt(party.sharePpm), 0n);
    if (total !== PPM) {
      throw invalid(
        `${at}/parties`,
        `分成比例合计须为 100%，现为 ${Number(total) / 10_000}%`,
        `shares must sum to 100 %, not ${Number(total) / 10_000} %`,
      );
    }
    const who = new Set(tier.parties.map((party) => party.outletId));
    if (who.size !== tier.parties.length) {
      throw invalid(`${at}/parties`, '同一分成方出现多次', 'a party is named more than once');
    }
  }
  return tiers;
}

/**
 * Drafts a contract with its first version. @returns the version's id.
 * @throws Failure `invalid_input` (shares, tiers, dates).
 */
export function createDraft(db: Db, input: DraftInput): Promise<ContractVersion> {
  const tiers = tiersOf(input);
  return db.transaction(async (tx) => {
    const [made] = await tx
      .insert(contract)
      .values({
        name: input.name,
        kind: input.kind ?? 'resale',
        outletId: input.outletId,
        propertyId: input.propertyId ?? null,
        placementId: input.placementId ?? null,
        dealId: input.dealId ?? null,
      })
      .returning();
    if (!made) throw new Error('insert returned nothing');
    return insertVersion(tx, made.id, made.scope, 1, input, tiers);
  });
}

/** Drafts the next version of a contract. @throws Failure `not_found`, `invalid_input`. */
export function createVersion(db: Db, contractId: number, terms: Terms): Promise<ContractVersion> {
  const tiers = tiersOf(terms);
  return db.transaction(async (tx) => {
    const [found] = await tx
      .select()
      .from(contract)
      .where(eq(contract.id, contractId))
      .for('update');
    if (!found) throw new Failure('not_found', { zh: '合同不存在', en: 'no such contract' });
    const [last] = await tx
      .select({ number: sql<number>`max(${contractVersion.number})` })
      .from(contractVersion)
      .where(eq(contractVersion.contractId, contractId));
    return insertVersion(tx, found.id, found.scope, (last?.number ?? 0) + 1, terms, tiers);
  });
}

async function insertVersion(
  tx: Db,
  contractId: number,
  scope: string,
  number: number,
  terms: Terms,
  tiers: ContractTier[],
): Promise<ContractVersion> {
  if (terms.effectiveTo && terms.effectiveTo <= terms.effectiveFrom) {
    throw invalid('/effectiveTo', '终止日须晚于生效日', 'the end must be after the beginning');
  }
  const [made] = await tx
    .insert(contractVersion)
    .values({
      contractId,
      number,
      scope,
      effectiveFrom: terms.effectiveFrom,
      effectiveTo: terms.effectiveTo ?? null,
      minimumMonthlyMicroCny: terms.minimumMonthlyMicroCny ?? 0n,
      draftedBy: terms.by ?? null,
    })
    .returning({ id: contractVersion.id });
  if (!made) throw new Error('insert returned nothing');
  await tx.insert(contractParty).values(
    tiers.flatMap((tier, t) =>
      tier.parties.map((party, ordinal) => ({
        contractVersionId: made.id,
        tier: t,
        ordinal,
        fromMicroCny: tier.fromMicroCny,
        outletId: party.outletId,
        sharePpm: party.sharePpm,
      })),
    ),
  );
  const drafted = await versionById(tx, made.id);
  await record(tx, {
    actor: { userId: terms.by ?? 'house' },
    action: 'contract.draft',
    subject: `contractVersion:${made.id}`,
    after: drafted,
  });
  return drafted;
}

/**
 * Activates a draft: from then on it is frozen. The contract's running version ends where this one begins.
 * @throws Failure `four_eyes`, `conflict` (not a draft; its outlet is still coming in; overlaps another contract of the same
 * scope; days already charged under the version it would end), `invalid_input` (shares), `not_found`.
 */
export async function activate(
  ctx: { db: Db; clock: () => number },
  input: { versionId: number; by: string },
): Promise<ContractVersion> {
  try {
    return await ctx.db.transaction(async (tx) => {
      const draft = await versionById(tx, input.versionId);
      await tx.select().from(contract).where(eq(contract.id, draft.contractId)).for('update');
      if (draft.status !== 'draft') throw notADraft();
      if (draft.draftedBy === input.by) throw sameEyes();
      await refuseComingIn(tx, draft.outletId);
      await endRunning(tx, draft);
      await tx
        .update(contractVersion)
        .set({
          status: 'active',
          activatedAt: new Date(ctx.clock()),
          activatedBy: input.by,
          updatedAt: new Date(ctx.clock()),
        })
        .where(and(eq(contractVersion.id, draft.id), eq(contractVersion.status, 'draft')));
      await tx.execute(sql`
        INSERT INTO contract_residual (contract_version_id, tier, ordinal)
        SELECT contract_version_id, tier, ordinal FROM contract_party WHERE contract_version_id = ${draft.id}`);
      const active = await versionById(tx, draft.id);
      await record(tx, {
        actor: { userId: input.by },
        action: 'contract.activate',
        subject: `contractVersion:${draft.id}`,
        before: draft,
        after: active,
      });
      return active;
    });
  } catch (error) {
    throw contractFailure(error);
  }
}

async function endRunning(tx: Db, next: ContractVersion): Promise<void> {
  const running = await tx
    .select({ id: contractVersion.id })
    .from(contractVersion)
    .where(
      and(
        eq(contractVersion.contractId, next.contractId),
        eq(contractVersion.status, 'active'),
        isNull(contractVersion.effectiveTo),
        sql`${contractVersion.effectiveFrom} < ${next.effectiveFrom}`,
      ),
    );
  for (const { id } of running) {
    // Taken under the residuals' lock, so that no charge can slip past the check.
    await tx.execute(sql`SELECT 1 FROM contract_residual WHERE contract_version_id = ${id}
      ORDER BY tier, ordinal FOR UPDATE`);
    const used = await tx.execute(sql`SELECT 1 FROM contract_volume
      WHERE contract_version_id = ${id} AND last_day >= ${next.effectiveFrom}`);
    if (used.length > 0) {
      throw new Failure('conflict', {
        zh: '生效日当天或之后已按旧版本计费',
        en: 'days from the effective date on are already charged under the running version',
      });
    }
    await tx
      .update(contractVersion)
      .set({ effectiveTo: next.effectiveFrom })
      .where(eq(contractVersion.id, id));
  }
}

const notADraft = () =>
  new Failure('conflict', { zh: '该版本不是草稿', en: 'this version is not a draft' });

/** An outlet on its way in signs its contract there, and both take force together (api/onboarding). */
async function refuseComingIn(tx: Db, outletId: number): Promise<void> {
  const [found] = await tx
    .select({ status: outlet.status })
    .from(outlet)
    .where(eq(outlet.id, outletId));
  if (found?.status !== 'pending') return;
  throw new Failure('conflict', {
    zh: '该媒体尚在入驻，合同随入驻一起签署、复核生效',
    en: 'the outlet is still coming in: its contract is signed and countersigned on that way',
  });
}

/**
 * Discards a draft; that of an outlet on its way in goes with its approval only, `comingIn`.
 * @throws Failure `conflict` when it is not one, or its outlet is still coming in, `not_found`.
 */
export function discardDraft(
  db: Db,
  input: { versionId: number; by: string; comingIn?: boolean },
): Promise<ContractVersion> {
  return db.transaction(async (tx) => {
    const draft = await versionById(tx, input.versionId);
    if (!input.comingIn) await refuseComingIn(tx, draft.outletId);
    const rows = await tx
      .update(contractVersion)
      .set({ status: 'discarded' })
      .where(and(eq(contractVersion.id, draft.id), eq(contractVersion.status, 'draft')))
      .returning({ id: contractVersion.id });
    if (rows.length === 0) throw notADraft();
    const discarded = await versionById(tx, draft.id);
    await record(tx, {
      actor: { userId: input.by },
      action: 'contract.discard',
      subject: `contractVersion:${draft.id}`,
      before: draft,
      after: discarded,
    });
    return discarded;
  });
}
