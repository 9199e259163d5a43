/** The papers that outlets of the demo were admitted by: as somebody would have filled them in, before the demo began. */
import type { Db } from '../../db/client.ts';
import { outletAdmission } from '../../db/schema/onboarding.ts';
import type { SeedOutlet } from './outlets.ts';
import { taxNoOf } from './titles.ts';

const CONTACTS = ['钟闻', '祝闻天', '洪映川', '柳听澜', '郑明远', '罗知秋'];

export async function seedAdmitted(
  db: Db,
  outlets: readonly SeedOutlet[],
  outletIds: readonly number[],
): Promise<void> {
  await db.insert(outletAdmission).values(
    outlets.map((o, i) => {
      const outletId = outletIds[i] as number;
      const number = taxNoOf('1233', outletId);
      return {
        outletId,
        status: 'active' as const,
        creditCode: number,
        contactName: CONTACTS[i % CONTACTS.length],
        contactPhone: `0571-${87_000_000 + i * 137}`,
        qualifications: [{ kind: 'business_licence', number, expiresOn: null }],
        payeeName: o.name,
        payeeAlipayAccount: `${o.slug}@demo.hongze.example`,
      };
    }),
  );
}
