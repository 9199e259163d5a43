/**
 * People for integration tests: a whole API on test servers, accounts in organisations of every kind, and signed-in
 * callers that speak to the app without a socket.
 */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Hono } from 'hono';
import type { Redis } from 'ioredis';
import { createApp } from '../../api/app.ts';
import type { AppEnv, Context } from '../../api/context.ts';
import type { Config } from '../../api/env.ts';
import { createAccount, type NewOrganization } from '../../api/identity/accounts.ts';
import type { Role } from '../../api/identity/actor.ts';
import type { Database } from '../../db/client.ts';
import { advertiser } from '../../db/schema/campaigns.ts';
import { outlet } from '../../db/schema/outlets.ts';
import type { Clock } from '../../db/terms/day.ts';

export const PASSWORD = 'hongze-test-2026';

export function testConfig(overrides: Partial<Config> = {}): Config {
  return {
    databaseUrl: 'postgres://unused',
    redisUrl: 'redis://unused',
    port: 0,
    host: '127.0.0.1',
    publicUrl: 'http://localhost:8787',
    exchangeUrl: 'http://localhost:8080',
    authSecret: 'a secret for tests only, 32 long ok',
    tokenKey: '00'.repeat(32),
    assetsDir: join(tmpdir(), `hongze-test-assets-${process.pid}`),
    trustProxy: 'none',
    alipay: {
      gateway: 'http://127.0.0.1:9',
      appId: '1',
      sellerId: '2',
      privateKey: '',
      publicKey: '',
    },
    oidc: null,
    ...overrides,
  };
}

export interface TestApi {
  app: Hono<AppEnv>;
  ctx: Context;
  /** What the app logged as a bug; a test may assert it empty. */
  bugs: Record<string, unknown>[];
}

/** The app on a test database and Redis. `alipay` is left out where the test never pays. */
export function openTestApi(parts: {
  db: Database;
  redis: Redis;
  clock?: Clock;
  config?: Partial<Config>;
  alipay?: Context['alipay'];
  spans?: Context['spans'];
}): TestApi {
  const unpaid = new Proxy({} as Context['alipay'], {
    get(_target, name) {
      throw new Error(`this test opened the API without Alipay, and it called ${String(name)}`);
    },
  });
  const ctx: Context = {
    db: parts.db,
    redis: parts.redis,
    clock: parts.clock ?? (() => Date.now()),
    config: testConfig(parts.config),
    alipay: parts.alipay ?? unpaid,
    ...(parts.spans ? { spans: parts.spans } : {}),
  };
  const bugs: Record<string, unknown>[] = [];
  return { app: createApp(ctx, { log: (entry) => bugs.push(entry) }), ctx, bugs };
}

export interface Answer<Body = unknown> {
  status: number;
  headers: Headers;
  body: Body;
}

export interface Caller {
  email: string;
  userId: string;
  organizationId: string;
  cookie: string;
  /** `body` is sent as JSON; the answer's body is parsed where it is JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever the route answers
  call<Body = any>(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Answer<Body>>;
}

export async function send<Body>(
  app: Hono<AppEnv>,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer<Body>> {
  const response = await app.request(path, {
    method,
    headers: {
      ...(body === undefined || body instanceof FormData
        ? {}
        : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: body instanceof FormData ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  const isJson = /json/.test(response.headers.get('content-type') ?? '');
  return {
    status: response.status,
    headers: response.headers,
    body: (isJson && text ? JSON.parse(text) : text) as Body,
  };
}

/** Signs in through the real endpoint; fails loudly where that is refused. */
export async function signIn(
  { app }: TestApi,
  email: string,
  password: string = PASSWORD,
): Promise<Pick<Caller, 'cookie' | 'call'>> {
  const answer = await send<{ user: { id: string } }>(app, 'POST', '/api/auth/sign-in/email', {
    email,
    password,
  });
  if (answer.status !== 200) {
    throw new Error(`sign-in of ${email}: ${answer.status} ${JSON.stringify(answer.body)}`);
  }
  const cookie = answer.headers
    .getSetCookie()
    .map((one) => one.split(';')[0])
    .join('; ');
  return {
    cookie,
    call: (method, path, body, headers) => send(app, method, path, body, { ...headers, cookie }),
  };
}

let people = 0;

/** A new person with a session, in a new organisation unless one is named. */
export async function newCaller(
  api: TestApi,
  kind: NewOrganization['kind'],
  options: { roles?: Role[]; organizationId?: string } = {},
): Promise<Caller> {
  const number = ++people;
  const email = `${kind}-${number}@test.hongze`;
  const made = await createAccount(api.ctx, {
    email,
    password: PASSWORD,
    name: `${kind} ${number}`,
    organization: {
      id: options.organizationId ?? `org-${kind}-${number}`,
      name: `${kind} organisation ${number}`,
      kind,
    },
    roles: options.roles ?? ['owner'],
  });
  return { ...made, email, ...(await signIn(api, email)) };
}

/** An advertiser with its organisation and one owner. */
export async function newAdvertiser(
  api: TestApi,
  overrides: Partial<typeof advertiser.$inferInsert> = {},
): Promise<Caller & { advertiserId: number }> {
  const caller = await newCaller(api, 'advertiser');
  const [row] = await api.ctx.db
    .insert(advertiser)
    .values({
      organizationId: caller.organizationId,
      name: '龙井茶业',
      category: 'food',
      domain: 'longjing.example',
      status: 'active',
      ...overrides,
    })
    .returning({ id: advertiser.id });
  if (!row) throw new Error('no advertiser');
  return { ...caller, advertiserId: row.id };
}

/** An outlet with its organisation and one owner. */
export async function newOutlet(
  api: TestApi,
  overrides: Partial<typeof outlet.$inferInsert> = {},
): Promise<Caller & { outletId: number }> {
  const caller = await newCaller(api, 'outlet');
  const [row] = await api.ctx.db
    .insert(outlet)
    .values({
      organizationId: caller.organizationId,
      name: '富阳融媒',
      tier: 'county',
      divisionCode: '330111',
      status: 'active',
      ...overrides,
    })
    .returning({ id: outlet.id });
  if (!row) throw new Error('no outlet');
  return { ...caller, outletId: row.id };
}
