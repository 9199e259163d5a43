/**
 * Credit: how far wallets may fall below zero. Owns lines of credit to agencies, what they spread of it over their clients'
 * wallets, and the platform's own grants. Refuses to spread more than the line, to shrink what is already drawn or spread,
 * and an agency's hand on what the platform granted. The ledger's floor is what binds. What the platform grants is proposed
 * and confirmed (./creditProposals.ts); nobody else sets a line, or a wallet's credit for the platform.
 */
import { eq, sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { creditLine, walletCredit } from '../../db/schema/payments.ts';
import type { Clock } from '../../db/terms/day.ts';
import { Failure } from '../../db/terms/failure.ts';
import { formatYuan, type MicroCny } from '../../db/terms/money.ts';
import { record } from '../audit/audit.ts';
import { accounts, setCreditLimit } from '../ledger/ledger.ts';

interface Ctx {
  db: Db;
  clock: Clock;
}

const tooMuch = (left: MicroCny) =>
  new Failure('invalid_input', {
    pointer: '/limitMicroCny',
    zh: `授信额度仅余 ${formatYuan(left)} 元`,
    en: `¥${formatYuan(left)} of the line of credit are left`,
  });

/** @throws Failure `insufficient_funds` (drawn already), at the field. */
async function setFloor(tx: Db, advertiserId: number, limitMicroCny: MicroCny): Promise<void> {
  try {
    await setCreditLimit(tx, accounts.wallet(advertiserId), limitMicroCny);
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== 'insufficient_funds') throw error;
    throw new Failure('insufficient_funds', {
      pointer: '/limitMicroCny',
      zh: '该钱包已动用的授信超过此额度',
      en: 'more than that is drawn already',
    });
  }
}

/** Spread of a line over wallets, but one. Call with the line locked. */
async function spreadOf(tx: Db, organizationId: string, except = 0): Promise<MicroCny> {
  const [row] = await tx
    .select({ sum: sql<string>`coalesce(sum(${walletCredit.limitMicroCny}), 0)::bigint` })
    .from(walletCredit)
    .where(
      sql`${walletCredit.organizationId} = ${organizationId} AND ${walletCredit.advertiserId} <> ${except}`,
    );
  return BigInt(row?.sum ?? 0);
}

async function lockLine(tx: Db, organizationId: string) {
  const [row] = await tx
    .select()
    .from(creditLine)
    .where(eq(creditLine.organizationId, organizationId))
    .for('update');
  return row;
}

/** A row to lock, so that of two who grant for the first time the second sees what the first has granted. */
async function openLine(tx: Db, organizationId: string, by: string) {
  await tx
    .insert(creditLine)
    .values({ organizationId, limitMicroCny: 0n, updatedBy: by })
    .onConflictDoNothing();
  return lockLine(tx, organizationId);
}

/** As `openLine`. */
async function openWallet(
  tx: Db,
  of: { advertiserId: number; organizationId: string | null },
  by: string,
) {
  await tx
    .insert(walletCredit)
    .values({ ...of, limitMicroCny: 0n, updatedBy: by })
    .onConflictDoNothing();
  const [row] = await tx
    .select()
    .from(walletCredit)
    .where(eq(walletCredit.advertiserId, of.advertiserId))
    .for('update');
  return row;
}

/** An agency's line and what of it is spread; zeros where it has none. */
export async function creditLineOf(db: Db, organizationId: string) {
  const [row] = await db
    .select()
    .from(creditLine)
    .where(eq(creditLine.organizationId, organizationId));
  const limitMicroCny = row?.limitMicroCny ?? 0n;
  return { organizationId, limitMicroCny, spreadMicroCny: await spreadOf(db, organizationId) };
}

/** What the platform grants: an agency's line, or one wallet's credit of its own. */
export type CreditSubject =
  | { organizationId: string; advertiserId: null }
  | { organizationId: null; advertiserId: number };

