/**
 * Opening accounts from inside the house: the seed, tests, and the platform's operators. Owns the writes to people and
 * organisations that do not come through better-auth's own endpoints; passwords are hashed by its own function.
 */
import { randomUUID } from 'node:crypto';
import { hashPassword } from 'better-auth/crypto';
import { and, eq } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import {
  account,
  member,
  type OrganizationKind,
  organization,
  user,
} from '../../db/schema/identity.ts';
import { Failure } from '../../db/terms/failure.ts';
import type { Role } from './actor.ts';
import { assertStrongPassword } from './password.ts';

export interface NewOrganization {
  /** Default: random. A given id makes the call repeatable. */
  id?: string;
  name: string;
  kind: OrganizationKind;
  slug?: string;
}

export interface NewAccount {
  email: string;
  /** At least 12 characters. */
  password: string;
  name: string;
  organization: NewOrganization;
  roles: Role[];
}

/** The organisation with that id, created where it is missing. */
export async function ensureOrganization(db: Db, input: NewOrganization): Promise<string> {
  const id = input.id ?? randomUUID();
  const { name, kind, slug = id } = input;
  const insert = db.insert(organization).values({ id, name, kind, slug });
  // A new organisation cannot be there already; and whoever may add one need not be able to see it yet.
  await (input.id === undefined ? insert : insert.onConflictDoNothing({ target: organization.id }));
  return id;
}

/** A person in an organisation; both are created where missing, so that a seed may run again. */
export async function createAccount(
  ctx: { db: Db },
  input: NewAccount,
): Promise<{ userId: string; organizationId: string }> {
  const passwordHash = await hashPassword(input.password);
  return ctx.db.transaction(async (tx) => {
    const organizationId = await ensureOrganization(tx, input.organization);
    const email = input.email.toLowerCase();
    await tx
      .insert(user)
      .values({ id: randomUUID(), name: input.name, email, emailVerified: true })
      .onConflictDoNothing({ target: user.email });
    const [person] = await tx.select({ id: user.id }).from(user).where(eq(user.email, email));
    if (!person) throw new Error(`no user after insert: ${email}`);
    const credential = and(eq(account.userId, person.id), eq(account.providerId, 'credential'));
    const known = await tx.select({ id: account.id }).from(account).where(credential);
    if (known.length === 0) {
      await tx.insert(account).values({
        id: randomUUID(),
        userId: person.id,
        accountId: person.id,
        providerId: 'credential',
        password: passwordHash,
      });
    }
    await ensureMember(tx, organizationId, person.id, input.roles);
    return { userId: person.id, organizationId };
  });
}

export interface NewPerson {
  email: string;
  password: string;
  name: string;
}

/**
 * A stranger's account, made once: whoever holds the address already is never touched. The address counts as
 * unproven, so that a later sign-on through a province's account system does not join an account others prepared.
 * Fails with `conflict` where the address has an account, `invalid_input` where the password is a known or weak one.
 */
export async function openAccount(db: Db, input: NewPerson): Promise<{ userId: string }> {
  const email = input.email.toLowerCase();
  assertStrongPassword(input.password, [email, input.name]);
  const passwordHash = await hashPassword(input.password);
  const [person] = await db
    .insert(user)
    .values({ id: randomUUID(), name: input.name, email })
    .onConflictDoNothing({ target: user.email })
    .returning({ id: user.id });
  if (!person) {
    throw new Failure('conflict', {
      pointer: '/email',
      zh: '该邮箱已注册，请直接登录',
      en: 'this address has an account: sign in instead',
    });
  }
  await db.insert(account).values({
    id: randomUUID(),
    userId: person.id,
    accountId: person.id,
    providerId: 'credential',
    password: passwordHash,
  });
  return { userId: person.id };
}

export async function ensureMember(db: Db, organizationId: string, userId: string, roles: Role[]) {
  const mine = and(eq(member.organizationId, organizationId), eq(member.userId, userId));
  const known = await db.select({ id: member.id }).from(member).where(mine);
  if (known.length > 0) return;
  await db
    .insert(member)
    .values({ id: randomUUID(), organizationId, userId, role: roles.join(',') || 'member' });
}
