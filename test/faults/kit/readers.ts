/** Readers at an even pace over all nodes: they ask one, look at what was won, and report to the next. */
import { setTimeout as sleep } from 'node:timers/promises';
import { auction, BROWSER } from '../../kit/readers.ts';

export interface Readers {
  sent: number;
  won: number;
  /** Impressions that a tracker took. */
  accepted: number;
  /** Auctions that got no answer at all. */
  failed: number;
  wonWhileDown: number;
  /** Set while the fault lasts. */
  down: boolean;
  /** Sends for so long; resolves when all have been answered. */
  drive(seconds: number, perSecond?: number): Promise<void>;
  /** Sends until something is won by every node; seconds it took. */
  untilServed(limitS: number): Promise<number>;
}

export function openReaders(urls: readonly string[]): Readers {
  let next = 0;
  const readers: Readers = {
    sent: 0,
    won: 0,
    accepted: 0,
    failed: 0,
    wonWhileDown: 0,
    down: false,
    async drive(seconds, perSecond = 40) {
      const began = performance.now();
      const all: Promise<unknown>[] = [];
      for (let n = 0; n < seconds * perSecond; n++) {
        const dueMs = (n * 1000) / perSecond - (performance.now() - began);
        if (dueMs > 0) await sleep(dueMs);
        all.push(read(next++));
      }
      await Promise.all(all);
    },
    async untilServed(limitS) {
      const began = performance.now();
      const served = new Set<number>();
      while (served.size < urls.length && performance.now() - began < limitS * 1000) {
        for (let n = 0; n < urls.length; n++) {
          const at = next++;
          if (await read(at)) served.add(at % urls.length);
        }
        await sleep(20);
      }
      return (performance.now() - began) / 1000;
    },
  };
  async function read(at: number): Promise<boolean> {
    const { down } = readers;
    readers.sent++;
    const url = urls[at % urls.length] as string;
    const pixel = await auction(url, at).catch(() => {
      readers.failed++;
    });
    if (!pixel) return false;
    readers.won++;
    if (down) readers.wonWhileDown++;
    const tracker = pixel.replace(url, urls[(at + 1) % urls.length] as string);
    const answer = await fetch(tracker, { headers: { 'user-agent': BROWSER } }).catch(() => null);
    if (answer?.ok) readers.accepted++;
    return true;
  }
  return readers;
}
