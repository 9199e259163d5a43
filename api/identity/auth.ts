/**
 * better-auth, configured: e-mail and password, organisations of four kinds, a second factor, sessions of twelve hours
 * that renew while they are used. Owns that configuration and the tables behind it; the rest of the house knows only
 * `Actor`.
 */

import { betterAuth } from 'better-auth';
import { drizzleAdapter } from 'better-auth/adapters/drizzle';
import { APIError, createAuthMiddleware } from 'better-auth/api';
import { organization as organizations, twoFactor } from 'better-auth/plugins';
import { createAccessControl } from 'better-auth/plugins/access';
import { genericOAuth } from 'better-auth/plugins/generic-oauth';
import {
  adminAc,
  defaultStatements,
  memberAc,
  ownerAc,
} from 'better-auth/plugins/organization/access';
import { asc, eq } from 'drizzle-orm';
import type { Database } from '../../db/client.ts';
import type { RedisStore } from '../../db/redis.ts';
import * as schema from '../../db/schema/identity.ts';
import type { Clock } from '../../db/terms/day.ts';
import { record } from '../audit/audit.ts';
import type { Config } from '../env.ts';
import { CLIENT_ADDRESS_HEADER } from '../http/address.ts';
import { createLimiter } from '../http/limits.ts';
import { recordAuthAct, recordSession } from './acts.ts';
import { queueAside, RESET_SECONDS, resetLetter, VERIFY_SECONDS, verifyLetter } from './letters.ts';
import { MAX_PASSWORD, MIN_PASSWORD, passwordProblem } from './password.ts';

const SESSION_SECONDS = 12 * 3600;
const RENEW_AFTER_SECONDS = 3600;

/** Attempts for one e-mail address, whatever addresses they come from. */
const SIGN_IN_RATE = { windowSeconds: 300, max: 20 };

const access = createAccessControl(defaultStatements);
const roles = {
  owner: access.newRole(ownerAc.statements),
  admin: access.newRole(adminAc.statements),
  member: access.newRole(memberAc.statements),
  operator: access.newRole(memberAc.statements),
  reviewer: access.newRole(memberAc.statements),
  finance: access.newRole(memberAc.statements),
};

export interface AuthContext {
  db: Database;
  redis: RedisStore;
  clock: Clock;
  config: Pick<Config, 'publicUrl' | 'authSecret' | 'oidc' | 'mail'>;
}

/** One account may be asked for so often, whoever asks; counted for addresses without an account alike. */
const LETTER_RATE = { windowSeconds: 3600, max: 5 };
const LETTER_PATHS = new Set(['/request-password-reset', '/send-verification-email']);

export function createAuth({ db, redis, clock, config }: AuthContext) {
  const consume = createLimiter(redis);
  const origin = new URL(config.publicUrl);
  const letters = letterOptions({ db, clock, config });
  return betterAuth({
    appName: 'Hongze',
    baseURL: config.publicUrl,
    basePath: '/api/auth',
    secret: config.authSecret,
    telemetry: { enabled: false },
    logger: { disabled: true },
    database: drizzleAdapter(db, { provider: 'pg', schema, transaction: true }),
    trustedOrigins: (request) => trustedOrigins(origin, request),
    emailAndPassword: {
      enabled: true,
      // Accounts are opened by sign-up and by invitation (accounts.ts), which judge the password.
      disableSignUp: true,
      minPasswordLength: MIN_PASSWORD,
      maxPasswordLength: MAX_PASSWORD,
      ...letters.password,
    },
    ...letters.address,
    session: {
      expiresIn: SESSION_SECONDS,
      updateAge: RENEW_AFTER_SECONDS,
      additionalFields: { activeOrganizationId: { type: 'string', required: false, input: false } },
    },
    rateLimit: {
      enabled: true,
      window: 60,
      max: 120,
      customRules: {
        '/sign-in/email': { window: 60, max: 60 },
        '/sign-in/social': { window: 60, max: 60 },
        '/change-password': { window: 300, max: 20 },
        '/reset-password': { window: 300, max: 20 },
        '/request-password-reset': { window: 3600, max: 60 },
        '/send-verification-email': { window: 3600, max: 60 },
        '/two-factor/*': { window: 60, max: 20 },
        '/get-session': false,
      },
      customStorage: {
        consume: async (key, rule) => {
          const verdict = await consume(`auth:${key}`, {
            windowSeconds: rule.window,
            max: rule.max,
          });
          return { allowed: verdict.allowed, retryAfter: verdict.retryAfterSeconds };
        },
      },
    },
    hooks: {
      before: createAuthMiddleware(async (ctx) => {
        const { path } = ctx;
        if (path === '/change-password' || path === '/reset-password') refuseWeakPassword(ctx.body);
        // Whatever the caller asks for: a password is changed because somebody else may know it.
        if (path === '/change-password')
          return { context: { body: { ...ctx.body, revokeOtherSessions: true } } };
        const isLetter = LETTER_PATHS.has(path);
        if (path !== '/sign-in/email' && !isLetter) return;
        const email = String((ctx.body as { email?: unknown })?.email ?? '').toLowerCase();
        const verdict = isLetter
          ? await consume(`letter:${email}`, LETTER_RATE)
          : await consume(`sign-in:${email}`, SIGN_IN_RATE);
        if (!verdict.allowed) {
          throw new APIError('TOO_MANY_REQUESTS', {
            message: 'Too many attempts for this account',
          });
        }
      }),
      after: createAuthMiddleware(async (ctx) => {
        if (ctx.context.returned instanceof APIError) return;
        const userId = ctx.context.session?.user.id;
        if (userId) await recordAuthAct(db, ctx.path, userId);
      }),
    },
    databaseHooks: {
      session: {
        create: {
          // Whoever belongs to one organisation acts for it at once; several: the oldest, and they can switch.
          before: async (session) => {
            const [first] = await db
              .select({ id: schema.member.organizationId })
              .from(schema.member)
              .where(eq(schema.member.userId, session.userId))
              .orderBy(asc(schema.member.createdAt), asc(schema.member.id))
              .limit(1);
            return { data: { ...session, activeOrganizationId: first?.id ?? null } };
          },
          after: (session) => recordSession(db, 'session.open', session),
        },
        delete: { after: (session) => recordSession(db, 'session.close', session) },
      },
    },
    advanced: {
      useSecureCookies: origin.protocol === 'https:',
      cookiePrefix: 'hongze',
      defaultCookieAttributes: { sameSite: 'lax', httpOnly: true, path: '/' },
      ipAddress: { ipAddressHeaders: [CLIENT_ADDRESS_HEADER] },
    },
    plugins: [
      organizationPlugin(),
      twoFactor({ issuer: 'Hongze' }),
      ...provincePlugins(config.oidc),
    ],
  });
}

