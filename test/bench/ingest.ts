/**
 * `npm run bench -- ingest [--events 300000] [--rounds 3] [--json]`: from the streams to PostgreSQL with dedupe and rollup in one
 * transaction, by the product's own consumer, against a bare COPY of the same rows, in turns: into a table without any index, and
 * into one with the same primary key. Both sides without fsync. Goals: ≥ 60,000 events/s and ≥ 0.2 of the COPY.
 */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { sql } from 'drizzle-orm';
import { Redis } from 'ioredis';
import { consume, type MeteringContext } from '../../api/metering/metering.ts';
import { makeLeaseId } from '../../bidding/wire/budget.ts';
import { EVENT_KIND, encodeEvent, type TrackedEvent } from '../../bidding/wire/event.ts';
import { EVENT_SHARDS, keys } from '../../bidding/wire/keys.ts';
import { connect, type Database } from '../../db/client.ts';
import { bootPostgres } from '../../db/embedded/postgres.ts';
import { bootRedis } from '../../db/embedded/redis.ts';
import { migrate } from '../../db/migrate.ts';
import { createRandom } from '../../db/seed/random.ts';
import { dayOf, hourOf } from '../../db/terms/day.ts';

const { values } = parseArgs({
  options: {
    events: { type: 'string', default: '300000' },
    rounds: { type: 'string', default: '3' },
    consumers: { type: 'string', default: '2' },
    json: { type: 'boolean', default: false },
  },
});
const EVENTS = Number(values.events);
const NOON_MS = Date.parse('2026-03-02T12:00:00+08:00');

/** Zipf (s = 1) over `n`, as traffic and demand are: the design's market has 100 outlets × 4 formats and 1,000 line items. */
const zipf = (random: { next(): number }, n: number): number =>
  Math.min(n - 1, Math.floor((n + 1) ** random.next()) - 1);

/** Events as a province sends them, from 400 placements in 90 counties; each auction brings 1.7 of them. */
function makeEvents(round: number): TrackedEvent[] {
  const random = createRandom(round + 1);
  const events: TrackedEvent[] = [];
  for (let auction = 0; events.length < EVENTS; auction++) {
    const line = zipf(random, 1_000);
    const placement = zipf(random, 400);
    const atMs = NOON_MS + Math.floor((auction / EVENTS) * 600_000);
    const kinds = [EVENT_KIND.impression, ...(random.next() < 0.7 ? [EVENT_KIND.viewable] : [])];
    for (const kind of kinds) {
      events.push({
        eventKey: `r${round}a${auction.toString(36).padStart(12, '0')}:1:${kind}`,
        kind,
        atMs,
        outletId: 1 + (placement % 92),
        placementId: 1 + placement,
        divisionCode: String(330102 + (placement % 90)),
        advertiserId: 1 + (line % 40),
        campaignId: 1 + (line % 300),
        lineItemId: 1 + line,
        creativeId: 1 + line * 2,
        device: auction % 3 === 0 ? 2 : 0,
        priceMicroCny: kind === EVENT_KIND.impression ? 12_000 : 0,
        leaseId: kind === EVENT_KIND.impression ? makeLeaseId(NOON_MS, line) : 0,
        userHash: `u${Math.floor(random.next() * 200_000)}`,
        ivt: 0,
        auctionAtMs: atMs - 300,
        userAgent:
          'Mozilla/5.0 (Linux; Android 15; 24129PN74C) AppleWebKit/537.36 Chrome/138.0 Mobile Safari/537.36',
        ip: `60.191.${auction % 250}.${line % 250}`,
        geometry: '',
        dealId: 0,
      });
    }
  }
  return events.slice(0, EVENTS);
}

/** Events to an entry as bidding/state/events.ts packs them at this rate: what comes to a node and shard in 4 ms. */
const PACKED = 15;

async function fill(redis: Redis, events: readonly TrackedEvent[]): Promise<void> {
  for (let i = 0; i < events.length; i += 500 * PACKED) {
    const pipeline = redis.pipeline();
    for (let from = i; from < Math.min(i + 500 * PACKED, events.length); from += PACKED) {
      const entry = events.slice(from, from + PACKED).flatMap((e) => ['e', encodeEvent(e)]);
      pipeline.xadd(keys.events((from / PACKED) % EVENT_SHARDS), '*', ...entry);
    }
    await pipeline.exec();
  }
}

