/** What people do to their own way in, for the audit log. better-auth does it; this owns telling of it. */
import type { Db } from '../../db/client.ts';
import { record } from '../audit/audit.ts';

/** better-auth's paths that change something, and what the log calls them. Sessions tell of themselves. */
const ACTS: Record<string, string> = {
  '/change-password': 'password.change',
  '/two-factor/enable': 'secondFactor.prepare',
  '/two-factor/disable': 'secondFactor.disable',
  '/two-factor/verify-totp': 'secondFactor.verify',
  '/two-factor/verify-backup-code': 'secondFactor.backupCode',
  '/two-factor/generate-backup-codes': 'secondFactor.newBackupCodes',
  '/organization/set-active': 'session.organization',
  '/organization/accept-invitation': 'member.join',
};

export async function recordAuthAct(db: Db, path: string, userId: string): Promise<void> {
  const action = ACTS[path];
  if (action) await record(db, { actor: { userId }, action, subject: `user:${userId}` });
}

interface Session {
  userId: string;
  ipAddress?: string | null | undefined;
  userAgent?: string | null | undefined;
  activeOrganizationId?: unknown;
}

/** A session that begins or ends. The address stays in the log as evidence; it is told to auditors alone. */
export async function recordSession(
  db: Db,
  action: 'session.open' | 'session.close',
  session: Session,
): Promise<void> {
  const { userId, ipAddress, userAgent } = session;
  const organizationId =
    typeof session.activeOrganizationId === 'string' ? session.activeOrganizationId : null;
  await record(db, {
    actor: { userId, organizationId },
    action,
    subject: `user:${userId}`,
    after: { ipAddress: ipAddress || null, userAgent: userAgent?.slice(0, 200) ?? null },
  });
}
