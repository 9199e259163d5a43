/** Notices are addresses that partners write and this node calls: whatever they write, nothing private is reached. */
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { hostname } from 'node:os';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { WEB_PORTS } from '../../../../bidding/demand/address.ts';
import { createNotices, type Notices } from '../../../../bidding/demand/notices.ts';
import { openTestRedis } from '../../../kit/redis.ts';

interface Listener {
  server: Server;
  port: number;
  heard: string[];
  answer: RequestListener;
}

async function listen(host: string): Promise<Listener> {
  const one: Listener = {
    heard: [],
    port: 0,
    answer: (_, res) => res.writeHead(204).end(),
    server: createServer((req, res) => {
      one.heard.push(req.url ?? '');
      one.answer(req, res);
    }),
  };
  await new Promise<void>((resolve) => one.server.listen(0, host, resolve));
  one.port = (one.server.address() as AddressInfo).port;
  return one;
}

let own: Listener;
/** Stands for whatever runs in our own network, on every address of this machine. */
let secret: Listener;
let notices: Notices;
let partner: { url: string };
let sales = 0;

beforeAll(async () => {
  own = await listen('127.0.0.1');
  secret = await listen('::').catch(() => listen('0.0.0.0'));
  partner = { url: `http://127.0.0.1:${own.port}/bid` };
  // The port would save us otherwise: what is tested is the address.
  const ports = new Set([...WEB_PORTS, String(secret.port)]);
  notices = createNotices(await openTestRedis(), { retryMs: 20, ports });
});
afterAll(() => {
  notices.close();
  for (const { server } of [own, secret]) server.close().closeAllConnections();
});
beforeEach(() => {
  own.heard.length = 0;
  secret.heard.length = 0;
  own.answer = (_, res) => res.writeHead(204).end();
});

/** Tells it as a win and as a bill, and one more that is heard when all before it went out. */
async function notify(url: string): Promise<void> {
  const sale = `sale-${++sales}`;
  notices.tell(url, partner);
  notices.await(sale, 0, url, partner);
  await notices.billed(sale, 0, 1);
  notices.tell(`http://127.0.0.1:${own.port}/after-${sales}`, partner);
  await expect.poll(() => own.heard).toContain(`/after-${sales}`);
}

test('the partner’s own host is called, for a win and for a bill', async () => {
  await notify(`http://127.0.0.1:${own.port}/notice`);
  expect(own.heard.filter((path) => path === '/notice')).toHaveLength(2);
});

test('no spelling of a private address is called, nor a name that leads to one', async () => {
  const at = (host: string) => `http://${host}:${secret.port}/stolen`;
  const spelt = [
    '127.0.0.1', '127.1', '2130706433', '0x7f000001', '0x7f.1', '0177.0.0.1', '0', '0.0.0.0', '①②⑦.⓪.⓪.①', '127。0。0。1', '127.0.0.1.',
    '[::1]', '[::]', '[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '[::127.0.0.1]', '[64:ff9b::7f00:1]', '[2002:7f00:1::]',
    'localhost', 'LOCALHOST', 'localhost.', hostname(), 'partner:key@127.0.0.1', 'partner@localhost', `127.0.0.1:${own.port}@localhost`,
  ].map(at); // biome-ignore format: a list to read along
  const others = [
    `//127.0.0.1:${secret.port}/stolen`,
    `http:\\\\127.0.0.1:${secret.port}\\stolen`,
    `http:127.0.0.1:${secret.port}/stolen`,
    `\thttp://localhost:${secret.port}/stolen`,
    `http://127.0.0.1:${own.port}#@localhost:${secret.port}/stolen`,
    'file:///etc/passwd',
    `ftp://localhost:${secret.port}/stolen`,
    `gopher://localhost:${secret.port}/_stolen`,
    'javascript:fetch(1)',
    'data:text/html,x',
    'http://',
    'http://[::1',
    '',
  ];
  for (const url of [...spelt, ...others]) await notify(url);
  expect(secret.heard).toEqual([]);
});

test('a redirect is not followed, wherever it leads; of a bill it is no answer', async () => {
  const location = `http://127.0.0.1:${secret.port}/stolen`;
  own.answer = (req, res) => {
    const moves = req.url === '/moved' && own.heard.filter((path) => path === '/moved').length < 4;
    if (moves) res.writeHead(302, { location }).end();
    else res.writeHead(200).end();
  };
  await notify(`http://127.0.0.1:${own.port}/moved`);
  await expect.poll(() => own.heard.filter((path) => path === '/moved').length).toBe(4);
  expect(secret.heard).toEqual([]);
});

test('ports other than the web’s are the partner’s own host’s alone', async () => {
  const strict = createNotices(await openTestRedis(), { retryMs: 20 });
  strict.tell(`http://93.184.216.34:6379/stolen`, partner);
  strict.tell(`http://127.0.0.1:${own.port}/notice`, partner);
  await expect.poll(() => own.heard).toContain('/notice');
  strict.close();
});

test('an answer without an end is cut off, and the next notice goes out', async () => {
  let cut = false;
  own.answer = (req, res) => {
    if (req.url !== '/endless') return res.writeHead(204).end();
    res.writeHead(200);
    const drip = setInterval(() => res.write('x'.repeat(20_000)), 1);
    res.on('close', () => {
      clearInterval(drip);
      cut = true;
    });
    return undefined;
  };
  notices.tell(`http://127.0.0.1:${own.port}/endless`, partner);
  await expect.poll(() => cut, { timeout: 10_000 }).toBe(true);
  await notify(`http://127.0.0.1:${own.port}/notice`);
  expect(own.heard).toContain('/notice');
});