/** Consumers side by side, as several workers are: while one waits for PostgreSQL the other reads and prepares. */
async function ingest(ctx: MeteringContext, consumers: number): Promise<number> {
  const startedMs = performance.now();
  let taken = 0;
  const run = async (name: string): Promise<void> => {
    while (taken < EVENTS) {
      const batch = await consume(ctx, { consumer: name });
      taken += batch.taken;
    }
  };
  await Promise.all(Array.from({ length: consumers }, (_, i) => run(`bench-${i}`)));
  return EVENTS / ((performance.now() - startedMs) / 1_000);
}

/** The same rows by COPY, with nothing to check and nothing to add up; `keyed`: with the event's own primary key. */
async function copy(
  db: Database,
  events: readonly TrackedEvent[],
  keyed: boolean,
): Promise<number> {
  await db.execute(sql`DROP TABLE IF EXISTS bare`);
  await db.execute(sql`CREATE TABLE bare (LIKE event)`);
  if (keyed) await db.execute(sql`ALTER TABLE bare ADD PRIMARY KEY (day, event_key)`);
  const lines = events.map((e) =>
    [
      dayOf(e.auctionAtMs), e.eventKey, e.kind, e.atMs, hourOf(e.atMs), e.outletId, e.placementId, e.divisionCode,
      e.advertiserId, e.campaignId, e.lineItemId, e.creativeId, e.device, e.priceMicroCny, e.leaseId, e.userHash, e.ivt,
    ].join('\t'),
  ); // biome-ignore format: a row
  const startedMs = performance.now();
  const stream = await db.$client`COPY bare FROM STDIN`.writable();
  for (let i = 0; i < lines.length; i += 5_000) {
    const chunk = `${lines.slice(i, i + 5_000).join('\n')}\n`;
    if (!stream.write(chunk)) await new Promise((resolve) => stream.once('drain', resolve));
  }
  await new Promise<void>((resolve, reject) => {
    stream.once('finish', () => resolve());
    stream.once('error', reject);
    stream.end();
  });
  return EVENTS / ((performance.now() - startedMs) / 1_000);
}

const folder = mkdtempSync(join(tmpdir(), 'hongze-ingest-'));
chmodSync(folder, 0o755);
const servers = await Promise.all([
  bootPostgres({ dataDir: join(folder, 'postgres'), durable: false }),
  bootRedis({ dataDir: join(folder, 'redis'), durable: false }),
]);
const [{ url: databaseUrl }, { url: redisUrl }] = servers;
await migrate(databaseUrl);
const db = connect(databaseUrl, { max: 6 });
const redis = new Redis(redisUrl);
const ctx = { db, redis, clock: () => NOON_MS + 700_000 };
const rounds: { ingestPerS: number; copyPerS: number; keyedPerS: number }[] = [];
for (let round = 0; round < Number(values.rounds); round++) {
  const events = makeEvents(round);
  await fill(redis, events);
  const ingestPerS = await ingest(ctx, Number(values.consumers));
  const copyPerS = await copy(db, events, false);
  const keyedPerS = await copy(db, events, true);
  rounds.push({ ingestPerS, copyPerS, keyedPerS });
  if (!values.json) {
    process.stdout.write(
      `round ${round + 1}: ${Math.round(ingestPerS)} events/s, COPY ${Math.round(copyPerS)} rows/s\n`,
    );
  }
}
const [counted] = await db.execute<{ n: string }>(sql`SELECT count(*) AS n FROM event`);
const exact = Number(counted?.n) === EVENTS * rounds.length;
const median = (numbers: number[]): number =>
  numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;
const eventsPerS = median(rounds.map((r) => r.ingestPerS));
const ofKeyedCopy = median(rounds.map((r) => r.ingestPerS / r.keyedPerS));
const ofCopy = median(rounds.map((r) => r.ingestPerS / r.copyPerS));
process.stdout.write(
  `${JSON.stringify({
    bench: 'ingest',
    events: EVENTS,
    rounds: rounds.length,
    eventsPerS: Math.round(eventsPerS),
    copyRowsPerS: Math.round(median(rounds.map((r) => r.copyPerS))),
    keyedCopyRowsPerS: Math.round(median(rounds.map((r) => r.keyedPerS))),
    ofCopy: Number(ofCopy.toFixed(3)),
    ofKeyedCopy: Number(ofKeyedCopy.toFixed(3)),
    exact,
  })}\n`,
);
redis.disconnect();
await db.$client.end();
await Promise.all(servers.map((server) => server.stop()));
rmSync(folder, { recursive: true, force: true });
process.exit(exact ? 0 : 1);
