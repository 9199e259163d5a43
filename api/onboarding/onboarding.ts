/**
 * Coming in: a stranger opens an account together with an organisation, a person who has one opens another. Owns what
 * belongs together then (account, organisation, owner, and the advertiser or outlet it stands for: all or none);
 * refuses the platform's own kind. What is opened waits as `pending` for the platform's operators: it can be prepared,
 * and nothing of it is shown or sold.
 */
import type { z } from 'zod';
import type { Db } from '../../db/client.ts';
import type { Clock } from '../../db/terms/day.ts';
import { Failure } from '../../db/terms/failure.ts';
import { record } from '../audit/audit.ts';
import { createAdvertiser } from '../campaigns/campaigns.ts';
import type { Config } from '../env.ts';
import {
  actInOrganization,
  ensureMember,
  ensureOrganization,
  openAccount,
  type Person,
  queueProof,
} from '../identity/identity.ts';
import { createOutlet } from '../outlets/outlets.ts';
import type { newOrganizationSchema, signUpSchema } from './shapes.ts';

export { editAdmission, judgeAdmission, signAdmission, submitAdmission } from './admission.ts';

type OnboardingContext = { db: Db; clock: Clock };
type NewOrganization = z.infer<typeof newOrganizationSchema>;

/** Whoever runs a script against us is not a person with this many employers. */
const MAX_ORGANIZATIONS = 10;

export interface Opened {
  organizationId: string;
  /** What the organisation stands for in the market, where its kind has such a thing. */
  advertiserId: number | null;
  outletId: number | null;
}

async function open(
  ctx: OnboardingContext,
  userId: string,
  input: NewOrganization,
): Promise<Opened> {
  const { kind, organizationName: name } = input;
  const organizationId = await ensureOrganization(ctx.db, { name, kind });
  await ensureMember(ctx.db, organizationId, userId, ['owner']);
  const actor = { userId, organizationId };
  const subject = `organization:${organizationId}` as const;
  await record(ctx.db, { actor, action: 'organization.open', subject, after: { name, kind } });
  const opened: Opened = { organizationId, advertiserId: null, outletId: null };
  if (input.kind === 'advertiser') {
    const { category, domain } = input;
    const own = { name, category, domain, organizationId, agencyOrganizationId: null };
    opened.advertiserId = (await createAdvertiser(ctx, actor, own)).id;
  }
  if (input.kind === 'outlet') {
    const { tier, divisionCode } = input;
    opened.outletId = (
      await createOutlet(ctx, actor, { name, tier, divisionCode, organizationId })
    ).id;
  }
  return opened;
}

/** A field of the organisation is named where the caller wrote it. */
async function within<T>(pointer: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const [first, ...rest] = error.details.map((detail) =>
      detail.pointer === undefined ? detail : { ...detail, pointer: pointer + detail.pointer },
    );
    throw first ? new Failure(error.code, first, ...rest) : error;
  }
}

/** Fails with `conflict` where the address has an account, `invalid_input` on a weak password or a wrong division. */
export async function signUp(
  ctx: OnboardingContext & { config: Pick<Config, 'mail' | 'publicUrl' | 'authSecret'> },
  { organization, ...person }: z.infer<typeof signUpSchema>,
): Promise<Opened & { userId: string }> {
  return ctx.db.transaction(async (db) => {
    const { userId } = await openAccount(db, person);
    await queueProof({ ...ctx, db }, person.email.toLowerCase());
    return {
      userId,
      ...(await within('/organization', open({ ...ctx, db }, userId, organization))),
    };
  });
}

/** The session acts for the new organisation from then on. Fails with `too_many` over ten a person. */
export async function openOrganization(
  ctx: OnboardingContext,
  person: Person,
  input: NewOrganization,
): Promise<Opened> {
  return ctx.db.transaction(async (db) => {
    if (person.organizations >= MAX_ORGANIZATIONS) {
      throw new Failure('too_many', {
        zh: `一人最多加入 ${MAX_ORGANIZATIONS} 个机构`,
        en: `a person may belong to ${MAX_ORGANIZATIONS} organisations at most`,
      });
    }
    const opened = await open({ ...ctx, db }, person.userId, input);
    await actInOrganization(db, person, opened.organizationId);
    return opened;
  });
}
