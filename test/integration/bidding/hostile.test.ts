import { connect } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { gzipSync } from 'node:zlib';
import { beforeAll, expect, test } from 'vitest';
import { openTestExchange, type TestExchange } from '../../kit/exchange.ts';

let it: TestExchange;
let port = 0;

beforeAll(async () => {
  it = await openTestExchange();
  port = Number(new URL(it.url).port);
});

/** Sends bytes as they are and returns what comes back, status lines first. */
function raw(bytes: string | Buffer, waitMs = 1_500): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    let text = '';
    const end = (): void => {
      socket.destroy();
      resolve(text);
    };
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
    });
    socket.on('error', end);
    socket.on('close', end);
    setTimeout(end, waitMs);
    socket.write(bytes);
  });
}

const post = (body: string | Buffer, headers: Record<string, string> = {}) =>
  fetch(`${it.url}/openrtb2/auction`, {
    method: 'POST',
    body: typeof body === 'string' ? body : new Uint8Array(body),
    headers: { 'content-type': 'application/json', ...headers },
  });

const healthy = async (): Promise<void> => {
  const answer = await post(
    '{"id":"a","imp":[{"id":"1","tagid":"201","banner":{"w":300,"h":250}}],"site":{}}',
  );
  expect(answer.status).toBe(200);
};

test('ten megabytes are refused by their length, before they are sent', async () => {
  const answer = await raw(
    'POST /openrtb2/auction HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 10485760\r\n\r\n{"id"',
  );
  expect(answer).toMatch(/^HTTP\/1\.1 413 /);
  await healthy();
});

test('ten megabytes in chunks are refused when the limit is passed', async () => {
  const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`;
  const answer = await raw(
    `POST /openrtb2/auction HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n${chunk.repeat(160)}0\r\n\r\n`,
  );
  expect(answer).toMatch(/^HTTP\/1\.1 413 /);
  await healthy();
});

test('a gzip bomb is refused at the limit, and memory stays where it was', async () => {
  const bomb = gzipSync(Buffer.alloc(100 * 1024 * 1024, 0x20), { level: 9 });
  const before = process.memoryUsage().rss;
  for (let i = 0; i < 5; i++) {
    const answer = await post(bomb, { 'content-encoding': 'gzip' });
    expect(answer.status).toBe(413);
  }
  expect(process.memoryUsage().rss - before).toBeLessThan(150 * 1024 * 1024);
  await healthy();
});

/** What the web sends, round after round: each is answered at once, and nothing of it stays. */
const imps = (count: number) =>
  JSON.stringify({
    id: 'a',
    site: {},
    imp: Array.from({ length: count }, (_, n) => ({ id: `${n}`, banner: { w: 300, h: 250 } })),
  });
const around = (value: string) =>
  `{"id":"a","imp":[{"id":"1","tagid":"201","banner":{"w":300,"h":250}}],"site":{},"ext":{"x":${value}}}`;
const BANNER = '"banner":{"w":300,"h":250}';
/** The same in fields that are read, and of which some come back. */
const told = (id: string, imp = '', more = '') =>
  `{"id":${id},"imp":[{"id":"1","tagid":"201",${BANNER}${imp}}],"site":{}${more}}`;
const HOSTILE: [body: string, status: number][] = [
  [told('"\\ud800\\udfff\\udc00"'), 200],
  [told('"a"', `${',"id":"1"'.repeat(20_000)}`), 200],
  [told(`"a"${`,"id":"${'b'.repeat(20)}"`.repeat(10_000)}`), 200],
  [told('"a"', ',"bidfloor":1e999,"bidfloorcur":"CNY"'), 204],
  [told('"a"', `,"bidfloor":${'9'.repeat(100_000)},"bidfloorcur":"CNY"`), 204],
  [told('"a"', ',"bidfloor":1e-999,"bidfloorcur":"CNY"'), 200],
  [told('"a"', ',"bidfloor":NaN'), 400],
  [told('"a"', '', ',"tmax":1e999'), 400],
  [told('"a"', '', ',"tmax":-9007199254740993'), 400],
  [told('"a"', ',"secure":9007199254740993'), 400],
  [told('"a"', ',"qty":{"multiplier":1e308}'), 200],
  [told('"a"', `,"pmp":{"deals":[${'{"id":"d"},'.repeat(1_001)}{"id":"d"}]}`), 400],
  [
    told('"a"', `,"native":{"request":${JSON.stringify(JSON.stringify('['.repeat(100_000)))}}`),
    200,
  ],
  [imps(10_000).slice(0, 500_000), 400],
  [imps(5_000), 400],
  [around(`${'['.repeat(100_000)}${']'.repeat(100_000)}`), 400],
  [around(`${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}`), 400],
  [around(`"${'\\ud800'.repeat(10_000)}"`), 200],
  [around(`{${Array.from({ length: 20_000 }, () => '"a":1').join()}}`), 200],
  [around(`[${'9'.repeat(300_000)}]`), 200],
  [around('1e999999'), 200],
  [around('NaN'), 400],
  [around('-Infinity'), 400],
  [around(`"${'x'.repeat(400_000)}`), 400],
  [around('{"__proto__":{"test":1},"constructor":{"prototype":{"a":1}}}'), 200],
  [`${'\u0000'.repeat(100_000)}`, 400],
];

test('every hostile body has its status, and thirty rounds of them leave the memory as it was', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const round = async () => {
    const statuses = await Promise.all(HOSTILE.map(async ([body]) => (await post(body)).status));
    expect(statuses).toEqual(HOSTILE.map(([, status]) => status));
  };
  const heapBytes = () => {
    collect();
    return process.memoryUsage().heapUsed;
  };
  for (let i = 0; i < 8; i++) await round();
  const before = heapBytes();
  for (let i = 0; i < 30; i++) await round();
  // A hundred MB went through; what stays is less than one round of them.
  expect(heapBytes() - before).toBeLessThan(3 * 1024 * 1024);
  await healthy();
});