/** Its limit as it stands, locked; `fromAgency`: a wallet that has it out of an agency's line. */
export async function lockLimit(
  tx: Db,
  subject: CreditSubject,
  by: string,
): Promise<{ limitMicroCny: MicroCny; fromAgency: boolean }> {
  if (subject.advertiserId === null) {
    const line = await openLine(tx, subject.organizationId, by);
    return { limitMicroCny: line?.limitMicroCny ?? 0n, fromAgency: false };
  }
  const wallet = await openWallet(tx, subject, by);
  const limitMicroCny = wallet?.limitMicroCny ?? 0n;
  return { limitMicroCny, fromAgency: wallet?.organizationId != null && limitMicroCny > 0n };
}

/** @throws as `setCreditLine`, `setWalletCredit`. */
export const setLimit = (
  ctx: Ctx,
  { advertiserId, organizationId }: CreditSubject,
  input: { limitMicroCny: MicroCny; by: string },
): Promise<void> =>
  advertiserId === null
    ? setCreditLine(ctx, { organizationId, ...input })
    : setWalletCredit(ctx, { advertiserId, organizationId, ...input });

/** The platform grants an agency a line, or changes it. @throws Failure `invalid_input` (less than is spread). */
function setCreditLine(
  ctx: Ctx,
  input: { organizationId: string; limitMicroCny: MicroCny; by: string },
): Promise<void> {
  const { organizationId, limitMicroCny, by } = input;
  return ctx.db.transaction(async (tx) => {
    const at = new Date(ctx.clock());
    const before = await openLine(tx, organizationId, by);
    const spread = await spreadOf(tx, organizationId);
    if (limitMicroCny < spread) {
      throw new Failure('invalid_input', {
        pointer: '/limitMicroCny',
        zh: `已分配 ${formatYuan(spread)} 元，额度不能更低`,
        en: `¥${formatYuan(spread)} of it are spread: it cannot be lower`,
      });
    }
    await tx
      .update(creditLine)
      .set({ limitMicroCny, updatedBy: by, updatedAt: at, version: (before?.version ?? 0) + 1 })
      .where(eq(creditLine.organizationId, organizationId));
    await record(tx, {
      actor: { userId: by },
      action: 'credit.line',
      subject: `organization:${organizationId}`,
      before: { limitMicroCny: before?.limitMicroCny },
      after: { limitMicroCny },
      at,
    });
  });
}

/**
 * Sets one wallet's credit: out of an agency's line, or (null) the platform's own grant. @throws Failure `invalid_input` (more
 * than the line has left), `conflict` (granted by the platform), `insufficient_funds` (drawn already).
 */
export function setWalletCredit(
  ctx: Ctx,
  input: {
    advertiserId: number;
    organizationId: string | null;
    limitMicroCny: MicroCny;
    by: string;
  },
): Promise<void> {
  const { advertiserId, organizationId, limitMicroCny, by } = input;
  return ctx.db.transaction(async (tx) => {
    const at = new Date(ctx.clock());
    const line = organizationId === null ? undefined : await lockLine(tx, organizationId);
    if (organizationId !== null && !line) throw tooMuch(0n);
    const before = await openWallet(tx, { advertiserId, organizationId }, by);
    if (organizationId !== null) {
      if (before && before.organizationId !== organizationId && before.limitMicroCny > 0n) {
        throw new Failure('conflict', {
          zh: '该广告主的授信由平台授予',
          en: "this wallet's credit was granted by the platform",
        });
      }
      const left = (line?.limitMicroCny ?? 0n) - (await spreadOf(tx, organizationId, advertiserId));
      if (limitMicroCny > left) throw tooMuch(left);
    }
    const version = sql`${walletCredit.version} + 1`;
    await tx
      .update(walletCredit)
      .set({ organizationId, limitMicroCny, updatedBy: by, updatedAt: at, version })
      .where(eq(walletCredit.advertiserId, advertiserId));
    await setFloor(tx, advertiserId, limitMicroCny);
    await record(tx, {
      actor: { userId: by },
      action: 'credit.wallet',
      subject: `advertiser:${advertiserId}`,
      before: { limitMicroCny: before?.limitMicroCny },
      after: { limitMicroCny, organizationId },
      at,
    });
  });
}
