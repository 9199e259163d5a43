/**
 * The load, in a process of its own: what a bench's own program collects would be counted as the exchange's time. Auctions come when
 * they come (Poisson, seeded), whatever was answered: at a fixed 50 or 150 a second, the answers after 20 ms would meet the next
 * question every time, and at other rates never.
 */
import { Agent, request } from 'node:http';
import { newRandom } from '../../kit/random.ts';

export interface Load {
  url: string;
  forMs: number;
  /** Auctions a second, on average. */
  perS: number;
}

export interface Arrived {
  /** By auction. */
  tookMs: Record<string, number>;
  /** Without a winner. */
  failed: number;
}

export const TMAX_MS = 200;
export const HEADERS = { 'content-type': 'application/json' };

export const bodyOf = (id: string): string =>
  JSON.stringify({
    id,
    imp: [{ id: '1', tagid: '201', banner: { format: [{ w: 300, h: 250 }] } }],
    site: { publisher: { id: '1' } },
    cur: ['CNY'],
    tmax: TMAX_MS,
  });

const agent = new Agent({ keepAlive: true });
const random = newRandom(1);
let sent = 0;

function auction(url: string, id: string): Promise<number> {
  return new Promise((resolve) => {
    const req = request(url, { method: 'POST', headers: HEADERS, agent }, (res) => {
      res.resume();
      res.on('end', () => resolve(res.statusCode ?? 0));
    });
    // Counted as failed.
    req.on('error', () => resolve(0));
    req.end(bodyOf(id));
  });
}

async function send({ url, forMs, perS }: Load): Promise<Arrived> {
  const arrived: Arrived = { tookMs: {}, failed: 0 };
  const pending: Promise<void>[] = [];
  const until = performance.now() + forMs;
  for (let next = performance.now(); next < until; ) {
    await new Promise((resolve) => setTimeout(resolve, next - performance.now()));
    const startedAt = performance.now();
    const id = `auction-${++sent}`;
    const one = auction(url, id).then((status) => {
      arrived.tookMs[id] = performance.now() - startedAt;
      if (status !== 200) arrived.failed++;
    });
    pending.push(one);
    next -= (Math.log(1 - random.next()) * 1_000) / perS;
  }
  await Promise.all(pending);
  return arrived;
}

process.on('message', async (load: Load) => {
  process.send?.(await send(load));
});
