/**
 * Telling partners: won (`nurl`), billed (`burl`), lost (`lurl`). Owns when each is called, once each: a bill notice waits in
 * Redis under the auction's own key and is taken by whoever counts the impression, so that two nodes cannot call it twice. Addresses are
 * the partner's word: none leads into a private network, save to the very host at which an operator has the partner asked, and no
 * redirect is followed. A partner that does not answer costs three seconds and a place in a bounded line.
 */
import { Agent, request as httpRequest } from 'node:http';
import { request as httpsRequest, Agent as SecureAgent } from 'node:https';
import { type Store, within } from '../state/script.ts';
import { lookUpPublic, mayBeCalled, WEB_PORTS } from './address.ts';
import { shownAt } from './macros.ts';
import { noticeUrl } from './markup.ts';

const KEEP_S = 900;
const TIMEOUT_MS = 3_000;
const RETRY_MS = 10_000;
const RETRIES = 6;
const REDIS_TIMEOUT_MS = 500;
/** Of an answer, nobody reads more. */
const MAX_ANSWER_BYTES = 65_536;
/** Calls under way to one host, and bills that will be called again, at most. */
const MOST_CALLS = 2_000;
const MOST_RETRIES = 50_000;

const noticeKey = (auctionId: string, impOrdinal: number): string =>
  `notice:{${auctionId}}:${impOrdinal}`;

/** Where the partner is asked for bids. */
type Asked = { url: string };

/** Marks an address at the partner's own host. */
const OWN = 'own ';

const hostOf = (url: string): string => new URL(url).host;

export interface Notices {
  /** Remembers whom to tell when this imp is billed. */
  await(auctionId: string, impOrdinal: number, burl: string, partner: Asked): void;
  /** The imp was billed: tells the partner, again every ten seconds for a minute until it says 200 or 204. */
  billed(auctionId: string, impOrdinal: number, atMs: number): Promise<void>;
  /** A win or a loss: told once, unanswered or not. */
  tell(url: string, partner: Asked): void;
  close(): void;
}

export interface NoticeOptions {
  retryMs?: number | undefined;
  /** Ports that may be called beside the partner's own host. */
  ports?: ReadonlySet<string>;
}

export function createNotices(
  store: Store,
  { retryMs = RETRY_MS, ports = WEB_PORTS }: NoticeOptions = {},
): Notices {
  const kept = { keepAlive: true, maxSockets: 64 };
  // Connections into private networks are shared with nobody else's addresses.
  const agents = {
    own: { http: new Agent(kept), https: new SecureAgent(kept) },
    web: {
      http: new Agent({ ...kept, lookup: lookUpPublic }),
      https: new SecureAgent({ ...kept, lookup: lookUpPublic }),
    },
  };
  const timers = new Set<NodeJS.Timeout>();
  const calling = new Map<string, number>();

  /** Whether it was heard: said 200 or 204, or may not be called at all. */
  async function call(url: string, isOwn: boolean): Promise<boolean> {
    if (!isOwn && !mayBeCalled(url, ports)) return true;
    const host = hostOf(url);
    const before = calling.get(host) ?? 0;
    if (before >= MOST_CALLS) return false;
    calling.set(host, before + 1);
    try {
      return await send(url, isOwn ? agents.own : agents.web);
    } finally {
      const left = (calling.get(host) ?? 1) - 1;
      if (left > 0) calling.set(host, left);
      else calling.delete(host);
    }
  }

  function send(url: string, of: (typeof agents)['own']): Promise<boolean> {
    return new Promise((resolve) => {
      const isSecure = url.startsWith('https:');
      const options = { agent: isSecure ? of.https : of.http };
      const req = (isSecure ? httpsRequest : httpRequest)(url, options, (res) => {
        let size = 0;
        res.on('data', (chunk: Buffer) => {
          size += chunk.length;
          if (size > MAX_ANSWER_BYTES) req.destroy();
        });
        res.on('error', () => undefined);
        resolve(res.statusCode === 200 || res.statusCode === 204);
      });
      // From the first to the last byte, the wait for a free connection included.
      const timer = setTimeout(() => req.destroy(), TIMEOUT_MS);
      req.on('close', () => {
        clearTimeout(timer);
        resolve(false);
      });
      req.on('error', () => resolve(false));
      req.end();
    });
  }

  async function insist(url: string, isOwn: boolean, left: number): Promise<void> {
    if ((await call(url, isOwn)) || left === 0 || timers.size >= MOST_RETRIES) return;
    const timer = setTimeout(() => {
      timers.delete(timer);
      void insist(url, isOwn, left - 1);
    }, retryMs);
    timers.add(timer);
  }

  return {
    await(auctionId, impOrdinal, burl, partner) {
      const url = noticeUrl(burl);
      if (url === undefined) return;
      const key = noticeKey(auctionId, impOrdinal);
      const kept = hostOf(url) === hostOf(partner.url) ? `${OWN}${url}` : url;
      void within(REDIS_TIMEOUT_MS, store.set(key, kept, 'EX', KEEP_S)).catch(() => undefined);
    },
    async billed(auctionId, impOrdinal, atMs) {
      const key = noticeKey(auctionId, impOrdinal);
      const kept = await within(REDIS_TIMEOUT_MS, store.getdel(key)).catch(() => null);
      if (kept === null) return;
      const isOwn = kept.startsWith(OWN);
      const url = shownAt(isOwn ? kept.slice(OWN.length) : kept, atMs);
      await insist(url, isOwn, RETRIES);
    },
    tell(url, partner) {
      const checked = noticeUrl(url);
      if (checked !== undefined) void call(checked, hostOf(checked) === hostOf(partner.url));
    },
    close() {
      for (const timer of timers) clearTimeout(timer);
      for (const { http, https } of Object.values(agents)) {
        http.destroy();
        https.destroy();
      }
    },
  };
}