test('a zipped body within the limits is read, by header and by Prebid’s query', async () => {
  const body = gzipSync(
    '{"id":"a","imp":[{"id":"1","tagid":"201","banner":{"w":300,"h":250}}],"site":{}}',
  );
  expect((await post(body, { 'content-encoding': 'gzip' })).status).toBe(200);
  const quiet = await fetch(`${it.url}/openrtb2/auction?gzip=1`, {
    method: 'POST',
    body: new Uint8Array(body),
    headers: { 'content-type': 'text/plain' },
  });
  expect(quiet.status).toBe(200);
});

test('smuggling attempts are refused by the parser and close the connection', async () => {
  const attempts = [
    'POST /openrtb2/auction HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\nGET /health HTTP/1.1\r\nhost: x\r\n\r\n',
    'POST /openrtb2/auction HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nabcdef',
    'POST /openrtb2/auction HTTP/1.1\r\nhost: x\r\ntransfer-encoding: xchunked\r\n\r\n0\r\n\r\n',
    'GET / HTTP/1.1\r\nhost: x\r\nbad header: 1\r\n\r\n',
    'GET /\u0000 HTTP/1.1\r\nhost: x\r\n\r\n',
    'NONSENSE\r\n\r\n',
  ];
  for (const attempt of attempts) {
    const answer = await raw(attempt, 600);
    expect(answer, attempt).toMatch(/^HTTP\/1\.1 4\d\d /);
    expect(answer.match(/HTTP\/1\.1 /g), attempt).toHaveLength(1);
  }
  await healthy();
});

test('headers beyond 16 KB are refused', async () => {
  expect(await raw(`GET / HTTP/1.1\r\nhost: x\r\nx-big: ${'y'.repeat(20_000)}\r\n\r\n`)).toMatch(
    /^HTTP\/1\.1 431 /,
  );
});

test('a sender that never finishes is cut off, and nobody else waits for it', async () => {
  const slow = raw(
    'POST /openrtb2/auction HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{',
    13_000,
  );
  await healthy();
  expect(await slow).toMatch(/^HTTP\/1\.1 408 /);
}, 20_000);

test('no path, query or method makes a server error', async () => {
  const paths = [
    '/',
    '/t/',
    '/t/x',
    '/t/i?t=%ff%00',
    `/t/c?t=${'A'.repeat(5_000)}`,
    '/vast',
    '/vast?v=9&pod=-1&w=1e9',
    '/vast?placement=%F0',
    '/demo/none',
    '/demo/../../etc/passwd',
    '/ads.txt?property=x',
    '/sellers.json',
    '/metrics',
    '/tag.js?x',
    '//evil.example/',
    '/t/c?t=x&url=//evil.example',
    '/setuid?uid=1',
    '/openrtb2/auction/',
  ];
  for (const path of paths)
    for (const method of ['GET', 'POST', 'HEAD', 'OPTIONS', 'DELETE']) {
      const answer = await fetch(`${it.url}${path}`, { method, redirect: 'manual' });
      expect(answer.status, `${method} ${path}`).toBeLessThan(500);
      expect(answer.headers.get('location'), `${method} ${path}`).toBeNull();
    }
});

test('the doors of screens and of other exchanges answer the same bodies, none with a server error', async () => {
  const paths = ['/dooh/playlist', '/dooh/proofs', '/openrtb2/supply/nobody'];
  const bodies = HOSTILE.map(([body]) => body);
  const answers = await Promise.all(
    paths.flatMap((path) =>
      bodies.map((body) =>
        fetch(`${it.url}${path}`, { method: 'POST', headers: { authorization: 'Bearer x' }, body }),
      ),
    ),
  );
  for (const { status, url } of answers) expect([400, 401], `${url} ${status}`).toContain(status);
  const long = await fetch(`${it.url}/dooh/proofs`, { method: 'POST', body: 'x'.repeat(600_000) });
  expect(long.status).toBe(413);
  await healthy();
});

test('Prebid’s cookie sync is answered for pages of other origins', async () => {
  const answer = await fetch(`${it.url}/cookie_sync`, {
    method: 'POST',
    body: '{"bidders":["hongze"]}',
    headers: { origin: 'https://news.example' },
  });
  expect(answer.headers.get('access-control-allow-origin')).toBe('https://news.example');
  expect(answer.headers.get('access-control-allow-credentials')).toBe('true');
  expect(await answer.json()).toEqual({ status: 'ok', bidder_status: [] });
});
