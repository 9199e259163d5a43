/**
 * Which of better-auth's doors are open. Owns that list; everything else it offers (opening accounts and organisations,
 * changing roles, inviting) is answered 404, because our own verbs do it under our own rules and write the audit log.
 */
import { createMiddleware } from 'hono/factory';
import type { AppEnv } from '../context.ts';
import { notFound } from '../http/auth.ts';
import type { Auth } from './auth.ts';

const BASE = '/api/auth';

const OPEN = new Set(
  [
    'GET /get-session', 'GET /ok', 'GET /list-sessions', 'POST /revoke-session', 'POST /revoke-sessions',
    'POST /revoke-other-sessions', 'POST /sign-in/email', 'POST /sign-in/social', 'GET /callback/province', 'GET /error',
    'POST /sign-out', 'POST /change-password', 'POST /update-user', 'POST /request-password-reset', 'POST /reset-password',
    'POST /send-verification-email', 'GET /verify-email',
    'POST /two-factor/enable', 'POST /two-factor/disable', 'POST /two-factor/get-totp-uri', 'POST /two-factor/verify-totp',
    'POST /two-factor/verify-backup-code', 'POST /two-factor/generate-backup-codes',
    'GET /organization/list', 'POST /organization/set-active',
    'POST /organization/accept-invitation', 'POST /organization/reject-invitation',
  ].map((door) => door.replace(' ', ` ${BASE}`)),
); // biome-ignore format: a list

/** Hands over what is on the list. */
export const authDoor = (auth: Auth) =>
  createMiddleware<AppEnv>(async (c) => {
    if (!OPEN.has(`${c.req.method} ${c.req.path}`)) throw notFound();
    return auth.handler(c.req.raw);
  });