/** What needs letters: absent where nothing can be sent, and better-auth then says that it is off. */
function letterOptions(ctx: Omit<AuthContext, 'redis'>) {
  const { db } = ctx;
  const { mail, publicUrl } = ctx.config;
  if (!mail) return { password: {}, address: {} };
  const tell = (action: 'password.reset' | 'address.verify', userId: string) =>
    record(db, { actor: { userId }, action, subject: `user:${userId}` });
  return {
    password: {
      resetPasswordTokenExpiresIn: RESET_SECONDS,
      revokeSessionsOnPasswordReset: true,
      // Behind the #, where no server's log and no referrer sees it.
      sendResetPassword: ({ user, token }: { user: { email: string }; token: string }) =>
        queueAside(ctx, resetLetter(user.email, `${publicUrl}/reset-password#${token}`)),
      onPasswordReset: async ({ user: { id } }: { user: { id: string } }) => {
        // Whoever read the letter has proved the address.
        await db.update(schema.user).set({ emailVerified: true }).where(eq(schema.user.id, id));
        await tell('password.reset', id);
      },
    },
    address: {
      emailVerification: {
        expiresIn: VERIFY_SECONDS,
        sendVerificationEmail: ({ user, url }: { user: { email: string }; url: string }) =>
          queueAside(ctx, verifyLetter(user.email, url)),
        afterEmailVerification: ({ id }: { id: string }) => tell('address.verify', id),
      },
    },
  };
}

function refuseWeakPassword(body: unknown): void {
  const wanted = String((body as { newPassword?: unknown } | undefined)?.newPassword ?? '');
  const problem = passwordProblem(wanted);
  if (problem) {
    throw new APIError('BAD_REQUEST', {
      code: 'PASSWORD_TOO_WEAK',
      message: `${problem.zh} · ${problem.en}`,
    });
  }
}

const organizationPlugin = () =>
  organizations({
    ac: access,
    roles,
    // Organisations are opened by the platform (accounts.ts): their kind decides what they may do.
    allowUserToCreateOrganization: false,
    disableOrganizationDeletion: true,
    invitationExpiresIn: 7 * 86_400,
    schema: {
      organization: {
        additionalFields: { kind: { type: 'string', required: true, input: false } },
      },
    },
  });

/**
 * Sign-on through a province's unified account system: authorisation code with PKCE and nonce, ID tokens verified by the
 * issuer's keys. A person new to us belongs to no organisation: they open one, or accept an invitation. An address that
 * has a password here is joined only where both sides have proved it (better-auth's rule).
 */
const provincePlugins = (oidc: Config['oidc']) =>
  oidc === null
    ? []
    : [
        genericOAuth({
          config: [
            {
              providerId: 'province',
              discoveryUrl: `${oidc.issuer}/.well-known/openid-configuration`,
              clientId: oidc.clientId,
              clientSecret: oidc.clientSecret,
              scopes: ['openid', 'profile', 'email'],
              pkce: true,
              requireIdTokenVerification: true,
            },
          ],
        }),
      ];

export type Auth = ReturnType<typeof createAuth>;

/** The public origin, and the very host the request came to: `127.0.0.1` and `localhost` are both one's own machine. */
function trustedOrigins(origin: URL, request?: Request): string[] {
  const host = request?.headers.get('host');
  return host ? [origin.origin, `${origin.protocol}//${host}`] : [origin.origin];
}
