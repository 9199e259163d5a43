/**
 * What every request passes before a handler: an id, safe headers, the same-origin rule, a body limit, a rate limit,
 * and the question who is there. Default is closed: only the listed public paths answer without an actor.
 */
import { randomUUID } from 'node:crypto';
import { bodyLimit } from 'hono/body-limit';
import { createMiddleware } from 'hono/factory';
import { secureHeaders } from 'hono/secure-headers';
import { houseOf, NOBODY, within } from '../../db/scope.ts';
import { Failure } from '../../db/terms/failure.ts';
import type { AppEnv, Context } from '../context.ts';
import type { Actor } from '../identity/actor.ts';
import { type Auth, findActor } from '../identity/identity.ts';
import { addressOf } from './address.ts';
import { notSignedIn } from './auth.ts';
import { createLimiter, tooMany } from './limits.ts';

/** Paths of the API that anyone may call. Everything else needs an actor. */
const PUBLIC = [
  /^\/api\/health(\/|$)/,
  /^\/api\/openapi\.json$/,
  /^\/api\/docs(\/|$)/,
  /^\/api\/divisions(\/|$)/,
  /^\/api\/session$/,
  /^\/api\/auth\//,
  /^\/api\/payments\/alipay\/notify$/,
  /^\/api\/public\//,
];
export const isPublic = (path: string): boolean => PUBLIC.some((pattern) => pattern.test(path));

/** Open to whoever is signed in, also without an organisation. */
const PERSONAL = [/^\/api\/organizations$/];
const isPersonal = (path: string): boolean => PERSONAL.some((pattern) => pattern.test(path));

const REQUEST_ID = /^[A-Za-z0-9-]{8,64}$/;

/** Takes a caller's id where it is well formed, so that a trace can cross systems. */
export const requestId = createMiddleware<AppEnv>(async (c, next) => {
  const given = c.req.header('x-request-id');
  const id = given && REQUEST_ID.test(given) ? given : randomUUID();
  c.set('requestId', id);
  c.header('x-request-id', id);
  await next();
});

/**
 * Scripts and styles from here only (antd writes style elements), frames and pictures also from the exchange, whose
 * tags the console previews.
 */
export const safeHeaders = ({ exchangeUrl }: Pick<Context['config'], 'exchangeUrl'>) =>
  secureHeaders({
    contentSecurityPolicy: {
      defaultSrc: ["'self'"],
      scriptSrc: ["'self'"],
      styleSrc: ["'self'", "'unsafe-inline'"],
      imgSrc: ["'self'", 'data:', 'blob:', 'https:', exchangeUrl],
      mediaSrc: ["'self'", 'blob:', 'https:'],
      fontSrc: ["'self'", 'data:'],
      connectSrc: ["'self'", exchangeUrl],
      frameSrc: ["'self'", exchangeUrl],
      frameAncestors: ["'none'"],
      baseUri: ["'none'"],
      formAction: ["'self'"],
      objectSrc: ["'none'"],
    },
    permissionsPolicy: { camera: [], microphone: [], geolocation: [], payment: [] },
    referrerPolicy: 'strict-origin-when-cross-origin',
    xFrameOptions: 'DENY',
    crossOriginOpenerPolicy: 'same-origin',
    crossOriginResourcePolicy: 'same-origin',
  });

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * A browser tells where a request comes from; one that changes something must come from the console itself. Callers
 * that send neither header are no browsers, and carry no cookie by accident.
 */
export const sameOrigin = createMiddleware<AppEnv>(async (c, next) => {
  if (SAFE_METHODS.has(c.req.method) || c.req.path === '/api/payments/alipay/notify') return next();
  const site = c.req.header('sec-fetch-site');
  const origin = c.req.header('origin');
  if (
    site === 'cross-site' ||
    site === 'same-site' ||
    (origin && !isOurs(c.var.ctx, origin, c.req.header('host')))
  ) {
    throw new Failure('forbidden', {
      zh: '请求来自其他网站，已拒绝',
      en: 'the request comes from another site',
    });
  }
  await next();
});

function isOurs(ctx: Pick<Context, 'config'>, origin: string, host: string | undefined): boolean {
  if (origin === new URL(ctx.config.publicUrl).origin) return true;
  const parsed = URL.canParse(origin) ? new URL(origin) : undefined;
  return parsed !== undefined && parsed.host === host;
}

const MEBIBYTE = 1024 * 1024;

/** MiB by path; files, and the articles of a feed. */
const BODY_LIMITS: [RegExp, number][] = [
  [/^\/api\/((assets|imports|audiences)(\/|$)|bookings\/\d+\/evidence$)/, 64],
  [/^\/api\/articles$/, 16],
];

