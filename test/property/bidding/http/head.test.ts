import { createServer, type IncomingMessage } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { callerOf } from '../../../../bidding/http/caller.ts';
import { patternOf, readByPattern, readHead } from '../../../../bidding/http/head.ts';

/** What Node's own server reads of the same bytes. */
interface Seen {
  req: IncomingMessage;
  bodyBytes: number;
}
let seen: ((it: Seen | 'refused') => void) | undefined;
const server = createServer((req, res) => {
  let bodyBytes = 0;
  req.on('data', (chunk: Buffer) => {
    bodyBytes += chunk.length;
  });
  req.on('end', () => {
    res.end();
    seen?.({ req, bodyBytes });
  });
});
server.on('clientError', (_, socket) => {
  socket.destroy();
  seen?.('refused');
});
server.on('checkContinue', (_, res) => res.end());
beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

function byNode(bytes: Buffer): Promise<Seen | 'refused'> {
  return new Promise((resolve) => {
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    seen = (it) => {
      socket.destroy();
      resolve(it);
    };
    socket.on('error', () => undefined);
    socket.end(bytes);
  });
}

const LINES = [
  'Host: bid.example.cn', 'host:x', 'Content-Length: 7', 'content-length:7', 'CONTENT-LENGTH:  7 ', 'Content-Length: 07',
  'Content-Length: 7, 7', 'Content-Length: +7', 'Content-Length: 8', 'Content-Length : 7', 'Transfer-Encoding: chunked',
  'Transfer-Encoding:\tidentity', 'Connection: keep-alive', 'Connection: Keep-Alive', 'Connection: close', 'Connection: upgrade',
  'Content-Type: application/json', 'content-type: text/plain; charset=utf-8', 'Content-Encoding: gzip', 'Expect: 100-continue',
  'x-openrtb-version: 2.6', 'X-OpenRTB-Version: 2.5', 'Origin: https://news.example', 'User-Agent: Mozilla/5.0 (Linux)',
  'user-agent:\t\té\t', 'X-Forwarded-For: 1.2.3.4, 5.6.7.8', 'x-hongze-debug: secret', 'Accept: */*', 'Cookie: a=b; c="d"', 'X-A:', 'X-B: ',
  ' folded', '\tfolded', 'no colon', ': no name', 'X-Bad\u0000: 1', 'X: a\rb', 'X: a\nb', 'X(: 1', 'X-Ö: 1', 'TE: trailers',
]; // biome-ignore format: a list to read along

/** Four usual ones, then odd ones. */
const TRACKER_LINES = [
  'GET /t/i?t=AbC-_9&p=1.50&b=1 HTTP/1.1', 'GET /t/c HTTP/1.1', 'GET /t/e?t=a%20b+c&e=start HTTP/1.1', 'GET /t/v? HTTP/1.1',
  'GET /t/i?t=a#b HTTP/1.1', 'GET /t/i?t=a b HTTP/1.1', 'GET /t/i?t=a HTTP/1.0', 'GET  /t/i?t=a HTTP/1.1', 'GET /t/../health HTTP/1.1',
  'HEAD /t/i?t=a HTTP/1.1', 'POST /t/i?t=a HTTP/1.1', 'GET http://x/t/i?t=a HTTP/1.1', 'GET /t/i?t=\u0000 HTTP/1.1', 'GET /t/I?t=a HTTP/1.1',
]; // biome-ignore format: a list to read along

const heads = fc
  .record({
    line: fc.oneof(
      { weight: 9, arbitrary: fc.constant('POST /openrtb2/auction HTTP/1.1') },
      { weight: 9, arbitrary: fc.constantFrom(...TRACKER_LINES.slice(0, 4)) },
      { weight: 3, arbitrary: fc.constantFrom(...TRACKER_LINES.slice(4)) },
      {
        weight: 1,
        arbitrary: fc.constantFrom(
          'POST /openrtb2/auction HTTP/1.0',
          'POST  /openrtb2/auction HTTP/1.1',
          'POST /openrtb2/auction?x HTTP/1.1',
          'GET /openrtb2/auction HTTP/1.1',
          ' POST /openrtb2/auction HTTP/1.1',
        ),
      },
    ),
    usual: fc.subarray([12, 16, 20, 22, 23, 25]).map((some) => [0, ...some]),
    sized: fc.nat({ max: 9 }),
    odd: fc.array(fc.nat({ max: LINES.length - 1 }), { maxLength: 2 }),
    sorted: fc.infiniteStream(fc.nat()),
    lineEnd: fc.oneof(
      { weight: 19, arbitrary: fc.constant('\r\n') },
      { weight: 1, arbitrary: fc.constant('\n') },
    ),
    damage: fc.option(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { freq: 5 }),
  })
  .map(({ line, usual, odd, sized, sorted, lineEnd, damage }) => {
    const hasBody = line.startsWith('POST') !== (sized === 0);
    const order = [...usual, ...odd, ...(hasBody ? [2] : [])]
      .map((i): [number, string] => [sorted.next().value as number, LINES[i] as string])
      .sort((a, b) => a[0] - b[0]);
    const text = `${[line, ...order.map(([, each]) => each)].join(lineEnd)}${lineEnd}${lineEnd}${hasBody ? '{"a":1}' : ''}`;
    const bytes = Buffer.from(text, 'latin1');
    if (damage) bytes[damage[0] % bytes.length] = damage[1];
    return bytes;
  });

