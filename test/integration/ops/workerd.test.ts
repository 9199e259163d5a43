import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { keep } from '../../../db/embedded/keeper.ts';
import { freePort } from '../../../db/embedded/ports.ts';
import { openTestDatabase } from '../../kit/database.ts';
import { campaignInput } from '../../kit/market.ts';
import { until } from '../../kit/readers.ts';
import { openTestRedisServer } from '../../kit/redis.ts';

const folder = mkdtempSync(join(tmpdir(), 'hongze-workerd-'));
chmodSync(folder, 0o755);
const { db, url: databaseUrl } = await openTestDatabase();
const { url: redisUrl } = await openTestRedisServer();
const port = await freePort();
const origin = `http://127.0.0.1:${port}`;
const assets = join(folder, 'assets');
mkdirSync(assets);
writeFileSync(join(assets, 'index.html'), '<!doctype html><title>console</title>');

const variables = {
  REDIS_URL: redisUrl,
  PUBLIC_URL: origin,
  AUTH_SECRET: 'a secret of forty characters, or so, here',
  TOKEN_KEY: '11'.repeat(32),
  ALIPAY_GATEWAY: 'http://127.0.0.1:9',
  ALIPAY_APP_ID: '1',
  ALIPAY_SELLER_ID: '1',
  ALIPAY_PRIVATE_KEY: 'k'.repeat(64),
  ALIPAY_PUBLIC_KEY: 'k'.repeat(64),
};
const words = ['dev', '--ip', '127.0.0.1', '--port', String(port), '--assets', assets];
words.push('--show-interactive-dev-session=false', '--persist-to', join(folder, 'state'));
for (const [name, value] of Object.entries(variables)) words.push('--var', `${name}:${value}`);
const hyperdrive = new URL(databaseUrl);
hyperdrive.password ||= 'wrangler-wants-one';
const worker = keep(process.execPath, ['node_modules/wrangler/bin/wrangler.js', ...words], {
  stopSignal: 'TERM',
  env: {
    ...process.env,
    CI: '1',
    WRANGLER_SEND_METRICS: 'false',
    WRANGLER_LOG_PATH: join(folder, 'log'),
    CLOUDFLARE_HYPERDRIVE_LOCAL_CONNECTION_STRING_HYPERDRIVE: hyperdrive.toString(),
    // Nothing may be fetched for it.
    HTTPS_PROXY: 'http://127.0.0.1:9',
    HTTP_PROXY: 'http://127.0.0.1:9',
  },
});
afterAll(async () => {
  await worker.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function call(method: string, path: string, body?: object, cookie = '') {
  const answer = await fetch(`${origin}${path}`, {
    method,
    headers: {
      origin,
      cookie,
      'sec-fetch-site': 'same-origin',
      ...(body ? { 'content-type': 'application/json' } : {}),
    },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  const text = await answer.text();
  const json = /json/.test(answer.headers.get('content-type') ?? '');
  return { status: answer.status, body: json ? JSON.parse(text) : text, headers: answer.headers };
}

test('API and console on workerd: a buyer signs up, and what they make is in PostgreSQL; what needs Node says so', async () => {
  await until(async () => {
    if (!worker.running()) throw new Error(worker.output());
    return (await fetch(`${origin}/api/health`).catch(() => undefined))?.ok === true;
  });
  expect((await call('GET', '/')).body).toContain('console');
  const person = { email: 'edge@test.hongze', password: 'tidal marsh lantern', name: '阿缘' };
  const organization = {
    kind: 'advertiser',
    organizationName: '边缘茶业',
    category: 'food',
    domain: null,
  };
  const signedUp = await call('POST', '/api/public/sign-up', { ...person, organization });
  expect(signedUp.status, JSON.stringify(signedUp.body)).toBeLessThan(300);
  const signedIn = await call('POST', '/api/auth/sign-in/email', person);
  expect(signedIn.status, JSON.stringify(signedIn.body)).toBe(200);
  const cookie = signedIn.headers
    .getSetCookie()
    .map((each) => each.split(';')[0])
    .join('; ');
  await db.$client`UPDATE advertiser SET status = 'active'`;
  const input = campaignInput(signedUp.body.advertiserId, Date.now());
  const made = await call('POST', '/api/campaigns', input, cookie);
  expect(made.status, JSON.stringify(made.body)).toBe(201);
  expect(await db.$client`SELECT id::int FROM campaign`).toEqual([{ id: made.body.id }]);
  const refused = await call('POST', '/api/assets', {}, cookie);
  expect(refused).toMatchObject({ status: 501, body: { code: 'not_on_edge' } });
});
