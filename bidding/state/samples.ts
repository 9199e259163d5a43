/**
 * The sample of this node's requests, on its way to the forecasts. Owns how much is logged: everything while the node is quiet,
 * one request in twenty when it is busy, and always every request of one reader in twenty. A sample may be lost; it is never
 * waited for, and while Redis is away it is dropped.
 */
import type { Request } from '../engine/request.ts';
import { keys } from '../wire/keys.ts';
import { encodeSample, isInRequestSample, isInUserSample, SAMPLE_ONE_IN } from '../wire/sample.ts';
import { createLines } from './lines.ts';
import { type Store, within } from './script.ts';

/** Requests a second, on average over some ten seconds, up to which all are logged. */
const QUIET_RATE = 10;
const MEMORY_S = 10;
const LINES_AN_ENTRY = 200;
/** A quiet node's lines are sent this often. */
const FLUSH_MS = 10_000;
const MAX_LINES = 5_000;
/** Entries kept for a worker that is away: at most an hour of a busy province. */
const KEPT = 20_000;
const TIMEOUT_MS = 1_000;

export interface Sampler {
  /** A request that was understood; test requests are not traffic. */
  note(request: Request, auctionId: string): void;
  /** Sends what is due; call once a second. `all`: everything, for an orderly end. */
  flush(nowMs: number, all?: boolean): Promise<void>;
}

export function createSampler(store: Store): Sampler {
  const lines = createLines(LINES_AN_ENTRY);
  let rate = 0;
  let seen = 0;
  let sentAtMs = 0;
  let beatAtMs = 0;

  /** A mean that forgets: the node's load a moment ago decides how much of it is logged. */
  function measure(nowMs: number): void {
    const elapsedS = Math.min(MEMORY_S, (nowMs - beatAtMs) / 1000);
    if (elapsedS > 0) rate += (seen / elapsedS - rate) * (1 - Math.exp(-elapsedS / MEMORY_S));
    beatAtMs = nowMs;
    seen = 0;
  }

  return {
    note(request, auctionId) {
      if (request.test) return;
      seen += 1;
      const isOfSampledUser = isInUserSample(request.userHash);
      const weight = rate <= QUIET_RATE ? 1 : isInRequestSample(auctionId) ? SAMPLE_ONE_IN : 0;
      if ((weight === 0 && !isOfSampledUser) || lines.count >= MAX_LINES) return;
      lines.add(encodeSample({ request, weight, isOfSampledUser }));
    },
    async flush(nowMs, all = false) {
      measure(nowMs);
      const due = all || lines.count >= LINES_AN_ENTRY || nowMs - sentAtMs >= FLUSH_MS;
      if (!due || lines.count === 0) return;
      sentAtMs = nowMs;
      const pipeline = store.pipeline();
      for (const entry of lines.take())
        pipeline.xadd(keys.samples, 'MAXLEN', '~', KEPT, '*', 's', entry);
      await within(TIMEOUT_MS, pipeline.exec()).catch(() => undefined);
    },
  };
}
