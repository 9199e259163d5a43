/** Invoice titles of everyone in the demo, so that a statement can be invoiced and paid from the first day. */

import type { Db } from '../../db/client.ts';
import { invoiceTitle } from '../../db/schema/invoices.ts';
import { taxNoCheck } from '../../db/terms/taxNumber.ts';

/** A made-up number with a right check character: 9133 (enterprise, Zhejiang) or 1233 (public institution). */
export const taxNoOf = (prefix: '9133' | '1233', n: number): string => {
  const first = `${prefix}0100MA${String(2_000_000 + n).padStart(7, '0')}`;
  return `${first}${taxNoCheck(first)}`;
};

export async function seedTitles(
  db: Db,
  advertisers: readonly { id: number; name: string }[],
  outlets: readonly { id: number; name: string }[],
): Promise<void> {
  const common = { taxpayer: 'general' as const, updatedBy: 'seed' };
  await db.insert(invoiceTitle).values([
    { ...common, name: '泓泽传媒科技有限公司', taxNo: taxNoOf('9133', 0) },
    ...advertisers.map(({ id, name }) => ({
      ...common,
      advertiserId: id,
      name,
      taxNo: taxNoOf('9133', id),
    })),
    ...outlets.map(({ id, name }) => ({
      ...common,
      outletId: id,
      name,
      taxNo: taxNoOf('1233', id),
    })),
  ]);
}
