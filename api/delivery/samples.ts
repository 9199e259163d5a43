/**
 * The log of sampled requests: from the nodes' stream to PostgreSQL, and back as requests for the forecasts. Owns how long it
 * is kept and how much of a day is read; refuses to look for anybody in it.
 */
import { and, eq, gt, sql } from 'drizzle-orm';
import { keys } from '../../bidding/wire/keys.ts';
import {
  decodeSample,
  hashOf,
  SAMPLE_ONE_IN,
  type SampledRequest,
} from '../../bidding/wire/sample.ts';
import type { Db } from '../../db/client.ts';
import type { RedisStore } from '../../db/redis.ts';
import { requestSample } from '../../db/schema/delivery.ts';
import { addDays, type Clock, type Day, dayOf } from '../../db/terms/day.ts';
import { noteArrivals } from './arrivals.ts';

export interface SampleContext {
  db: Db;
  redis: RedisStore;
  clock: Clock;
}

const ENTRIES = 200;
/** A week, so that every weekday has been seen. */
const KEPT_DAYS = 8;

/**
 * Moves what nodes logged into PostgreSQL; returns the number of requests. A crash between the two stores leaves entries
 * that are written again under the same id, and counted once.
 */
export async function keepSamples({ db, redis, clock }: SampleContext): Promise<number> {
  let kept = 0;
  for (;;) {
    const entries = await redis.xrange(keys.samples, '-', '+', 'COUNT', ENTRIES);
    if (entries.length === 0) break;
    const rows = entries.flatMap(([id, fields]) => {
      const lines = fields[fields.indexOf('s') + 1] ?? '';
      const read = lines.split('\n').flatMap((line) => decodeSample(line) ?? []);
      const first = read[0];
      // What cannot be read is let go: it is a sample.
      if (!first) return [];
      noteArrivals(db, read);
      return [{ day: dayOf(first.request.atMs), id, requests: read.length, lines }];
    });
    if (rows.length > 0) await db.insert(requestSample).values(rows).onConflictDoNothing();
    await redis.xdel(keys.samples, ...entries.map(([id]) => id));
    kept += rows.reduce((sum, row) => sum + row.requests, 0);
  }
  await db.delete(requestSample).where(sql`day < ${addDays(dayOf(clock()), -KEPT_DAYS)}::date`);
  return kept;
}

/** So many logged requests of a day are held in a process; of more, a part is left out evenly. */
export const MOST_SAMPLES = 400_000;
const ROWS_AT_ONCE = 200;

export interface DaySamples {
  /** Weighted so that they add up to the day. */
  samples: SampledRequest[];
  /** Share of the day's readers whose requests are all here. */
  userShare: number;
}

/** The sample of a day, in no order. */
export async function readSamples(
  db: Db,
  day: Day,
  most: number = MOST_SAMPLES,
): Promise<DaySamples> {
  const [sum] = await db.execute<{ requests: string }>(
    sql`SELECT coalesce(sum(requests), 0) AS requests FROM request_sample WHERE day = ${day}::date`,
  );
  const oneIn = Math.max(1, Math.ceil(Number(sum?.requests ?? 0) / most));
  const samples: SampledRequest[] = [];
  for (let after = ''; ; ) {
    const rows = await db
      .select({ id: requestSample.id, lines: requestSample.lines })
      .from(requestSample)
      .where(and(eq(requestSample.day, day), gt(requestSample.id, after)))
      .orderBy(requestSample.id)
      .limit(ROWS_AT_ONCE);
    for (const { id, lines } of rows) {
      for (const [n, line] of lines.split('\n').entries()) {
        const sample = decodeSample(line);
        const kept = sample && thinned(sample, oneIn, `${id}:${n}`);
        if (kept) samples.push(kept);
      }
    }
    const last = rows.at(-1)?.id;
    if (last === undefined || rows.length < ROWS_AT_ONCE) break;
    after = last;
    // A day is read beside other work: every batch gives the loop back.
    await new Promise((resolve) => setImmediate(resolve));
  }
  return { samples, userShare: 1 / (SAMPLE_ONE_IN * oneIn) };
}

/** Requests go by their own chance, readers by theirs: all of a reader's requests stay, or none. */
function thinned(sample: SampledRequest, oneIn: number, id: string): SampledRequest | undefined {
  if (oneIn === 1) return sample;
  const weight = hashOf(id) % oneIn === 0 ? sample.weight * oneIn : 0;
  const isOfSampledUser =
    sample.isOfSampledUser && hashOf(`${sample.request.userHash}.`) % oneIn === 0;
  return weight > 0 || isOfSampledUser ? { ...sample, weight, isOfSampledUser } : undefined;
}
