import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createServer } from '../../../api/server.ts';
import { session } from '../../../db/schema/identity.ts';
import { newAdvertiser, openTestApi, PASSWORD, type TestApi } from '../../kit/actors.ts';
import { openTestDatabase } from '../../kit/database.ts';
import { PIXEL_PNG, upload } from '../../kit/market.ts';
import { openTestRedis } from '../../kit/redis.ts';

let api: TestApi;
let origin: string;
let picture: string;
let buyer: Awaited<ReturnType<typeof newAdvertiser>>;

beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'hongze-server-'));
  const consoleDir = join(folder, 'console');
  mkdirSync(join(consoleDir, 'assets'), { recursive: true });
  mkdirSync(join(folder, 'media'));
  writeFileSync(join(consoleDir, 'index.html'), '<!doctype html><title>Hongze</title>');
  writeFileSync(join(consoleDir, 'assets', 'main-abc123.js'), 'export {};');
  const { db } = await openTestDatabase();
  const redis = await openTestRedis();
  api = openTestApi({ db, redis, config: { assetsDir: join(folder, 'media') } });
  buyer = await newAdvertiser(api);
  picture = (await upload(buyer, buyer.advertiserId, PIXEL_PNG)).body.url;
  const server = createServer(api.ctx, (entry) => api.bugs.push(entry), consoleDir);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  afterAll(() => {
    server.close();
    rmSync(folder, { recursive: true, force: true });
  });
});

describe('the console', () => {
  test('answers every deep link with its page, which is never cached', async () => {
    for (const path of ['/', '/campaigns/12?tab=history']) {
      const response = await fetch(origin + path);
      expect(response.status).toBe(200);
      expect(await response.text()).toContain('<title>Hongze');
      expect(response.headers.get('cache-control')).toBe('no-cache');
      expect(response.headers.get('content-security-policy')).toContain("script-src 'self'");
      expect(response.headers.get('x-frame-options')).toBe('DENY');
    }
  });

  test('caches its hashed files for ever, and a missing one is no page', async () => {
    const file = await fetch(`${origin}/assets/main-abc123.js`);
    expect(file.headers.get('cache-control')).toContain('immutable');
    expect((await fetch(`${origin}/assets/gone.js`)).status).toBe(404);
  });

  test('does not answer for the API: an unknown path there is a problem', async () => {
    const response = await fetch(`${origin}/api/nothing-here`);
    expect(response.status).toBe(401);
    expect(response.headers.get('content-type')).toContain('application/problem+json');
  });

  test('serves nothing from outside its folder', async () => {
    for (const path of ['/..%2f..%2fpackage.json', '/assets/..%2f..%2f..%2fetc%2fpasswd']) {
      const text = await (await fetch(origin + path)).text();
      expect(text).not.toMatch(/root:|"dependencies"/);
    }
  });
});

describe('a picture of the asset store', () => {
  test('is shown, never run, never taken for another type, and cached for ever', async () => {
    const response = await fetch(origin + picture);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('image/png');
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(response.headers.get('content-security-policy')).toContain('sandbox');
    expect(response.headers.get('cross-origin-resource-policy')).toBe('cross-origin');
    expect(response.headers.get('cache-control')).toContain('immutable');
    expect(Buffer.from(await response.arrayBuffer()).equals(PIXEL_PNG)).toBe(true);
  });

  test('can be read in parts, as video players do', async () => {
    const response = await fetch(origin + picture, { headers: { range: 'bytes=0-7' } });
    expect(response.status).toBe(206);
    expect((await response.arrayBuffer()).byteLength).toBe(8);
  });

  test('is found by its own name only', async () => {
    const name = picture.split('/').at(-1) ?? '';
    for (const wrong of [name.replace('.png', '.html'), `..%2f${name}`, 'a.png']) {
      expect((await fetch(`${origin}/api/assets/${wrong}`)).status).toBe(404);
    }
  });
});

test('a client cannot choose the address it is counted under', async () => {
  const me = await buyer.call('GET', '/api/me');
  const response = await fetch(`${origin}/api/auth/sign-in/email`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-hongze-client-address': '203.0.113.9',
      'x-forwarded-for': '203.0.113.10',
    },
    body: JSON.stringify({ email: me.body.email, password: PASSWORD }),
  });
  expect(response.status).toBe(200);
  const sessions = await api.ctx.db
    .select({ ip: session.ipAddress })
    .from(session)
    .where(eq(session.userId, buyer.userId));
  const addresses = sessions.map((one) => one.ip);
  expect(addresses).toContain('127.0.0.1');
  expect(addresses.join()).not.toContain('203.0.113');
});

test('the reference page lists every endpoint, and loads nothing from elsewhere', async () => {
  const page = await (await fetch(`${origin}/api/docs`)).text();
  const document = await (await fetch(`${origin}/api/openapi.json`)).json();
  expect(document.openapi).toMatch(/^3\.1/);
  const paths = Object.keys(document.paths);
  expect(paths.length).toBeGreaterThan(50);
  expect(paths.filter((path) => !page.includes(`<code>${path}</code>`))).toEqual([]);
  expect(page).not.toMatch(/<script|https?:\/\/(?!localhost)/);
});

test('no request of this file was answered by a bug', () => {
  expect(api.bugs).toEqual([]);
});