const urlOf = (tracker: string, query: string): string =>
  `/t/${tracker}${query === '' ? '' : `?${query}`}`;

test('a head that the express lane reads, Node reads alike: the same length and the same caller', async () => {
  const read = { bids: 0, trackers: 0 };
  await fc.assert(
    fc.asyncProperty(heads, async (bytes) => {
      const head = readHead(bytes);
      if (!head || head.headBytes + head.bodyBytes > bytes.length) return;
      read[head.tracker === '' ? 'bids' : 'trackers']++;
      const theirs = await byNode(bytes.subarray(0, head.headBytes + head.bodyBytes));
      if (theirs === 'refused') throw new Error('Node refuses what the lane reads');
      const { headBytes, bodyBytes, tracker, query, ...caller } = head;
      expect(theirs.bodyBytes).toBe(bodyBytes);
      const { method, url } = theirs.req;
      if (tracker === '') expect([method, url]).toEqual(['POST', '/openrtb2/auction']);
      else expect([method, url?.replace(/\?$/, '')]).toEqual(['GET', urlOf(tracker, query)]);
      expect(theirs.req.headers.connection ?? 'keep-alive').toMatch(/^keep-alive$/i);
      expect(caller).toEqual(callerOf(theirs.req));
      expect(headBytes).toBe(bytes.indexOf('\r\n\r\n') + 4);
    }),
    { numRuns: 2_000 },
  );
  expect(read.bids).toBeGreaterThan(50);
  expect(read.trackers).toBeGreaterThan(50);
});

const lengths = fc.constantFrom('7', '8', '9', '5', '3', '0', '07', '12', '+7', '7\r\nx: y');

test('a head that is read by the one before it is read as it would be afresh', () => {
  const same = { bids: 0, trackers: 0 };
  const lines = fc.constantFrom(...TRACKER_LINES);
  fc.assert(
    fc.property(heads, heads, lengths, lines, fc.nat({ max: 9 }), (first, other, length, line, changed) => {
      const head = readHead(first);
      const pattern = head && patternOf(first, head);
      if (!pattern) return;
      const text = first.toString('latin1').replace(/(?<=length: *)7/i, length).replace(/^GET [^\r]*/, line);
      const bytes = changed > 0 ? Buffer.from(text, 'latin1') : other;
      const read = readByPattern(bytes, pattern);
      if (!read) return;
      same[read.tracker === '' ? 'bids' : 'trackers']++;
      expect(read).toEqual(readHead(bytes));
    }),
    { numRuns: 5_000 },
  ); // biome-ignore format: the property in one column
  expect(same.bids).toBeGreaterThan(20);
  expect(same.trackers).toBeGreaterThan(20);
});

test.each([
  ['two lengths', 'content-length: 7\r\ncontent-length: 7'],
  ['two lengths that differ', 'content-length: 7\r\nContent-Length: 3'],
  ['a length beside chunks', 'content-length: 7\r\ntransfer-encoding: chunked'],
  ['a signed length', 'content-length: +7'],
  ['a length of two values', 'content-length: 7, 7'],
  ['a folded line', 'content-length: 7\r\n x: 1'],
  ['a bare line feed', 'x: 1\ncontent-length: 3\r\ncontent-length: 7'],
  ['a blank before the colon', 'content-length : 7'],
  ['no host', 'content-length: 7\r\nx-host: a'],
])('what leaves room for two readings is left to Node: %s', (_, lines) => {
  const host = lines.includes('x-host') ? '' : 'host: a\r\n';
  const text = `POST /openrtb2/auction HTTP/1.1\r\n${host}${lines}\r\n\r\n{"a":1}`;
  expect(readHead(Buffer.from(text))).toBeUndefined();
});

test.each([
  ['a body', 'GET /t/i?t=a', 'content-length: 7\r\n'],
  ['an empty body that is announced', 'GET /t/i?t=a', 'content-length: 0\r\n'],
  ['chunks', 'GET /t/i?t=a', 'transfer-encoding: chunked\r\n'],
  ['a fragment', 'GET /t/i?t=a#b', ''],
  ['no letter', 'GET /t/?t=a', ''],
  ['a path below', 'GET /t/i/x?t=a', ''],
  ['a look at the head alone', 'HEAD /t/i?t=a', ''],
  ['a beacon', 'POST /t/i?t=a', ''],
])('a tracker call with something unusual is left to Node: %s', (_, line, headers) => {
  const read = (text: string) => readHead(Buffer.from(text));
  expect(read(`GET /t/i?t=a HTTP/1.1\r\nhost: a\r\n\r\n`)).toMatchObject({
    tracker: 'i',
    query: 't=a',
  });
  expect(read(`${line} HTTP/1.1\r\nhost: a\r\n${headers}\r\n{"a":1}`)).toBeUndefined();
});
