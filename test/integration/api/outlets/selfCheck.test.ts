import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newOutlet, openTestApi, type TestApi } from '../../../kit/actors.ts';
import { openTestDatabase } from '../../../kit/database.ts';
import { newPlacement } from '../../../kit/market.ts';
import { openTestRedis } from '../../../kit/redis.ts';

let api: TestApi;
let seller: Awaited<ReturnType<typeof newOutlet>>;
let site: Server;
let origin = '';
let page = '';

beforeAll(async () => {
  site = createServer((request, response) => {
    if (request.url === '/inside') {
      response.writeHead(302, { location: 'http://169.254.169.254/latest/meta-data/' }).end();
    } else if (request.url === '/ads.txt') response.writeHead(404).end();
    else response.writeHead(200, { 'content-type': 'text/html' }).end(page);
  });
  await new Promise<void>((done) => site.listen(0, '127.0.0.1', done));
  const host = `127.0.0.1:${(site.address() as AddressInfo).port}`;
  origin = `http://${host}`;
  const { db } = await openTestDatabase();
  api = openTestApi({ db, redis: await openTestRedis(), config: { outboundAllow: [host] } });
  seller = await newOutlet(api);
});
afterAll(() => site.close());

test('a page is loaded and what is wrong with its tag is said with the fix', async () => {
  const { property, placement } = await newPlacement(seller, seller.outletId);
  page = `<script src="http://localhost:8080/tag.js" data-placement="${placement.id}"></script>`;
  const { body } = await seller.call('POST', `/api/properties/${property.id}/self-check`, {
    url: origin,
  });
  expect(body).toMatchObject({ status: 200, works: false, tags: [{ placementId: placement.id }] });
  expect(body.findings.map((one: { code: string }) => one.code)).toEqual([
    'other_site', 'no_https', 'not_async', 'ads_txt_missing',
  ]); // biome-ignore format: a list
  expect(body.findings[3].fix.zh).toContain(`localhost, ${seller.outletId}, DIRECT`);
});

test('an address inside a private network is refused, asked for or redirected to', async () => {
  const { property } = await newPlacement(seller, seller.outletId);
  const check = async (url: string) =>
    (await seller.call('POST', `/api/properties/${property.id}/self-check`, { url })).body;
  for (const url of ['http://10.0.0.1/', 'http://[::1]/', `${origin}/inside`]) {
    expect(await check(url)).toMatchObject({
      code: 'invalid_input',
      errors: [{ pointer: '/url' }],
    });
  }
  expect(await check('file:///etc/passwd')).toMatchObject({ errors: [{ pointer: '/url' }] });
});

test('no request of this file was answered by a bug', () => {
  expect(api.bugs).toEqual([]);
});
