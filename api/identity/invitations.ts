/**
 * Invitations as their holder sees them. The id in the link is the proof: 128 random bits, handed over by whoever
 * invited. Owns joining by it; refuses an address that has an account already, whose owner signs in first and accepts
 * through better-auth (`/api/auth/organization/accept-invitation`).
 */
import { and, eq, gt } from 'drizzle-orm';
import { z } from 'zod';
import type { Db } from '../../db/client.ts';
import { invitation, organization, user } from '../../db/schema/identity.ts';
import type { Clock } from '../../db/terms/day.ts';
import { record } from '../audit/audit.ts';
import type { Config } from '../env.ts';
import { notFound } from '../http/auth.ts';
import { ensureMember, openAccount } from './accounts.ts';
import type { Role } from './actor.ts';
import { queueProof } from './letters.ts';

export const newPersonSchema = z.strictObject({
  name: z.string().trim().min(1).max(60),
  /** Its length and strength are judged by password.ts, which says why. */
  password: z.string().min(1).max(512),
});

type InvitationContext = { db: Db; clock: Clock };

async function openInvitation(ctx: InvitationContext, id: string, lock: boolean) {
  const found = ctx.db
    .select({ invitation, organization: { name: organization.name, kind: organization.kind } })
    .from(invitation)
    .innerJoin(organization, eq(organization.id, invitation.organizationId))
    .where(
      and(
        eq(invitation.id, id),
        eq(invitation.status, 'pending'),
        gt(invitation.expiresAt, new Date(ctx.clock())),
      ),
    );
  const [row] = lock ? await found.for('update', { of: invitation }) : await found;
  if (!row) throw notFound();
  return row;
}

const rolesOf = (text: string | null): Role[] => (text ?? 'member').split(',') as Role[];

/** What the page behind the link shows. `hasAccount`: the person signs in instead of choosing a password. */
export async function readInvitation(ctx: InvitationContext, id: string) {
  const row = await openInvitation(ctx, id, false);
  const { email, role, expiresAt } = row.invitation;
  const hasAccount = (await ctx.db.$count(user, eq(user.email, email))) > 0;
  return { id, email, roles: rolesOf(role), expiresAt, hasAccount, organization: row.organization };
}

/** A new person joins by the link. Fails with `conflict` where the address has an account. */
export async function joinByInvitation(
  ctx: InvitationContext & { config: Pick<Config, 'mail' | 'publicUrl' | 'authSecret'> },
  id: string,
  input: z.infer<typeof newPersonSchema>,
) {
  return ctx.db.transaction(async (db) => {
    const { invitation: found } = await openInvitation({ ...ctx, db }, id, true);
    const { userId } = await openAccount(db, { ...input, email: found.email });
    await queueProof({ ...ctx, db }, found.email);
    await ensureMember(db, found.organizationId, userId, rolesOf(found.role));
    await db.update(invitation).set({ status: 'accepted' }).where(eq(invitation.id, id));
    const actor = { userId, organizationId: found.organizationId };
    const after = { email: found.email, role: found.role };
    await record(db, { actor, action: 'member.join', subject: `invitation:${id}`, after });
    return { userId, organizationId: found.organizationId, email: found.email };
  });
}
