import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { OutboundRefused, reach } from '../../../../api/http/outbound.ts';

let asked: string[] = [];
const server = createServer((req, res) => {
  asked.push(req.url ?? '');
  const to: Record<string, string> = {
    '/inside': 'http://169.254.169.254/latest/meta-data/',
    '/self': `http://localhost:${port()}/ok`,
    '/round': '/round',
    '/file': 'file:///etc/passwd',
    '/hop': '/ok',
  };
  const location = to[req.url ?? ''];
  if (location) res.writeHead(302, { location }).end();
  else if (req.url === '/large') res.end(Buffer.alloc(20_000, 65));
  else if (req.url === '/never') return;
  else res.writeHead(200, { 'content-type': 'text/plain' }).end(`hello ${req.method}`);
});
const port = (): number => (server.address() as AddressInfo).port;
const here = (): string => `127.0.0.1:${port()}`;
beforeAll(() => new Promise<void>((done) => server.listen(0, '127.0.0.1', done)));
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const limits = { timeoutMs: 20_000, maxBytes: 10_000, maxRedirects: 3 };
const get = (path: string, over = {}) =>
  reach({ allow: [here()] }, { url: `http://${here()}${path}`, ...limits, ...over });
const refusal = async (asking: Promise<unknown>): Promise<string> => {
  const error = await asking.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return error instanceof OutboundRefused ? error.reason : `not refused: ${String(error)}`;
};

describe('an address that a customer names', () => {
  test.each([
    ['http://127.0.0.1/', 'private_address'],
    ['http://[::1]/', 'private_address'],
    ['http://[::ffff:127.0.0.1]/', 'private_address'],
    ['http://2130706433/', 'private_address'],
    ['http://0x7f.1/', 'private_address'],
    ['http://localhost/', 'private_address'],
    ['http://169.254.169.254/latest/', 'private_address'],
    ['http://shop.example:8443/', 'bad_url'],
    ['https://user:secret@shop.example/', 'bad_url'],
    ['ftp://shop.example/', 'bad_url'],
    ['javascript:alert(1)', 'bad_url'],
    ['http://no-such-name.invalid/', 'unresolved'],
  ])('%s is refused: %s', async (url, reason) => {
    expect(await refusal(reach({}, { url, ...limits }))).toBe(reason);
  });

  test('is not reached through a redirect either, and nobody is asked', async () => {
    expect(await refusal(get('/inside'))).toBe('private_address');
    expect(await refusal(get('/file'))).toBe('bad_url');
    asked = [];
    expect(await refusal(get('/self'))).toBe('bad_url');
    expect(asked).toEqual(['/self']);
  });

  test('may not send us in a circle, nor bury us', async () => {
    expect(await refusal(get('/round'))).toBe('too_many_redirects');
    expect(await refusal(get('/large'))).toBe('too_large');
    expect((await get('/large', { cutOff: true })).body.length).toBeLessThanOrEqual(10_000);
  });

  test('that never answers is given up', async () => {
    expect(await refusal(get('/never', { timeoutMs: 30 }))).toBe('timeout');
  });

  test('that is allowed by configuration answers, and tells its way', async () => {
    const answer = await get('/hop');
    expect(answer.body.toString()).toBe('hello GET');
    expect(answer.urls.map((url) => new URL(url).pathname)).toEqual(['/hop', '/ok']);
  });

  test('a POST follows no redirect: a signed body goes where it was addressed', async () => {
    expect((await get('/hop', { method: 'POST', body: '{}' })).status).toBe(302);
  });
});
