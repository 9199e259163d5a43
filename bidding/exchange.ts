/**
 * The exchange, put together: state behind, paths in front. Owns the life of a node: it loads the market, beats once a
 * second, gives its leases back at the end. Everything it needs is handed in, so that a story can run it on another clock.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Clock } from '../db/terms/day.ts';
import { createFanOut } from './demand/fanout.ts';
import { createHeldMarkup } from './demand/held.ts';
import { createNotices } from './demand/notices.ts';
import type { Outcome } from './engine/outcome.ts';
import { createAuctioneer } from './http/auction.ts';
import { addressReader } from './http/caller.ts';
import { type Express, openExpress } from './http/express.ts';
import { behindGate, createGate, OPEN_GATE } from './http/gate.ts';
import { optionsOf } from './http/hearing.ts';
import type { LaneDeps } from './http/lane.ts';
import { createPages } from './http/pages.ts';
import { createPlayer } from './http/player.ts';
import { createRefusals } from './http/refusals.ts';
import { createRoutes, type RouteDeps } from './http/routes.ts';
import { createSupply } from './http/supply.ts';
import { createCaps } from './state/caps.ts';
import { createClickCharges } from './state/clicks.ts';
import { createEventLog } from './state/events.ts';
import { createFeedback } from './state/feedback.ts';
import { createKnowledge } from './state/knowledge.ts';
import { createLeases } from './state/leases.ts';
import { createProofChains } from './state/proofs.ts';
import { createPulse } from './state/pulse.ts';
import { createReportLog } from './state/reports.ts';
import { createSampler } from './state/samples.ts';
import type { Store } from './state/script.ts';
import { followMarket } from './state/snapshot.ts';
import { auctionSpan } from './tracing.ts';
import { openCallKey } from './wire/callKey.ts';
import { chainSigner } from './wire/chain.ts';
import type { LiveAuction } from './wire/live.ts';
import type { TrustedProxy } from './wire/proxy.ts';
import { isFollowed, type SpanLog } from './wire/span.ts';
import { auctionIds, tokenKey } from './wire/token.ts';

export interface ExchangeOptions {
  redis: Store;
  clock?: Clock;
  /** 32 bytes in hexadecimal; the same on every node. */
  tokenKey: string;
  /** How the world reaches this exchange, without a slash at the end; by default where it listens. */
  publicUrl?: string;
  /** Base of house-relative pictures. */
  assetsUrl?: string;
  nodeId?: string;
  debugKey?: string;
  trustProxy?: TrustedProxy;
  /** Chance in [0, 1): which calls to a throttled partner go through. */
  random?: () => number;
  /** Wait before a bill notice is sent again; ten seconds unless a test is in a hurry. */
  noticeRetryMs?: number;
  /** Wait for Redis where an auction does; 50 ms for counts, 200 for leases, unless a test runs on a machine under any load. */
  redisTimeoutMs?: number;
  /** Turn away what a core cannot do (http/gate); absent: whoever comes waits, as in tests on a machine under any load. */
  sheds?: boolean;
  /** Where the spans of the auctions that are followed go; absent: none are. */
  spans?: SpanLog;
}

