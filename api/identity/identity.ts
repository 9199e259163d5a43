/**
 * From a request to an actor. Owns the reading of sessions and API keys and what they amount to: organisation, kind,
 * roles, and the advertisers and outlets the actor stands for. Refuses nobody: doors do (api/http/auth.ts).
 */
import { createHash } from 'node:crypto';
import { and, eq, gt, isNull, or, sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { advertiser } from '../../db/schema/campaigns.ts';
import { apiKey, member, organization, session, user } from '../../db/schema/identity.ts';
import { outlet } from '../../db/schema/outlets.ts';
import type { Clock } from '../../db/terms/day.ts';
import type { Actor, Person } from './actor.ts';
import type { Auth } from './auth.ts';

export { createAccount, ensureMember, ensureOrganization, openAccount } from './accounts.ts';
export { type Actor, opens, type Person } from './actor.ts';
export { type Auth, createAuth } from './auth.ts';
export { newPersonSchema } from './invitations.ts';
export { queueProof } from './letters.ts';
export { forgetLetters, letterSender } from './outbox.ts';
export { checkSecondFactor } from './secondFactor.ts';

export const API_KEY_PREFIX = 'hz_';
export const sha256Hex = (text: string): string => createHash('sha256').update(text).digest('hex');

const ids = (values: unknown): number[] =>
  Array.isArray(values) ? values.map(Number).sort((a, b) => a - b) : [];

/** What a member of an organisation amounts to; undefined where the membership is gone. One query. */
export async function actorOf(
  db: Db,
  userId: string,
  organizationId: string | null | undefined,
): Promise<Actor | undefined> {
  const [row] = await db
    .select({
      userId: user.id,
      userName: user.name,
      email: user.email,
      organizationId: organization.id,
      organizationName: organization.name,
      kind: organization.kind,
      role: member.role,
      advertiserIds: sql<unknown>`coalesce((SELECT jsonb_agg(a.id) FROM ${advertiser} a
        WHERE a.organization_id = ${organization.id} OR a.agency_organization_id = ${organization.id}), '[]')`,
      outletIds: sql<unknown>`coalesce((SELECT jsonb_agg(o.id) FROM ${outlet} o
        WHERE o.organization_id = ${organization.id}), '[]')`,
    })
    .from(member)
    .innerJoin(user, eq(user.id, member.userId))
    .innerJoin(organization, eq(organization.id, member.organizationId))
    .where(
      and(
        eq(member.userId, userId),
        organizationId ? eq(member.organizationId, organizationId) : undefined,
      ),
    )
    .orderBy(member.createdAt, member.id)
    .limit(1);
  if (!row) return undefined;
  const { role, advertiserIds, outletIds, ...who } = row;
  return {
    ...who,
    roles: role.split(',').map((text) => text.trim()),
    // Only what the organisation's kind is for: an outlet that also advertises has a second organisation.
    advertiserIds: who.kind === 'advertiser' || who.kind === 'agency' ? ids(advertiserIds) : [],
    outletIds: who.kind === 'outlet' ? ids(outletIds) : [],
    scopes: null,
  };
}

export interface Found {
  actor: Actor | undefined;
  person?: Person;
  setCookie: string[];
}

/** The actor behind a request's session cookie or `Authorization: Bearer hz_…`; undefined: nobody. */
export async function findActor(
  ctx: { db: Db; clock: Clock; auth: Auth },
  headers: Headers,
): Promise<Found> {
  const bearer = /^Bearer (hz_[A-Za-z0-9_-]{20,100})$/.exec(
    headers.get('authorization') ?? '',
  )?.[1];
  if (bearer) return { actor: await actorOfKey(ctx, bearer), setCookie: [] };
  if (!headers.has('cookie')) return { actor: undefined, setCookie: [] };
  const found = await ctx.auth.api.getSession({ headers, returnHeaders: true });
  if (!found.response) return { actor: undefined, setCookie: [] };
  const { user: holder, session: held } = found.response;
  const actor = await actorOf(ctx.db, holder.id, held.activeOrganizationId);
  const organizations = await ctx.db.$count(member, eq(member.userId, holder.id));
  const { id: userId, name: userName, email, emailVerified } = holder;
  const twoFactorEnabled = holder.twoFactorEnabled === true;
  const own = { userId, userName, email, emailVerified, twoFactorEnabled };
  const person = { ...own, sessionId: held.id, organizations };
  // A session in use renews itself: the new expiry travels with whatever is answered.
  return { actor, person, setCookie: found.headers.getSetCookie() };
}

/** The session acts for this organisation from now on. */
export async function actInOrganization(db: Db, person: Person, organizationId: string) {
  await db
    .update(session)
    .set({ activeOrganizationId: organizationId })
    .where(and(eq(session.id, person.sessionId), eq(session.userId, person.userId)));
}

async function actorOfKey(ctx: { db: Db; clock: Clock }, key: string): Promise<Actor | undefined> {
  const now = new Date(ctx.clock());
  const [found] = await ctx.db
    .update(apiKey)
    .set({ lastUsedAt: now })
    .where(
      and(
        eq(apiKey.keySha256, sha256Hex(key)),
        isNull(apiKey.revokedAt),
        or(isNull(apiKey.expiresAt), gt(apiKey.expiresAt, now)),
      ),
    )
    .returning();
  if (!found) return undefined;
  const actor = await actorOf(ctx.db, found.userId, found.organizationId);
  return actor && { ...actor, scopes: found.scopes };
}
