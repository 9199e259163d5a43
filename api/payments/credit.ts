/**
 * Credit: how far wallets may fall below zero. Owns lines of credit to agencies, what they spread of it over their clients'
 * wallets, and the platform's own grants. Refuses to spread more than the line, to shrink what is already drawn or spread,
 * and an agency's hand on what the platform granted. The ledger's floor is what binds.
 */
import { eq, sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { creditLine, walletCredit } from '../../db/schema/payments.ts';
import type { Clock } from '../../db/terms/day.ts';
import { Failure } from '../../db/terms/failure.ts';
import type { MicroCny } from '../../db/terms/money.ts';
import { record } from '../audit/audit.ts';
import { accounts, setCreditLimit } from '../ledger/ledger.ts';

interface Ctx {
  db: Db;
  clock: Clock;
}

const tooMuch = (left: MicroCny) =>
  new Failure('invalid_input', {
    pointer: '/limitMicroCny',
    zh: `授信额度余 ${left} 微元`,
    en: `${left} µCNY of the line of credit are left`,
  });

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

/** An agency's line and what of it is spread; zeros where it has none. */
export async function creditLineOf(db: Db, organizationId: string) {
  const [row] = await db
    .select()
    .from(creditLine)
    .where(eq(creditLine.organizationId, organizationId));
  const limitMicroCny = row?.limitMicroCny ?? 0n;
  return { organizationId, limitMicroCny, spreadMicroCny: await spreadOf(db, organizationId) };
}

/** Finance grants an agency a line, or changes it. @throws Failure `invalid_input` (less than is spread). */
export function setCreditLine(
  ctx: Ctx,
  input: { organizationId: string; limitMicroCny: MicroCny; by: string },
): Promise<void> {
  const { organizationId, limitMicroCny, by } = input;
  return ctx.db.transaction(async (tx) => {
    const at = new Date(ctx.clock());
    await tx
      .insert(creditLine)
      .values({ organizationId, limitMicroCny: 0n, updatedBy: by })
      .onConflictDoNothing();
    const before = await lockLine(tx, organizationId);
    const spread = await spreadOf(tx, organizationId);
    if (limitMicroCny < spread) {
      throw new Failure('invalid_input', {
        pointer: '/limitMicroCny',
        zh: `已分配 ${spread} 微元，额度不能更低`,
        en: `${spread} µCNY of it are spread: it cannot be lower`,
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
    // A row to lock, so that of two who grant for the first time the second sees what the first has granted.
    await tx
      .insert(walletCredit)
      .values({ advertiserId, organizationId, limitMicroCny: 0n, updatedBy: by })
      .onConflictDoNothing();
    const [before] = await tx
      .select()
      .from(walletCredit)
      .where(eq(walletCredit.advertiserId, advertiserId))
      .for('update');
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
    await setCreditLimit(tx, accounts.wallet(advertiserId), limitMicroCny);
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
