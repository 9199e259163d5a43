import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createSecure } from 'node:https';
import { type AddressInfo, createServer as createTcp, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, expect, test } from 'vitest';
import { createTransport, type Heard, type Transport } from '../../../bidding/demand/transport.ts';
import { CERTIFICATE, CERTIFICATE_KEY } from '../../kit/certificate.ts';

const LETTER = Buffer.from('content-length: 2\r\n\r\n{}');
const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

interface Far {
  url: string;
  connections: Socket[];
}

/** A server that does with each request what it is told; `bare` ones speak no HTTP of themselves. */
async function far(answer: (req: IncomingMessage, res: ServerResponse, n: number) => void) {
  let n = 0;
  return listening(createServer((req, res) => answer(req.resume(), res, n++)));
}
async function bare(answer: (socket: Socket, n: number) => void) {
  let n = 0;
  return listening(
    createTcp((socket) => {
      socket.on('error', () => undefined);
      socket.on('data', () => answer(socket, n++));
    }),
  );
}
async function listening(server: ReturnType<typeof createTcp>): Promise<Far> {
  const connections: Socket[] = [];
  server.on('connection', (socket: Socket) => connections.push(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(() => {
    for (const socket of connections) socket.destroy();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/bid`, connections };
}

function open(ca?: string): Transport {
  const transport = createTransport({ now: () => performance.now(), ca });
  closers.push(() => transport.close());
  return transport;
}

/** The answer, its body as text. */
const ask = (transport: Transport, url: string): Promise<string> =>
  new Promise((resolve) => {
    const hear = (heard: Heard): void =>
      resolve(typeof heard === 'string' ? heard : `${heard.status} ${heard.body}`);
    if (!transport.post(url, LETTER, false, hear)) resolve('saturated');
  });

test('one connection serves question after question, zipped and not', async () => {
  const { url, connections } = await far((_, res, n) => {
    if (n === 1) res.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('zipped'));
    else if (n === 2) res.writeHead(204).end();
    else {
      res.write('in ');
      res.end('chunks');
    }
  });
  const transport = open();
  const heard = [];
  for (let i = 0; i < 4; i++) heard.push(await ask(transport, url));
  expect(heard).toEqual(['200 in chunks', '200 zipped', '204 ', '200 in chunks']);
  expect(connections).toHaveLength(1);
});

test('an answer that comes after its time is not heard, and its connection is used again', async () => {
  const held: ServerResponse[] = [];
  const { url, connections } = await far((_, res, n) => {
    if (n === 0) held.push(res);
    else res.end(`${n}`);
  });
  const transport = open();
  const heard: Heard[] = [];
  const call = transport.post(url, LETTER, false, (it) => heard.push(it));
  await expect.poll(() => held.length).toBe(1);
  call?.abandon();
  held[0]?.end('late');
  await expect.poll(() => ask(transport, url)).toMatch(/^200 /);
  // The late answer is read by then, or another connection was opened meanwhile: never more than two.
  for (let i = 0; i < 5; i++) await ask(transport, url);
  expect(heard).toEqual([]);
  expect(connections.length).toBeLessThanOrEqual(2);
});

test('a kept connection that the other side has closed costs nobody an answer', async () => {
  // Closed as the second question arrives, unanswered: what a balancer does with what was idle for too long.
  const { url, connections } = await bare((socket, n) => {
    if (n === 1) socket.resetAndDestroy();
    else socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok');
  });
  const transport = open();
  expect(await ask(transport, url)).toBe('200 ok');
  expect(await ask(transport, url)).toBe('200 ok');
  expect(connections).toHaveLength(2);
});

test('nobody there, closed without an answer, no HTTP, a flood, a false zip: each is told, none is waited for', async () => {
  const transport = open();
  expect(await ask(transport, 'http://127.0.0.1:9/bid')).toBe('failed');
  const closed = await bare((socket) => socket.end());
  expect(await ask(transport, closed.url)).toBe('failed');
  const other = await bare((socket) => socket.write('SSH-2.0-x\r\n\r\n'));
  expect(await ask(transport, other.url)).toBe('garbage');
  const flood = await far((_, res) => res.end('x'.repeat(2_000_000)));
  expect(await ask(transport, flood.url)).toBe('garbage');
  const bomb = await far((_, res) =>
    res.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(20_000_000))),
  );
  expect(await ask(transport, bomb.url)).toBe('garbage');
  const lie = await far((_, res) => res.writeHead(200, { 'content-encoding': 'gzip' }).end('{}'));
  expect(await ask(transport, lie.url)).toBe('garbage');
  const foreign = await far((_, res) => res.writeHead(200, { 'content-encoding': 'br' }).end('{}'));
  expect(await ask(transport, foreign.url)).toBe('garbage');
});

test('an answer with another one behind it ends the connection: the second is nobody’s', async () => {
  const one = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n';
  const { url, connections } = await bare((socket) => socket.write(`${one}ok${one}no`));
  const transport = open();
  expect(await ask(transport, url)).toBe('garbage');
  expect(await ask(transport, url)).toBe('garbage');
  expect(connections).toHaveLength(2);
});

test('no more connections than there may be; one whose answer nobody waits for gives way', async () => {
  const { url } = await far(() => undefined);
  const transport = open();
  transport.keep([{ url, connections: 2 }]);
  const calls = [1, 2].map(() => transport.post(url, LETTER, false, () => undefined));
  expect(await ask(transport, url)).toBe('saturated');
  calls[0]?.abandon();
  expect(transport.post(url, LETTER, false, () => undefined)).toBeDefined();
  expect(await ask(transport, url)).toBe('saturated');
});

test('a destination that is gone loses its connections, and whoever waits hears of it', async () => {
  const { url } = await far(() => undefined);
  const transport = open();
  const asking = ask(transport, url);
  transport.keep([]);
  expect(await asking).toBe('failed');
});

test('over TLS as well: a certificate that holds is asked, any other is not', async () => {
  const server = createSecure({ key: CERTIFICATE_KEY, cert: CERTIFICATE }, (req, res) => {
    req.resume().on('end', () => res.end('x'.repeat(100_000)));
  });
  const { url, connections } = await listening(server);
  const secure = url.replace('http:', 'https:');
  const trusting = open(CERTIFICATE);
  for (let i = 0; i < 3; i++) expect(await ask(trusting, secure)).toHaveLength(100_004);
  expect(connections).toHaveLength(1);
  expect(await ask(open(), secure)).toBe('failed');
});
