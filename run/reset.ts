/** `npm run reset`: forgets the demo's data. Refuses while it runs; touches no server of the environment. */
import { existsSync, lstatSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DEMO_FOLDER, findRunning } from './demo/place.ts';

const running = findRunning();
if (running) {
  process.stderr.write(
    `The demo still runs (process ${running.pid}); stop it first with Ctrl-C.\n`,
  );
  process.exit(1);
}
if (existsSync(DEMO_FOLDER)) {
  for (const name of readdirSync(DEMO_FOLDER)) {
    const path = join(DEMO_FOLDER, name);
    // Under root in a private home the data lies elsewhere, and a link shows where.
    if (lstatSync(path).isSymbolicLink() && existsSync(path)) {
      rmSync(dirname(realpathSync(path)), { recursive: true, force: true });
    }
  }
  rmSync(DEMO_FOLDER, { recursive: true, force: true });
}
process.stdout.write('Reset: the next npm start begins with a fresh province.\n');
if (process.env.DATABASE_URL || process.env.REDIS_URL) {
  process.stdout.write(
    'DATABASE_URL and REDIS_URL name servers of yours; they were not touched.\n',
  );
}