/** JSON stays small; files go to the upload paths only. */
export const bodies = createMiddleware<AppEnv>((c, next) => {
  const limit = BODY_LIMITS.find(([path]) => path.test(c.req.path))?.[1] ?? 1;
  return bodyLimit({
    maxSize: limit * MEBIBYTE,
    onError: () => {
      throw new Failure('payload_too_large', {
        zh: `请求内容不能超过 ${limit} MB`,
        en: `a request may hold ${limit} MiB at most`,
      });
    },
  })(c, next);
});

/** A person at a console stays far below; a runaway script does not. */
const READ_RATE = { windowSeconds: 10, max: 600 };
const WRITE_RATE = { windowSeconds: 10, max: 200 };
const STRANGER_RATE = { windowSeconds: 10, max: 300 };

/** Finds the actor, refuses strangers on all but public paths, and counts. */
export function doorkeeper(auth: Auth, ctx: Context) {
  const consume = createLimiter(ctx.redis);
  const lookup = { auth, clock: ctx.clock, db: houseOf(ctx.db) };
  return createMiddleware<AppEnv>(async (c, next) => {
    const path = c.req.path;
    if (path.startsWith('/api/health') || path.startsWith('/api/auth/')) return next();
    const { actor, person, setCookie } = await findActor(lookup, c.req.raw.headers);
    const safe = SAFE_METHODS.has(c.req.method);
    const who = actor?.userId ?? person?.userId ?? addressOf(c.req.raw);
    const rate = actor ? (safe ? READ_RATE : WRITE_RATE) : STRANGER_RATE;
    const verdict = await consume(`api:${safe ? 'r' : 'w'}:${who}`, rate);
    if (!verdict.allowed) {
      c.header('retry-after', String(verdict.retryAfterSeconds));
      throw tooMany(verdict.retryAfterSeconds);
    }
    if (!actor && !isPublic(path) && !(person && isPersonal(path))) throw notSignedIn();
    if (person) c.set('person', person);
    // From here on the request sees what its organisation may see, and a stranger's nothing: the second wall. What has to act for
    // the house before anybody is anybody says so on its route (`forHouse`).
    const scope = actor && !isPersonal(path) ? scopeOf(actor) : NOBODY;
    c.set('ctx', { ...ctx, db: within(ctx.db, scope) });
    if (person && !person.emailVerified && ctx.config.mail && !safe) assertNeedsNoProof(path);
    if (actor) {
      assertScope(actor.scopes, safe, path);
      c.set('actor', actor);
    }
    await next();
    for (const cookie of setCookie) c.res.headers.append('set-cookie', cookie);
    if (!c.res.headers.has('cache-control')) c.res.headers.set('cache-control', 'no-store');
  });
}

/** The platform's own people act for the house. */
const scopeOf = ({ kind, organizationId, userId }: Actor) => ({
  organizationId: kind === 'platform' ? null : organizationId,
  personId: userId,
});

/** A key never makes keys, invites people, moves money, or stands for one of two pairs of eyes. */
const PEOPLE_ONLY = new Set([
  'adjustments',
  'api-keys',
  'auth',
  'contracts',
  'credit-proposals',
  'ledger',
  'members',
  'nettings',
  'partner-differences',
  'payout-batches',
  'payouts',
  'reconciliation',
  'statements',
  'wallet',
]);

/** What sends something to others, or lets them in. */
const REACHES_OTHERS = new Set(['members', 'api-keys', 'webhooks', 'report-schedules']);

/**
 * Who has not proved their address may look, prepare and pay in. What takes money out, stands for a pair of eyes, or reaches
 * others waits: the address may be somebody else's. (Where no letters go out, nobody could prove one.)
 */
function assertNeedsNoProof(path: string): void {
  const segment = path.split('/')[2] ?? '';
  // Asking Alipay whether it has come belongs to paying in.
  const paysIn = /^\/api\/wallet\/(top-ups(\/\d+\/query)?|alert)$/.test(path);
  if (paysIn || !(PEOPLE_ONLY.has(segment) || REACHES_OTHERS.has(segment))) return;
  throw new Failure('forbidden', {
    zh: '请先打开确认邮件中的链接，确认邮箱属于您',
    en: 'open the link in our letter first, to confirm that the address is yours',
  });
}

/** `read`, `write`, or either narrowed to the first segment of the path: `write:campaigns`. */
function assertScope(scopes: string[] | null, safe: boolean, path: string): void {
  if (scopes === null) return;
  const segment = path.split('/')[2] ?? '';
  const verb = safe ? 'read' : 'write';
  const enough = [verb, `${verb}:${segment}`, ...(safe ? ['write', `write:${segment}`] : [])];
  const barred = !safe && PEOPLE_ONLY.has(segment);
  if (!barred && enough.some((scope) => scopes.includes(scope))) return;
  throw new Failure('forbidden', {
    zh: `此密钥没有权限：${verb}:${segment}`,
    en: `this key lacks the scope ${verb}:${segment}`,
  });
}
