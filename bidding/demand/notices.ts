/**
 * Telling partners: won (`nurl`), billed (`burl`), lost (`lurl`). Owns when each is called, once each: a bill notice waits in
 * Redis under the auction's own key and is taken by whoever counts the impression, so that two nodes cannot call it twice.
 */
import { Agent, request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { type Store, within } from '../state/script.ts';
import { noticeUrl } from './markup.ts';

const KEEP_S = 900;
const TIMEOUT_MS = 3_000;
const RETRY_MS = 10_000;
const RETRIES = 6;
const REDIS_TIMEOUT_MS = 500;

const noticeKey = (auctionId: string, impOrdinal: number): string =>
  `notice:{${auctionId}}:${impOrdinal}`;

export interface Notices {
  /** Remembers whom to tell when this imp is billed. */
  await(auctionId: string, impOrdinal: number, burl: string): void;
  /** The imp was billed: tells the partner, again every ten seconds for a minute until it says 200 or 204. */
  billed(auctionId: string, impOrdinal: number): Promise<void>;
  /** A win or a loss: told once, unanswered or not. */
  tell(url: string): void;
  close(): void;
}

export function createNotices(store: Store, retryMs = RETRY_MS): Notices {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const timers = new Set<NodeJS.Timeout>();

  function call(url: string): Promise<boolean> {
    return new Promise((resolve) => {
      const options = url.startsWith('https:')
        ? { timeout: TIMEOUT_MS }
        : { agent, timeout: TIMEOUT_MS };
      const req = (url.startsWith('https:') ? httpsRequest : httpRequest)(url, options, (res) => {
        res.resume();
        resolve(res.statusCode === 200 || res.statusCode === 204);
      });
      req.on('timeout', () => req.destroy());
      req.on('error', () => resolve(false));
      req.end();
    });
  }

  async function insist(url: string, left: number): Promise<void> {
    if ((await call(url)) || left === 0) return;
    const timer = setTimeout(() => {
      timers.delete(timer);
      void insist(url, left - 1);
    }, retryMs);
    timers.add(timer);
  }

  return {
    await(auctionId, impOrdinal, burl) {
      const url = noticeUrl(burl);
      if (url === undefined) return;
      const key = noticeKey(auctionId, impOrdinal);
      void within(REDIS_TIMEOUT_MS, store.set(key, url, 'EX', KEEP_S)).catch(() => undefined);
    },
    async billed(auctionId, impOrdinal) {
      const key = noticeKey(auctionId, impOrdinal);
      const url = await within(REDIS_TIMEOUT_MS, store.getdel(key)).catch(() => null);
      if (url !== null) await insist(url, RETRIES);
    },
    tell(url) {
      const checked = noticeUrl(url);
      if (checked !== undefined) void call(checked);
    },
    close() {
      for (const timer of timers) clearTimeout(timer);
      agent.destroy();
    },
  };
}
