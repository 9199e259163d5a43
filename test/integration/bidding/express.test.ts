import { connect, type Socket } from 'node:net';
import { beforeAll, expect, test } from 'vitest';
import { openTestExchange, type TestExchange } from '../../kit/exchange.ts';
import { newRandom } from '../../kit/random.ts';

let it: TestExchange;
let port = 0;

beforeAll(async () => {
  it = await openTestExchange();
  port = Number(new URL(it.url).port);
});

const bid = (id: string): string =>
  JSON.stringify({ id, imp: [{ id: '1', tagid: '201', banner: { w: 300, h: 250 } }], site: {} });

const request = (body: string, headers = ''): string =>
  `POST /openrtb2/auction HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n${headers}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;

interface Reply {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** One connection: bytes out, whole replies in, in the order in which they came. */
class Wire {
  readonly socket: Socket = connect(port, '127.0.0.1');
  private bytes = Buffer.alloc(0);
  private readonly replies: Reply[] = [];
  private wake: () => void = () => undefined;
  closed = false;

  constructor() {
    this.socket.setNoDelay(true);
    this.socket.on('data', (chunk) => {
      this.bytes = Buffer.concat([this.bytes, chunk]);
      for (let reply = this.take(); reply; reply = this.take()) this.replies.push(reply);
      this.wake();
    });
    this.socket.on('error', () => undefined);
    this.socket.on('close', () => {
      this.closed = true;
      this.wake();
    });
  }

  private take(): Reply | undefined {
    const end = this.bytes.indexOf('\r\n\r\n');
    if (end < 0) return undefined;
    const [line = '', ...rest] = this.bytes.toString('latin1', 0, end).split('\r\n');
    const headers = Object.fromEntries(
      rest.map((each) => [each.split(': ')[0]?.toLowerCase(), each.slice(each.indexOf(': ') + 2)]),
    ) as Record<string, string>;
    const whole = end + 4 + Number(headers['content-length'] ?? 0);
    if (this.bytes.length < whole) return undefined;
    const body = this.bytes.toString('utf8', end + 4, whole);
    this.bytes = this.bytes.subarray(whole);
    return { status: Number(line.split(' ')[1]), headers, body };
  }

  async next(): Promise<Reply> {
    while (this.replies.length === 0 && !this.closed)
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    return this.replies.shift() ?? { status: 0, headers: {}, body: '' };
  }
}

const idOf = (reply: Reply): string => (JSON.parse(reply.body) as { id: string }).id;

test('both ways in answer alike: to a bid, to no bid, to what is malformed, to a page of another origin', async () => {
  const express = new Wire();
  const usual = new Wire();
  const bodies = [bid('a'), bid('a').replace('201', '999999'), '{"id":1}', '{', '{"id":"a"}'];
  for (const body of bodies) {
    for (const headers of ['', 'origin: https://news.example\r\n']) {
      express.socket.write(request(body, headers));
      usual.socket.write(request(body, `${headers}te: trailers\r\n`));
      const [mine, theirs] = [await express.next(), await usual.next()];
      const told = ({ status, headers: all }: Reply) => ({ status, ...all, 'content-length': '' });
      const strip = (reply: Reply) => ({
        ...told(reply),
        date: '',
      });
      expect(strip(mine)).toEqual(strip(theirs));
      if (mine.status === 400) expect(mine.body).toBe(theirs.body);
    }
  }
  express.socket.destroy();
  usual.socket.destroy();
});

const call = (url: string, headers = ''): string =>
  `GET ${url} HTTP/1.1\r\nhost: x\r\nuser-agent: Mozilla/5.0\r\n${headers}\r\n`;

/** Trackers of a bid that is asked for here and now. */
async function trackersOf(wire: Wire): Promise<string> {
  wire.socket.write(request(bid('t')));
  const adm = (JSON.parse((await wire.next()).body) as Bid).seatbid[0]?.bid[0]?.adm;
  const token = /[?&]t=([\w-]+)/.exec(adm ?? '')?.[1];
  expect(token).toBeDefined();
  return token ?? '';
}
interface Bid {
  seatbid: { bid: { adm: string }[] }[];
}

test('both ways in answer trackers alike: pixel, landing, refusal, unknown letter; and count each event once', async () => {
  const express = new Wire();
  const usual = new Wire();
  const token = await trackersOf(express);
  const forged = `${token.slice(0, -6)}AAAAAA`;
  const urls = ['i', 'v', 'c', 'e', 'f', 'z']
    .flatMap((letter) =>
      [`?t=${token}`, `?t=${forged}`, '?', ''].map((rest) => `/t/${letter}${rest}`),
    )
    .concat(`/t/e?t=${token}&e=start`, `/t/i?t=${token}&g=300,250,100%2C1`);
  const before = (await it.events()).length;
  for (const url of urls)
    for (const headers of ['', 'origin: https://news.example\r\n']) {
      express.socket.write(call(url, headers));
      usual.socket.write(call(url, `${headers}te: trailers\r\n`));
      const [mine, theirs] = [await express.next(), await usual.next()];
      const strip = (reply: Reply) => ({ ...reply, headers: { ...reply.headers, date: '' } });
      expect(strip(mine)).toEqual(strip(theirs));
    }
  // Impression, viewable, click and start, though each was called four times and more.
  expect((await it.events()).length - before).toBe(4);
  express.socket.destroy();
  usual.socket.destroy();
});

test('trackers and bid requests written at once on one connection are answered in their order', async () => {
  const wire = new Wire();
  const token = await trackersOf(wire);
  const pixel = call(`/t/v?t=${token}`);
  wire.socket.write([request(bid('a')), pixel, request(bid('b')), pixel, pixel].join(''));
  const types = [];
  for (let i = 0; i < 5; i++) types.push((await wire.next()).headers['content-type']);
  const [json, gif] = ['application/json', 'image/gif'];
  expect(types).toEqual([json, gif, json, gif, gif]);
  wire.socket.destroy();
});

test('requests written at once are answered in their order, whichever way each has to go', async () => {
  const wire = new Wire();
  const odd = request(bid('c'), 'te: trailers\r\n');
  wire.socket.write([request(bid('a')), request(bid('b')), odd, request(bid('d'))].join(''));
  const ids = [await wire.next(), await wire.next(), await wire.next(), await wire.next()].map(
    idOf,
  );
  expect(ids).toEqual(['a', 'b', 'c', 'd']);
  wire.socket.write('GET /health HTTP/1.1\r\nhost: x\r\n\r\n');
  expect((await wire.next()).status).toBe(200);
  wire.socket.destroy();
});

test('a request that arrives byte by byte is answered like one that arrives whole', async () => {
  for (const cut of [1, 20, 60, 150]) {
    const wire = new Wire();
    const text = request(bid('é汉'));
    const bytes = Buffer.from(text);
    wire.socket.write(bytes.subarray(0, cut));
    await new Promise((resolve) => setImmediate(resolve));
    for (let at = cut; at < bytes.length; at += 7) {
      wire.socket.write(bytes.subarray(at, at + 7));
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(idOf(await wire.next())).toBe('é汉');
    wire.socket.destroy();
  }
});

test('connections read into one buffer, and none ever sees a byte of another, wherever their requests are cut', async () => {
  const random = newRandom(7);
  const wires = Array.from({ length: 24 }, () => new Wire());
  const asked = wires.map((_, w) => Array.from({ length: 20 }, (_, n) => `wire-${w}-${n}`));
  const left = wires.map((_, w): Buffer => {
    // Half of them change over to Node's server on the way.
    const odd = w % 2 === 0 ? 20 : 5 + random.below(15);
    const texts = asked[w]?.map((id, n) => {
      const padded = bid(id).replace(
        '{',
        `{"ext":{"pad":"${`${w}`.repeat(random.below(4_000))}"},`,
      );
      return request(padded, n < odd ? '' : 'te: trailers\r\n');
    });
    return Buffer.from(texts?.join('') ?? '');
  });
  while (left.some((bytes) => bytes.length > 0)) {
    const w = random.below(wires.length);
    const bytes = left[w] as Buffer;
    const cut = 1 + random.below(random.chance(0.3) ? 90_000 : 3_000);
    wires[w]?.socket.write(bytes.subarray(0, cut));
    left[w] = bytes.subarray(cut);
    if (random.chance(0.5)) await new Promise((resolve) => setImmediate(resolve));
  }
  for (const [w, wire] of wires.entries()) {
    const answered: string[] = [];
    for (let n = 0; n < 20; n++) answered.push(idOf(await wire.next()));
    expect(answered).toEqual(asked[w]);
    wire.socket.destroy();
  }
});

test('a caller that closes its side after asking still gets its answer, and the connection ends', async () => {
  const wire = new Wire();
  wire.socket.end(request(bid('last')));
  expect(idOf(await wire.next())).toBe('last');
  await wire.next();
  expect(wire.closed).toBe(true);
});

test('a caller that never takes its answers is held up, and others are not', async () => {
  const wire = new Wire();
  wire.socket.pause();
  const many = request(bid('x')).repeat(2_000);
  wire.socket.write(many);
  const other = new Wire();
  other.socket.write(request(bid('other')));
  expect(idOf(await other.next())).toBe('other');
  wire.socket.resume();
  for (let i = 0; i < 2_000; i++) expect((await wire.next()).status).toBe(200);
  wire.socket.destroy();
  other.socket.destroy();
});
