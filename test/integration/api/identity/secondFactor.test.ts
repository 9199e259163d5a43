import { beforeAll, expect, test } from 'vitest';
import { auditEntry } from '../../../../db/schema/audit.ts';
import { newCaller, openTestApi, PASSWORD, send, type TestApi } from '../../../kit/actors.ts';
import { openTestDatabase } from '../../../kit/database.ts';
import { openTestRedis } from '../../../kit/redis.ts';
import { base32Text, codeNow } from '../../../kit/totp.ts';

let api: TestApi;
beforeAll(async () => {
  const { db } = await openTestDatabase();
  api = openTestApi({ db, redis: await openTestRedis() });
});

const cookies = (headers: Headers) =>
  headers
    .getSetCookie()
    .map((one) => one.split(';')[0])
    .filter((one) => !one?.endsWith('='))
    .join('; ');

/** A person with an authenticator. */
async function enrolled() {
  const caller = await newCaller(api, 'outlet');
  const { body: me } = await caller.call('GET', '/api/me');
  const made = await caller.call<{ totpURI: string; backupCodes: string[] }>(
    'POST',
    '/api/auth/two-factor/enable',
    { password: PASSWORD },
  );
  const secret = base32Text(new URL(made.body.totpURI).searchParams.get('secret') ?? '');
  const proved = await caller.call('POST', '/api/auth/two-factor/verify-totp', {
    code: codeNow(secret),
  });
  expect(proved.status).toBe(200);
  return { email: me.email as string, secret, backupCodes: made.body.backupCodes };
}

const password = (email: string) =>
  send<{ twoFactorRedirect?: boolean }>(api.app, 'POST', '/api/auth/sign-in/email', {
    email,
    password: PASSWORD,
  });

test('with an authenticator the password alone opens nothing; the code does', async () => {
  const { email, secret } = await enrolled();
  const half = await password(email);
  expect(half.body.twoFactorRedirect).toBe(true);
  const cookie = cookies(half.headers);
  expect((await send(api.app, 'GET', '/api/me', undefined, { cookie })).status).toBe(401);
  const verify = (code: string) =>
    send(api.app, 'POST', '/api/auth/two-factor/verify-totp', { code }, { cookie });
  expect((await verify('000000')).status).toBe(401);
  const whole = await verify(codeNow(secret));
  expect(whole.status).toBe(200);
  const me = await send(api.app, 'GET', '/api/me', undefined, { cookie: cookies(whole.headers) });
  expect(me.body).toMatchObject({ email });
});

test('a backup code works once, and the audit log tells of enrolment and of its use', async () => {
  const { email, backupCodes } = await enrolled();
  const use = async () => {
    const cookie = cookies((await password(email)).headers);
    const body = { code: backupCodes[0] };
    return send(api.app, 'POST', '/api/auth/two-factor/verify-backup-code', body, { cookie });
  };
  expect((await use()).status).toBe(200);
  expect((await use()).status).toBe(401);
  const actions = (await api.ctx.db.select().from(auditEntry)).map(({ action }) => action);
  expect(actions).toEqual(expect.arrayContaining(['secondFactor.prepare', 'secondFactor.verify']));
});

test('guessing the six digits is stopped long before it succeeds', async () => {
  const { email } = await enrolled();
  const cookie = cookies((await password(email)).headers);
  const guess = async (n: number) => {
    const body = { code: String(100_000 + n) };
    const path = '/api/auth/two-factor/verify-totp';
    return (await send(api.app, 'POST', path, body, { cookie })).status;
  };
  // Twenty a minute: on a slow machine a minute may end meanwhile, and another begin.
  let status = 0;
  for (let n = 0; n < 100 && status !== 429; n++) {
    status = await guess(n);
    expect(status).not.toBe(200);
  }
  expect(status).toBe(429);
});

test('no request of this file was answered by a bug', () => {
  expect(api.bugs).toEqual([]);
});
