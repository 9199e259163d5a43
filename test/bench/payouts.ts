/**
 * Payouts over a failing gateway and a dying sender, on a PostgreSQL of its own: none twice, all resolved.
 * `npm run bench -- payouts [--payouts 2000] [--lived 200] [--seed 1] [--json]`; the goal's run is `--payouts 100000`.
 */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from '../../db/client.ts';
import { bootPostgres } from '../../db/embedded/postgres.ts';
import { migrate } from '../../db/migrate.ts';
import { runFaultyPayouts } from '../simulator/payments/faulty.ts';
import { openHouse } from '../simulator/payments/house.ts';
import { createRandom } from '../simulator/payments/random.ts';
import { preparedDatabase } from '../simulator/sim/mortal.ts';
import { readArguments, report, round } from './kit/figures.ts';

const args = readArguments(process.argv);
const seed = args.number('seed', 1);
const folder = mkdtempSync(join(tmpdir(), 'hongze-bench-'));
chmodSync(folder, 0o755);
const server = await bootPostgres({ dataDir: join(folder, 'postgres'), durable: false });
let good = false;
try {
  await migrate(server.url);
  const { $client } = connect(server.url, { max: 16, prepare: true });
  const db = preparedDatabase($client);
  const random = createRandom(seed);
  const house = await openHouse(db, {
    openingFen: 10n ** 12n,
    timeoutMs: 500,
    keyBits: 1024,
    random,
  });
  const startedMs = performance.now();
  const payouts = args.number('payouts', 2_000);
  // `hang` costs a real time-out each: of a hundred thousand payouts a few hundred are enough of it.
  const hangPerMille = args.number('hang-per-mille', payouts > 10_000 ? 1 : 2);
  const lived = args.number('lived', 200);
  // A death takes its lane along until the round is over: at twenty in a thousand a round would be deaths and little else.
  const killPerMille = args.number('kill-per-mille', payouts > 10_000 ? 4 : 20);
  const run = await runFaultyPayouts(house, {
    payouts,
    lived,
    hangPerMille,
    killPerMille,
    random,
  });
  const seconds = (performance.now() - startedMs) / 1_000;
  await house.gateway.close();
  await $client.end();
  good = run.open === 0 && run.twice === 0 && run.wrongs.length === 0;
  report('payouts', { seed, ...run, seconds: round(seconds, 1), good }, args);
} finally {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
}
process.exit(good ? 0 : 1);
