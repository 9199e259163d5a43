/**
 * Who signs in to the demo: one person a desk, an agency that acts for three advertisers, and a press group's clerk who works
 * for two organisations, the first of which has two outlets. Owns their addresses and the one password.
 */
import { eq } from 'drizzle-orm';
import { createAccount, ensureMember, type NewOrganization } from '../../api/identity/accounts.ts';
import type { Role } from '../../api/identity/actor.ts';
import type { Database, Db } from '../../db/client.ts';
import { outlet } from '../../db/schema/outlets.ts';
import { ADVERTISERS } from './advertisers.ts';

export const DEMO_PASSWORD = 'hongze-demo-2026';
export const demoEmail = (who: string): string => `${who}@demo.hongze`;
export const PLATFORM = 'org-platform';
export const AGENCY = 'org-agency-1';
export const AGENCY_NAME = '之江融合广告代理有限公司';
/** 余杭: the outlet whose login the banner shows. */
export const DEMO_OUTLET_DIVISION = '330110';
/** 桐乡: its pages are sold by an exchange of its own, too. */
export const DEMO_SSP_DIVISION = '330483';
/** 嘉兴: its group's clerk works for 桐乡 as well. */
const DEMO_GROUP_DIVISION = '330400';

/** What repeats harmlessly: logins. A seed cut short is completed by the next start. */
export async function seedLogins(db: Database, buyerOrganizationId: string): Promise<void> {
  const platform = { id: PLATFORM, name: '泓泽运营中心', kind: 'platform' as const };
  const buyer = { id: buyerOrganizationId, name: ADVERTISERS[0]?.name ?? '' };
  const agency = { id: AGENCY, name: AGENCY_NAME, kind: 'agency' as const };
  const login = (who: string, name: string, organization: NewOrganization, ...roles: Role[]) =>
    createAccount(
      { db },
      {
        email: demoEmail(who),
        name,
        organization,
        roles,
        password: DEMO_PASSWORD,
      },
    );
  const [, group] = await Promise.all([
    login('advertiser', '陈小禾', { ...buyer, kind: 'advertiser' }, 'owner'),
    login('group', '褚嘉禾', await houseOf(db, DEMO_GROUP_DIVISION), 'owner'),
    login('outlet', '沈知溪', await houseOf(db, DEMO_OUTLET_DIVISION), 'owner'),
    login('agency', '方代言', agency, 'owner'),
    login('finance', '周明账', platform, 'finance'),
    login('finance2', '吴复核', platform, 'finance'),
    login('operator', '林值守', platform, 'operator', 'reviewer'),
  ]);
  const second = await houseOf(db, DEMO_SSP_DIVISION);
  await ensureMember(db, second.id, group.userId, ['operator']);
}

/** The organisation of the outlet that was there first in this division. */
async function houseOf(db: Db, divisionCode: string) {
  const [found] = await db
    .select({ id: outlet.organizationId, name: outlet.name })
    .from(outlet)
    .where(eq(outlet.divisionCode, divisionCode))
    .orderBy(outlet.id)
    .limit(1);
  if (!found) throw new Error(`the demo has no outlet in ${divisionCode}`);
  return { ...found, kind: 'outlet' as const };
}
