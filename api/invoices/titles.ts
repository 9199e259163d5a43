/** Invoice titles (抬头): under which name and tax number an advertiser, an outlet or the platform invoices. */
import { and, eq, isNull } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { invoiceTitle } from '../../db/schema/invoices.ts';
import type { Clock } from '../../db/terms/day.ts';
import { Failure } from '../../db/terms/failure.ts';
import { isTaxNo } from '../../db/terms/taxNumber.ts';
import { record } from '../audit/audit.ts';

export type Title = typeof invoiceTitle.$inferSelect;
/** Whose: neither is the platform. */
export interface TitleOwner {
  advertiserId?: number | undefined;
  outletId?: number | undefined;
}
export type TitleInput = Pick<Title, 'name' | 'taxNo' | 'taxpayer'> &
  Partial<Pick<Title, 'address' | 'phone' | 'bankName' | 'bankAccount' | 'email'>>;

const ownedBy = ({ advertiserId, outletId }: TitleOwner) =>
  and(
    advertiserId === undefined
      ? isNull(invoiceTitle.advertiserId)
      : eq(invoiceTitle.advertiserId, advertiserId),
    outletId === undefined ? isNull(invoiceTitle.outletId) : eq(invoiceTitle.outletId, outletId),
  );

export async function titleOf(db: Db, owner: TitleOwner): Promise<Title | undefined> {
  const [row] = await db.select().from(invoiceTitle).where(ownedBy(owner));
  return row;
}

/** @throws Failure `conflict`: nobody has entered it yet. */
export async function requireTitle(db: Db, owner: TitleOwner): Promise<Title> {
  const row = await titleOf(db, owner);
  if (row) return row;
  const [zh, en] = owner.advertiserId
    ? ['广告主尚未登记开票抬头', 'the advertiser has no invoice title yet']
    : owner.outletId
      ? ['媒体尚未登记开票抬头', 'the outlet has no invoice title yet']
      : ['平台尚未登记开票抬头', 'the platform has no invoice title yet'];
  throw new Failure('conflict', { zh, en });
}

/** Enters or replaces a title; invoices made before keep what they said. @throws Failure `invalid_input` (tax number). */
export async function setTitle(
  ctx: { db: Db; clock: Clock },
  owner: TitleOwner,
  input: TitleInput,
  by: string,
): Promise<Title> {
  if (!isTaxNo(input.taxNo)) {
    throw new Failure('invalid_input', {
      pointer: '/taxNo',
      zh: '统一社会信用代码校验位不符',
      en: 'the check character of the tax number is wrong',
    });
  }
  return ctx.db.transaction(async (tx) => {
    const before = await titleOf(tx, owner);
    const values = {
      address: null,
      phone: null,
      bankName: null,
      bankAccount: null,
      email: null,
      ...input,
      updatedBy: by,
      updatedAt: new Date(ctx.clock()),
    };
    const [row] = before
      ? await tx
          .update(invoiceTitle)
          .set({ ...values, version: before.version + 1 })
          .where(eq(invoiceTitle.id, before.id))
          .returning()
      : await tx
          .insert(invoiceTitle)
          .values({ ...owner, ...values })
          .returning();
    if (!row) throw new Error('insert returned nothing');
    await record(tx, {
      actor: { userId: by },
      action: 'invoiceTitle.set',
      subject: `invoiceTitle:${row.id}`,
      before,
      after: row,
    });
    return row;
  });
}
