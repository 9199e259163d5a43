import { request as httpRequest } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { AnswerReader } from '../../../../bidding/demand/answer.ts';

interface Read {
  status: number;
  body: string;
}

/** What we read of it, given in pieces of that many bytes each, over and over. */
function byUs(bytes: Buffer, pieces: number[], ends: boolean): Read | 'bad' | 'more' {
  const reader = new AnswerReader();
  let reading: ReturnType<AnswerReader['read']> = 'more';
  for (let at = 0, i = 0; at < bytes.length; i++) {
    if (reading === 'whole') return 'bad';
    const length = pieces[i % pieces.length] as number;
    // A copy that is overwritten, as the place is where the kernel puts what comes.
    const piece = Buffer.from(bytes.subarray(at, at + length));
    reading = reader.read(piece);
    if (reading === 'whole' && at + length < bytes.length) return 'bad';
    if (reading === 'more') piece.fill(0x21);
    if (reading === 'bad') return 'bad';
    at += length;
  }
  if (reading === 'more' && ends) reading = reader.end();
  if (reading !== 'whole') return reading;
  return { status: reader.status, body: reader.body.toString('latin1') };
}

let answer: Uint8Array = Buffer.alloc(0);
const server = createServer((socket) => {
  socket.on('error', () => undefined);
  socket.once('data', () => socket.end(answer));
});
beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
afterAll(() => {
  server.close();
});

/** What Node's own client reads. */
function byNode(bytes: Buffer): Promise<Read | 'bad'> {
  answer = bytes;
  return new Promise((resolve) => {
    const { port } = server.address() as AddressInfo;
    const req = httpRequest({ port, host: '127.0.0.1', agent: false, method: 'POST' }, (res) => {
      const chunks: Buffer[] = [];
      res.on('data', (chunk: Buffer) => chunks.push(chunk));
      res.on('error', () => resolve('bad'));
      res.on('end', () =>
        resolve({
          status: res.statusCode ?? 0,
          body: Buffer.concat(chunks).toString('latin1'),
        }),
      );
    });
    req.on('error', () => resolve('bad'));
    req.end('{}');
  });
}

const STATUS = [
  'HTTP/1.1 200 OK',
  'HTTP/1.1 200',
  'HTTP/1.1 204 No Content',
  'HTTP/1.0 200 OK',
  'HTTP/1.1 503 Busy',
];
const ODD_STATUS = [
  'HTTP/2 200 OK',
  'HTTP/1.1 20 OK',
  'HTTP/1.1  200 OK',
  'HTP/1.1 200 OK',
  'HTTP/1.1 999 X',
  'HTTP/1.1 2000 X',
];
const USUAL = [
  'content-type: application/json',
  'Date: Tue, 24 Nov 2026 00:00:00 GMT',
  'connection: keep-alive',
  'Connection: close',
  'keep-alive: timeout=5',
  'X-A:',
  'x-b: \t é ',
  'server: nginx',
];
const ODD = [
  'content-length: 5',
  'content-length: 4, 4',
  'Content-Length: +4',
  'Content-Length: 4 4',
  'content-length: 99',
  'content-length:',
  'transfer-encoding: chunked',
  'Transfer-Encoding: gzip, chunked',
  'transfer-encoding: identity',
  ' folded',
  '\tfolded',
  'no colon',
  ': no name',
  'x : 1',
  'x\u0000: 1',
  'x: a\rb',
  'x: a\nb',
  'X(: 1',
];
// biome-ignore-start format: lists to read along
const BODIES = ['{"id":"1"}', '', 'x', '0'.repeat(300)];
const CHUNK_LINES = ['', '', ';a=b', '  ', '; q=x', ';a;q="x y"'];
const ODD_CHUNKS = [
  'g\r\nxx\r\n0\r\n\r\n',
  '1\r\nxx\r\n0\r\n\r\n',
  '-1\r\nx\r\n0\r\n\r\n',
  '1\nx\r\n0\r\n\r\n',
  '0x1\r\nx\r\n0\r\n\r\n',
  '1\r\nx0\r\n\r\n',
];
// biome-ignore-end format: lists to read along

const chunked = (body: string, cut: number, line: string, trailer: string): string => {
  const parts = [body.slice(0, cut % 7), body.slice(cut % 7)].filter((part) => part !== '');
  const chunks = parts.map((part) => `${part.length.toString(16)}${line}\r\n${part}\r\n`);
  return `${chunks.join('')}0\r\n${trailer}\r\n`;
};

