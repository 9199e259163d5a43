import { eq } from 'drizzle-orm';
import { beforeAll, expect, test } from 'vitest';
import { member, user } from '../../../../db/schema/identity.ts';
import { newCaller, openTestApi, send, type TestApi } from '../../../kit/actors.ts';
import { openTestDatabase } from '../../../kit/database.ts';
import { type Citizen, openTestProvider, type TestProvider } from '../../../kit/oidc.ts';
import { openTestRedis } from '../../../kit/redis.ts';

const ORIGIN = 'http://localhost:8787';
let api: TestApi;
let province: TestProvider;

beforeAll(async () => {
  province = await openTestProvider(`${ORIGIN}/api/auth/callback/province`);
  const { db } = await openTestDatabase();
  const { issuer, clientId, clientSecret } = province;
  const oidc = { issuer, clientId, clientSecret };
  api = openTestApi({ db, redis: await openTestRedis(), config: { oidc } });
});

const cookies = (headers: Headers) =>
  headers
    .getSetCookie()
    .map((one) => one.split(';')[0])
    .join('; ');

/** From the console's button to the console again, as a browser goes. */
async function signOn(citizen: Citizen, tamper: (url: URL) => void = () => {}) {
  const begun = await send<{ url: string }>(api.app, 'POST', '/api/auth/sign-in/social', {
    provider: 'province',
    callbackURL: '/',
    errorCallbackURL: '/sign-in',
  });
  expect(begun.status).toBe(200);
  const back = new URL(await province.visit(begun.body.url, citizen));
  tamper(back);
  const cookie = cookies(begun.headers);
  const done = await send(api.app, 'GET', back.pathname + back.search, undefined, { cookie });
  return {
    status: done.status,
    location: done.headers.get('location') ?? '',
    cookie: cookies(done.headers),
  };
}

const me = (cookie: string) =>
  send<{ email: string; kind: string }>(api.app, 'GET', '/api/me', undefined, { cookie });

const citizen = (name: string, more: Partial<Citizen> = {}): Citizen => ({
  sub: `citizen-${name}`,
  email: `${name}@province.test`,
  emailVerified: true,
  name,
  ...more,
});

test('somebody new to us signs on, belongs to nothing, and opens an organisation', async () => {
  const { location, cookie } = await signOn(citizen('lu'));
  expect(location).not.toContain('error');
  expect((await me(cookie)).status).toBe(401);
  const body = { kind: 'agency', organizationName: '之江代理' };
  const made = await send(api.app, 'POST', '/api/organizations', body, { cookie });
  expect(made.status).toBe(201);
  expect((await me(cookie)).body).toMatchObject({ email: 'lu@province.test', kind: 'agency' });
  // The second time they come straight to it.
  const again = await signOn(citizen('lu'));
  expect((await me(again.cookie)).body.kind).toBe('agency');
});

test('an account both sides have proved is joined, one that somebody merely claimed here is not', async () => {
  const known = await newCaller(api, 'outlet');
  const [proved] = await api.ctx.db.select().from(user).where(eq(user.id, known.userId));
  const joined = await signOn(citizen('known', { email: proved?.email ?? '' }));
  expect((await me(joined.cookie)).body).toMatchObject({ email: proved?.email });

  const claimed = { email: 'mayor@province.test', password: 'tidal marsh lantern', name: 'X' };
  const organization = { kind: 'agency', organizationName: 'Squatters' };
  await send(api.app, 'POST', '/api/public/sign-up', { ...claimed, organization });
  const mayor = await signOn(citizen('mayor'));
  expect(mayor.location).toContain('error');
  expect((await me(mayor.cookie)).status).toBe(401);
});

test('an address the province has not proved opens nobody’s account', async () => {
  const known = await newCaller(api, 'outlet');
  const [row] = await api.ctx.db.select().from(user).where(eq(user.id, known.userId));
  const liar = citizen('liar', { email: row?.email ?? '', emailVerified: false });
  const { location, cookie } = await signOn(liar);
  expect(location).toContain('error');
  expect((await me(cookie)).status).toBe(401);
  expect(await api.ctx.db.$count(member, eq(member.userId, known.userId))).toBe(1);
});

test('an answer with another state, or a code that was used, is refused', async () => {
  const other = await signOn(citizen('wu'), (url) => url.searchParams.set('state', 'x'.repeat(32)));
  expect(other.location).toContain('error');
  const code = await signOn(citizen('wu'), (url) => url.searchParams.set('code', 'made-up'));
  expect(code.location).toContain('error');
  expect((await me(code.cookie)).status).toBe(401);
});

test('no request of this file was answered by a bug', () => {
  expect(api.bugs).toEqual([]);
});
