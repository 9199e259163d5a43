/**
 * Impression trackers of the whole server process: token opened, event appended to its stream behind the replay guard, pixel
 * answered; against a bare `node:http` server that answers the same pixel to any GET, in turns, with the same flags. Every
 * token is sent once. `npm run bench -- trackers [--seconds 3] [--rounds 3] [--json]`. Goal: ≥ 0.7 of the bare server.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { auctionIds, BILLED_ON, sealToken, tokenKey } from '../../bidding/wire/token.ts';
import { bootRedis } from '../../db/embedded/redis.ts';
import { buildPrograms, programFile } from '../../run/demo/programs.ts';
import { eventsWaiting } from '../kit/streams.ts';
import {
  type Contestant,
  contestant,
  type Load,
  moveToLoadCore,
  WARM_UP_S,
} from './auction/contestant.ts';
import { bundle } from './kit/bundle.ts';
import { percentile, readArguments, report, round } from './kit/figures.ts';

const args = readArguments(process.argv);
const seconds = args.number('seconds', 3);
const rounds = args.number('rounds', 3);
const MOST_A_SECOND = 60_000;
const KEY = '11'.repeat(32);
const PIXEL = 'R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7';

const dataDir = mkdtempSync(join(tmpdir(), 'hongze-bench-'));
const server = await bootRedis({ dataDir, durable: false });
const redis = new Redis(server.url);

/** As many impressions as could be asked for. */
function impressions(port: number): { text: string; readerAt: number }[] {
  const key = tokenKey(KEY);
  const nextId = auctionIds();
  const issuedAtMs = Date.now();
  return Array.from(
    { length: MOST_A_SECOND * ((WARM_UP_S + seconds) * rounds + WARM_UP_S + 2) },
    (_, n) => {
      const token = sealToken(key, {
        auctionId: nextId(),
        impOrdinal: 0,
        issuedAtMs,
        expiresAtMs: issuedAtMs + 3_600_000,
        outletId: 1 + (n % 92),
        placementId: 1 + (n % 400),
        divisionCode: '330106',
        advertiserId: 1 + (n % 40),
        campaignId: 1 + (n % 300),
        lineItemId: 1 + (n % 1_000),
        creativeId: 1 + (n % 2_000),
        device: 0,
        billedOn: BILLED_ON.impression,
        priceMicroCny: 12_000,
        leaseId: 7_193_847_192_837,
        dealId: 0,
        userHash: 'abcdefghijklmnop',
      });
      const text =
        `GET /t/i?t=${token} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: keep-alive\r\n` +
        'User-Agent: Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/138.0 Mobile\r\n\r\n';
      return { text, readerAt: -1 };
    },
  );
}

const appended = async (): Promise<number> => (await eventsWaiting(redis)).length;

async function run(): Promise<void> {
  moveToLoadCore(Number(/process_id:(\d+)/.exec(await redis.info('server'))?.[1]));
  await buildPrograms();
  const { bare, generator } = await bundle({
    bare: 'test/bench/auction/bare.ts',
    generator: 'test/bench/auction/generator.ts',
  });
  const env = { REDIS_URL: server.url, TOKEN_KEY: KEY, NODE_ID: 'bench', BENCH_ANSWER: PIXEL };
  const port = 28_400 + (process.pid % 400);
  const ground = { folder: dataDir, generator, requestsFor: impressions };
  const all: Contestant[] = [
    await contestant('ours', programFile('exchange'), [], env, port, ground),
    await contestant('pixel', bare, ['pixel'], env, port + 400, ground),
  ];
  try {
    for (const each of all) await each.load(2);
    const before = await appended();
    const loads = new Map<string, Load[]>(all.map((each) => [each.name, []]));
    for (let i = 0; i < rounds; i++)
      for (const each of all) loads.get(each.name)?.push(await each.load(seconds));
    const of = (name: string, figure: keyof Load): number =>
      percentile(
        (loads.get(name) ?? []).map((load) => load[figure]),
        0.5,
      );
    const each = (name: string): object => ({
      requestsPerS: Math.round(of(name, 'requestsPerS')),
      cpuMicros: round(of(name, 'cpuMicros'), 1),
      busy: round(of(name, 'busy'), 2),
    });
    const asked = (loads.get('ours') ?? []).reduce((sum, it) => sum + it.requestsPerS * seconds, 0);
    report(
      'trackers',
      {
        ours: each('ours'),
        pixel: each('pixel'),
        timesPixel: {
          requests: round(of('ours', 'requestsPerS') / of('pixel', 'requestsPerS'), 2),
          cpu: round(of('pixel', 'cpuMicros') / of('ours', 'cpuMicros'), 2),
        },
        eventsAppended: (await appended()) - before,
        asked: Math.round(asked),
      },
      args,
    );
  } finally {
    for (const each of all) each.stop();
  }
}

try {
  await run();
} finally {
  redis.disconnect();
  await server.stop();
  rmSync(dataDir, { recursive: true, force: true });
}