export interface Exchange {
  /** Listens; port 0 takes a free one. Resolves when the market has been looked for once. */
  listen(port: number, host?: string): Promise<{ port: number; url: string }>;
  /** Looks for a newer market now, instead of within a quarter of a second. */
  refresh(): Promise<void>;
  /** Sends what waits for Redis: events, counters, refusals. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

const REFRESH_MS = 250;
const BEAT_MS = 1_000;
/** A sender has this long for headers and body together. */
const REQUEST_TIMEOUT_MS = 10_000;
const IDLE_TIMEOUT_MS = 65_000;
const quiet = (): undefined => undefined;

/** What stands behind the paths: state in Redis, partners, and what all of them share. */
function openParts(options: ExchangeOptions) {
  const { redis } = options;
  const clock = options.clock ?? Date.now;
  const nodeId = options.nodeId ?? `node-${process.pid}`;
  const links = {
    exchangeUrl: options.publicUrl ?? '',
    assetsUrl: options.assetsUrl ?? options.publicUrl ?? '',
  };
  const signer = chainSigner(options.tokenKey);
  const pulse = createPulse(redis, nodeId, clock());
  const feed = followMarket(redis, () => {});
  return {
    clock,
    links,
    chainKey: signer.publicKey,
    pulse,
    feed,
    caps: createCaps(redis, options.redisTimeoutMs),
    knowledge: createKnowledge(redis),
    leases: createLeases(redis, nodeId, () => pulse.nodes, options.redisTimeoutMs),
    events: createEventLog(redis),
    feedback: createFeedback(redis),
    reports: createReportLog(redis),
    sampler: createSampler(redis),
    chains: createProofChains(redis),
    notices: createNotices(redis, { retryMs: options.noticeRetryMs }),
    held: createHeldMarkup(redis),
    fanOut: createFanOut({
      exchangeHost: () => new URL(links.exchangeUrl).hostname,
      nodeId,
      signer,
      openKey: (sealed) => openCallKey(options.tokenKey, sealed),
      random: options.random ?? (() => 0.5),
    }),
    market: () => feed.market,
    nextAuctionId: auctionIds(),
    key: tokenKey(options.tokenKey),
    salt: options.tokenKey,
  };
}

type Parts = ReturnType<typeof openParts>;

/** The paths in front of the parts. */
function openPaths(options: ExchangeOptions, parts: Parts) {
  const { clock, pulse, sampler, market, fanOut, notices, held, events } = parts;
  const { spans } = options;
  const gate = options.sheds ? createGate() : OPEN_GATE;
  const auctioneer = behindGate(
    createAuctioneer({
      ...parts,
      demand: { fanOut, notices, held },
      held: (outcome, auctionId, divisionCode, startedAt, request) => {
        sampler.note(request, auctionId);
        const tookMs = performance.now() - startedAt;
        const won = outcome.imps.some((imp) => imp.win !== undefined);
        const live = () => liveOf(outcome, auctionId, divisionCode, tookMs, clock());
        pulse.auction(tookMs, won, live);
        if (spans && isFollowed(auctionId, spans.share)) spans.add(auctionSpan(live()));
      },
    }),
    gate,
  );
  const addressOf = addressReader(options.trustProxy ?? 'none');
  const front = createFront(
    {
      clock,
      auctioneer,
      addressOf,
      trackers: { ...parts, clicks: createClickCharges(options.redis, parts.leases) },
      fileRefusal: createRefusals({ events, clock, addressOf }),
      optionsOf: ({ debugKey, gpc }) => {
        const mayTrace = debugKey !== '' && debugKey === options.debugKey;
        return optionsOf(mayTrace, gpc === '1');
      },
    },
    {
      page: createPages({ ...parts, auctioneer, gate, partners: () => fanOut.health(clock()) }),
      supply: createSupply({ auctioneer, market, clock, nodes: () => pulse.nodes }),
      player: createPlayer(parts),
    },
  );
  front.server.once('close', gate.close);
  return front;
}

export function createExchange(options: ExchangeOptions): Exchange {
  const parts = openParts(options);
  const { clock, links, pulse, feed, caps, knowledge, leases, events, sampler } = parts;
  const { feedback, reports, fanOut, notices } = parts;
  const { server, express } = openPaths(options, parts);
  const timers: NodeJS.Timeout[] = [];
  const beat = async (): Promise<void> => {
    await pulse.beat(clock(), feed.market?.version ?? 0);
    await events.look().catch(quiet);
    await leases.sweep(clock());
    await sampler.flush(clock());
    await pulse.tell(fanOut.health(clock()));
    await knowledge.flush(clock());
  };

  return {
    async listen(port, host = '127.0.0.1') {
      await feed.refresh().catch(quiet);
      await feedback.refresh().catch(quiet);
      await events.look().catch(quiet);
      await listening(server, port, host);
      const address = server.address() as AddressInfo;
      const url = `http://${host}:${address.port}`;
      links.exchangeUrl ||= url;
      links.assetsUrl ||= links.exchangeUrl;
      timers.push(setInterval(() => void feed.refresh().catch(quiet), REFRESH_MS));
      timers.push(setInterval(() => void feedback.refresh().catch(quiet), REFRESH_MS));
      timers.push(setInterval(() => void beat().catch(quiet), BEAT_MS));
      timers.push(setInterval(express.sweep, BEAT_MS));
      return { port: address.port, url };
    },
    async refresh() {
      await Promise.all([feed.refresh(), feedback.refresh()]);
    },
    async flush() {
      await Promise.all([
        events.flush(),
        caps.flush(),
        feedback.flush(),
        reports.flush(),
        sampler.flush(clock(), true),
        knowledge.flush(clock()),
      ]);
    },
    async close() {
      for (const timer of timers) clearInterval(timer);
      fanOut.close();
      notices.close();
      express.close();
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      await Promise.all([
        events.flush().catch(quiet),
        caps.flush().catch(quiet),
        sampler.flush(clock(), true),
        knowledge.flush(clock()).catch(quiet),
        leases.sweep(clock(), true).catch(quiet),
      ]);
    },
  };
}

/** The listening server: Node's own, with the express lane in front of it. */
function createFront(
  calls: Omit<LaneDeps, 'requestTimeoutMs' | 'idleTimeoutMs'>,
  rest: Pick<RouteDeps, 'page' | 'supply' | 'player'>,
): { server: Server; express: Express } {
  const server = createServer(
    {
      requestTimeout: REQUEST_TIMEOUT_MS,
      headersTimeout: REQUEST_TIMEOUT_MS,
      keepAliveTimeout: IDLE_TIMEOUT_MS,
      maxHeaderSize: 16_384,
      connectionsCheckingInterval: 1_000,
    },
    createRoutes({ ...calls, ...rest }),
  );
  server.on('clientError', refuseClient);
  const times = { requestTimeoutMs: REQUEST_TIMEOUT_MS, idleTimeoutMs: IDLE_TIMEOUT_MS };
  return { server, express: openExpress(server, { ...calls, ...times }) };
}

const listening = (server: Server, port: number, host: string): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.removeListener('error', reject);
      resolve();
    });
  });

/** What cannot be parsed as HTTP at all: smuggling attempts, oversized headers, senders that never finish. */
function refuseClient(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const status =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? '431 Request Header Fields Too Large'
      : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? '408 Request Timeout'
        : '400 Bad Request';
  socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
}

function liveOf(
  outcome: Outcome,
  auctionId: string,
  divisionCode: string,
  tookMs: number,
  atMs: number,
): LiveAuction {
  const imp = outcome.imps.find((each) => each.win) ?? outcome.imps[0];
  const source = imp?.win?.candidate?.item.source;
  return {
    atMs,
    auctionId,
    outletId: imp?.match.placement?.outletId ?? 0,
    placementId: imp?.match.placement?.id ?? 0,
    divisionCode,
    lineItemId: source?.id ?? 0,
    advertiserId: source?.advertiserId ?? 0,
    seat: imp?.win?.partnerBid?.seat ?? '',
    priceMicroCny: Math.floor(imp?.win?.priceMicroCny ?? 0),
    reason: imp?.reason ?? 0,
    candidates: imp?.match.count ?? 0,
    tookMicros: Math.round(tookMs * 1000),
  };
}