const rarely = <T>(usual: fc.Arbitrary<T>, odd: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 9, arbitrary: usual }, { weight: 1, arbitrary: odd });

const answers = fc
  .record({
    status: rarely(fc.constantFrom(...STATUS), fc.constantFrom(...ODD_STATUS)),
    interim: rarely(fc.constant(''), fc.constant('HTTP/1.1 100 Continue\r\n\r\n')),
    fields: fc.subarray(USUAL),
    odd: rarely(fc.constant<string[]>([]), fc.array(fc.constantFrom(...ODD), { maxLength: 2 })),
    body: fc.constantFrom(...BODIES),
    framing: fc.constantFrom('length', 'length', 'chunked', 'close'),
    cut: fc.nat({ max: 6 }),
    line: fc.constantFrom(...CHUNK_LINES),
    trailer: rarely(fc.constant(''), fc.constant('x-sum: 1\r\n')),
    oddChunks: rarely(fc.constant(''), fc.constantFrom(...ODD_CHUNKS)),
    lineEnd: rarely(fc.constant('\r\n'), fc.constant('\n')),
    damage: fc.option(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { freq: 6 }),
  })
  .map(({ status, interim, fields, odd, body, framing, lineEnd, damage, ...rest }) => {
    const frame =
      framing === 'length'
        ? [`content-length: ${body.length}`]
        : framing === 'chunked'
          ? ['transfer-encoding: chunked']
          : [];
    const head = [status, ...fields, ...odd, ...frame].join(lineEnd);
    const { oddChunks, cut, line, trailer } = rest;
    const isBare = status.includes(' 204');
    const coded = framing === 'chunked' ? oddChunks || chunked(body, cut, line, trailer) : body;
    const text = `${interim}${head}${lineEnd}${lineEnd}${isBare ? '' : coded}`;
    const bytes = Buffer.from(text, 'latin1');
    if (damage) bytes[damage[0] % bytes.length] = damage[1];
    return bytes;
  });

test('an answer that is read here in pieces of any size, Node reads alike', async () => {
  let read = 0;
  const pieces = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(answers, pieces, async (bytes, sizes) => {
      const ours = byUs(bytes, sizes, true);
      expect(byUs(bytes, [bytes.length], true)).toEqual(ours);
      if (typeof ours === 'string') return;
      read++;
      expect(await byNode(bytes)).toEqual(ours);
    }),
    { numRuns: 1_000 },
  );
  expect(read).toBeGreaterThan(300);
});

test.each([
  ['two lengths', 'content-length: 2\r\ncontent-length: 2\r\n\r\n{}'],
  ['a length beside chunks', 'content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n{}'],
  ['a coding nobody asked for', 'transfer-encoding: gzip, chunked\r\n\r\n{}'],
  ['a folded line', 'x: a\r\n b\r\ncontent-length: 2\r\n\r\n{}'],
  ['a bare line feed', 'x: a\ncontent-length: 2\r\n\r\n{}'],
  ['a byte too many', 'content-length: 2\r\n\r\n{}x'],
  ['more than is taken', 'content-length: 600000\r\n\r\n'],
  ['another protocol', 'upgrade: h2c\r\n\r\n'],
])('%s is no answer', (why, rest) => {
  const status = why === 'another protocol' ? '101 Switching' : '200 OK';
  const bytes = Buffer.from(`HTTP/1.1 ${status}\r\n${rest}`);
  expect(byUs(bytes, [bytes.length], true)).toBe('bad');
});

test('a head without end and chunks without end are cut off', () => {
  const reader = new AnswerReader();
  let reading = reader.read(Buffer.from('HTTP/1.1 200 OK\r\n'));
  for (let i = 0; i < 100 && reading === 'more'; i++)
    reading = reader.read(Buffer.from(`x-${i}: ${'y'.repeat(400)}\r\n`));
  expect(reading).toBe('bad');
  const flood = new AnswerReader();
  reading = flood.read(Buffer.from('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n'));
  for (let i = 0; i < 100 && reading === 'more'; i++)
    reading = flood.read(Buffer.from(`2000\r\n${'z'.repeat(0x2000)}\r\n`));
  expect(reading).toBe('bad');
});
