/**
 * A demand partner of our own: bids over HTTP with a latency, a price and, where asked, one of the faults that partners have.
 * Remembers what it was told, so that a test can look.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { gunzipSync } from 'node:zlib';

export const FAULTS = [
  'none', 'hang', 'garbage', 'flood', 'error500', 'no_bid_204', 'no_bid_empty', 'no_bid_seatless', 'no_bid_nbr', 'usd',
  'wrong_imp', 'wrong_size', 'no_markup', 'blocked_domain', 'free', 'unknown_deal',
] as const; // biome-ignore format: one list
export type Fault = (typeof FAULTS)[number];

export interface DspOptions {
  seat: string;
  /** Yuan per thousand. */
  priceCpm: number;
  latencyMs?: number;
  fault?: Fault;
  /** Laid over each bid, by its imp's place. */
  bid?: object | ((n: number) => object);
  /** Instead of its own bids. */
  answer?: (request: DspRequest) => object;
  /** Its bids are one group. */
  group?: boolean;
  random?: () => number;
}

interface Imp {
  id: string;
  bidfloor?: number;
  banner?: { w?: number; h?: number; format?: { w: number; h: number }[] };
  video?: object;
  audio?: object;
  native?: object;
  pmp?: { private_auction?: number; deals?: { id: string; [field: string]: unknown }[] };
}
export interface DspRequest {
  id: string;
  imp: Imp[];
  tmax: number;
  cur: string[];
  source: { schain: { complete: number; nodes: { asi: string; sid: string }[] } };
  ext?: Record<string, unknown>;
  [field: string]: unknown;
}

export interface Dsp {
  url: string;
  /** May be changed while it runs. */
  options: DspOptions;
  requests: DspRequest[];
  /** Paths and queries of the notices it was sent. */
  notices: URL[];
  /** What it answers notices with, first to last; 200 when used up. */
  noticeStatus: number[];
  close(): Promise<void>;
}

export function openDsp(options: DspOptions, port = 0): Promise<Dsp> {
  const requests: DspRequest[] = [];
  const notices: URL[] = [];
  const noticeStatus: number[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((req, res) => {
    if (req.url?.startsWith('/bid')) read(req, (body) => bid(body, res));
    else {
      notices.push(new URL(req.url ?? '/', url()));
      res.writeHead(noticeStatus.shift() ?? 200).end();
    }
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  const url = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const dsp: Dsp = {
    get url() {
      return url();
    },
    options,
    requests,
    notices,
    noticeStatus,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };

  function bid(body: DspRequest, res: ServerResponse): void {
    requests.push(body);
    if (requests.length > 1_000) requests.shift();
    if (dsp.options.fault === 'hang') return;
    setTimeout(() => answer(dsp, body, res), dsp.options.latencyMs ?? 0);
  }

  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve(dsp));
  });
}

function read(req: IncomingMessage, done: (body: DspRequest) => void): void {
  const chunks: Buffer[] = [];
  req.on('data', (chunk: Buffer) => chunks.push(chunk));
  req.on('end', () => {
    const bytes = Buffer.concat(chunks);
    const text = req.headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes;
    done(JSON.parse(text.toString()) as DspRequest);
  });
}

function answer(dsp: Dsp, request: DspRequest, res: ServerResponse): void {
  const { fault = 'none' } = dsp.options;
  const send = (body: unknown): void => {
    res.writeHead(200, { 'content-type': 'application/json' });
    res.end(typeof body === 'string' ? body : JSON.stringify(body));
  };
  if (res.destroyed) return;
  if (fault === 'error500') res.writeHead(500).end();
  else if (fault === 'no_bid_204') res.writeHead(204).end();
  else if (fault === 'garbage') send('<html>502 Bad Gateway</html>');
  else if (fault === 'flood') send(`"${'x'.repeat(2_000_000)}"`);
  else if (fault === 'no_bid_empty') send({});
  else if (fault === 'no_bid_seatless') send({ id: request.id, seatbid: [] });
  else if (fault === 'no_bid_nbr') send({ id: request.id, seatbid: [], nbr: 2 });
  else send(dsp.options.answer?.(request) ?? bidResponse(dsp, request, fault));
}

const over = (bid: DspOptions['bid'], n: number): object =>
  typeof bid === 'function' ? bid(n) : (bid ?? {});

/** What it shows of itself, in the first form that is offered. */
function markupOf(imp: Imp, seat: string, base: string): { mtype: number; adm: string } {
  if (imp.banner) return { mtype: 1, adm: `<b>DSP ${seat} \${AUCTION_PRICE}</b>` };
  if (imp.native) {
    const assets = [{ id: 1, title: { text: `DSP ${seat}` } }];
    const eventtrackers = [{ event: 1, method: 1, url: `${base}/impression` }];
    const native = { ver: '1.2', assets, link: { url: 'https://dsp.example/' }, eventtrackers };
    return { mtype: 4, adm: JSON.stringify({ native }) };
  }
  const [mtype, file] = imp.video ? [2, 'video/mp4'] : [3, 'audio/mpeg'];
  const cdata = (path: string): string => `<![CDATA[${base}/${path}]]>`;
  const adm =
    `<VAST version="3.0"><Ad id="1"><InLine><AdSystem>DSP ${seat}</AdSystem><AdTitle>DSP ${seat}</AdTitle>` +
    `<Impression>${cdata('impression')}</Impression><Creatives><Creative><Linear><Duration>00:00:15</Duration>` +
    `<MediaFiles><MediaFile delivery="progressive" type="${file}" width="640" height="360">${cdata('media')}</MediaFile>` +
    '</MediaFiles></Linear></Creative></Creatives></InLine></Ad></VAST>';
  return { mtype, adm };
}

function bidResponse(dsp: Dsp, request: DspRequest, fault: Fault): object {
  const { seat, priceCpm, random = () => 0.5 } = dsp.options;
  const bids = request.imp.map((imp, i) => {
    const size = imp.banner?.format?.[0] ?? { w: imp.banner?.w ?? 640, h: imp.banner?.h ?? 360 };
    const price = Math.round(priceCpm * (0.75 + random() / 2) * 100) / 100;
    return {
      id: `${request.id}-${i}`,
      impid: fault === 'wrong_imp' ? 'nowhere' : imp.id,
      price: fault === 'free' ? 0 : price,
      crid: `${seat}-1`,
      adid: 'ad-1',
      adomain: [fault === 'blocked_domain' ? 'shop.block.example' : 'dsp.example'],
      w: fault === 'wrong_size' ? 1 : size.w,
      h: fault === 'wrong_size' ? 1 : size.h,
      ...(fault === 'unknown_deal' ? { dealid: 'nobody-agreed' } : {}),
      nurl: `${dsp.url}/win?price=\${AUCTION_PRICE}&id=\${AUCTION_ID}`,
      burl: `${dsp.url}/bill?price=\${AUCTION_PRICE}&imp=\${AUCTION_IMP_ID}`,
      lurl: `${dsp.url}/loss?reason=\${AUCTION_LOSS}&min=\${AUCTION_MIN_TO_WIN}`,
      ...(fault === 'no_markup' ? { nurl: '' } : markupOf(imp, seat, `${dsp.url}/ad`)),
      ...over(dsp.options.bid, i),
    };
  });
  return {
    id: request.id,
    ...(fault === 'usd' ? {} : { cur: 'CNY' }),
    seatbid: [{ seat, bid: bids, ...(dsp.options.group ? { group: 1 } : {}) }],
  };
}
