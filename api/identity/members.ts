/**
 * People of an organisation. Owns invitations and roles; refuses to leave an organisation without an owner, and to
 * let an admin make or unmake owners. An invitation is accepted through better-auth (`/api/auth/organization/…`).
 */
import { randomUUID } from 'node:crypto';
import { and, asc, eq, gt, sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { invitation, member, organization, session, user } from '../../db/schema/identity.ts';
import { asHouse } from '../../db/scope.ts';
import type { Clock } from '../../db/terms/day.ts';
import { Failure } from '../../db/terms/failure.ts';
import { record } from '../audit/audit.ts';
import type { Config } from '../env.ts';
import { forbidden, notFound } from '../http/auth.ts';
import type { Actor, Role } from './actor.ts';
import { INVITE_SECONDS, inviteLetter } from './letters.ts';
import { queueLetter } from './outbox.ts';

type MemberContext = { db: Db; clock: Clock };
type InvitingContext = MemberContext & { config: Pick<Config, 'mail' | 'publicUrl'> };

export function organizationsOf(db: Db, userId: string) {
  return db
    .select({ id: organization.id, name: organization.name, kind: organization.kind })
    .from(member)
    .innerJoin(organization, eq(organization.id, member.organizationId))
    .where(eq(member.userId, userId))
    .orderBy(asc(member.createdAt));
}

export async function listMembers(db: Db, actor: Actor) {
  const items = await db
    .select({
      id: member.id,
      userId: user.id,
      name: user.name,
      email: user.email,
      roles: sql<string[]>`string_to_array(${member.role}, ',')`,
      twoFactorEnabled: user.twoFactorEnabled,
      createdAt: member.createdAt,
    })
    .from(member)
    .innerJoin(user, eq(user.id, member.userId))
    .where(eq(member.organizationId, actor.organizationId))
    .orderBy(asc(member.createdAt));
  const invitations = await db
    .select({
      id: invitation.id,
      email: invitation.email,
      role: invitation.role,
      expiresAt: invitation.expiresAt,
    })
    .from(invitation)
    .where(
      and(
        eq(invitation.organizationId, actor.organizationId),
        eq(invitation.status, 'pending'),
        gt(invitation.expiresAt, sql`now()`),
      ),
    );
  return { items, invitations, nextCursor: null };
}

/** Roles that mean something in an organisation of this kind. */
function assertRolesFit(actor: Actor, roles: Role[]): void {
  const platformOnly = roles.filter((role) => role === 'operator' || role === 'reviewer');
  if (actor.kind !== 'platform' && platformOnly.length > 0) {
    throw new Failure('invalid_input', {
      pointer: '/roles',
      zh: `仅平台机构有这些角色：${platformOnly.join('、')}`,
      en: `only the platform has these roles: ${platformOnly.join(', ')}`,
    });
  }
  if (roles.includes('owner') && !actor.roles.includes('owner')) throw forbidden();
}

export async function inviteMember(
  ctx: InvitingContext,
  actor: Actor,
  input: { email: string; roles: Role[] },
) {
  assertRolesFit(actor, input.roles);
  return ctx.db.transaction(async (tx) => {
    const [row] = await tx
      .insert(invitation)
      .values({
        id: randomUUID(),
        organizationId: actor.organizationId,
        email: input.email.toLowerCase(),
        role: input.roles.join(','),
        inviterId: actor.userId,
        expiresAt: new Date(ctx.clock() + INVITE_SECONDS * 1_000),
      })
      .returning();
    if (!row) throw new Error('insert returned nothing');
    await record(tx, {
      actor,
      action: 'member.invite',
      subject: `invitation:${row.id}`,
      after: { email: row.email, role: row.role },
    });
    const acceptPath = `/invitations/${row.id}`;
    const { mail, publicUrl } = ctx.config;
    const written = inviteLetter(row.email, actor.organizationName, `${publicUrl}${acceptPath}`);
    // Letters are the house's: no organisation reads what is written to people.
    if (mail) await asHouse(tx, (db) => queueLetter(db, ctx.clock(), written));
    return { id: row.id, email: row.email, acceptPath };
  });
}

async function lockMember(db: Db, actor: Actor, id: string) {
  const all = await db
    .select()
    .from(member)
    .where(eq(member.organizationId, actor.organizationId))
    .for('update');
  const found = all.find((one) => one.id === id);
  if (!found) throw notFound();
  const isOwner = (role: string) => role.split(',').includes('owner');
  if (isOwner(found.role) && !actor.roles.includes('owner')) throw forbidden();
  const otherOwners = all.filter((one) => one.id !== id && isOwner(one.role)).length;
  return { found, wasLastOwner: isOwner(found.role) && otherOwners === 0 };
}

const lastOwner = () =>
  new Failure('conflict', {
    zh: '机构必须至少有一位所有者',
    en: 'an organisation must keep at least one owner',
  });

export async function changeRoles(ctx: MemberContext, actor: Actor, id: string, roles: Role[]) {
  assertRolesFit(actor, roles);
  await ctx.db.transaction(async (tx) => {
    const { found, wasLastOwner } = await lockMember(tx, actor, id);
    if (wasLastOwner && !roles.includes('owner')) throw lastOwner();
    await tx
      .update(member)
      .set({ role: roles.join(',') })
      .where(eq(member.id, id));
    await record(tx, {
      actor,
      action: 'member.roles',
      subject: `user:${found.userId}`,
      before: { role: found.role },
      after: { role: roles.join(',') },
    });
  });
}

export async function removeMember(ctx: MemberContext, actor: Actor, id: string) {
  await ctx.db.transaction(async (tx) => {
    const { found, wasLastOwner } = await lockMember(tx, actor, id);
    if (wasLastOwner) throw lastOwner();
    await tx.delete(member).where(eq(member.id, id));
    await tx
      .delete(session)
      .where(
        and(
          eq(session.userId, found.userId),
          eq(session.activeOrganizationId, actor.organizationId),
        ),
      );
    await record(tx, {
      actor,
      action: 'member.remove',
      subject: `user:${found.userId}`,
      before: { role: found.role },
    });
  });
}
