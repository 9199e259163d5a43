/**
 * The ledger's rates on a PostgreSQL of its own. `npm run bench -- ledger [--seconds 8] [--batch 500] [--writers 2]
 * [--durable] [--only posting|statements|month] [--statements 10000] [--hours 720] [--buckets 1000] [--json]`
 */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ledgerFaults } from '../../api/ledger/ledger.ts';
import { connect } from '../../db/client.ts';
import { bootPostgres } from '../../db/embedded/postgres.ts';
import { migrate } from '../../db/migrate.ts';
import { readArguments, report } from './kit/figures.ts';
import { measureMonth } from './ledger/month.ts';
import { fillWallets, makeBareTables, measurePosting } from './ledger/posting.ts';
import { measureStatements } from './ledger/statements.ts';

const args = readArguments(process.argv);
const only = args.text('only', 'all');
const wants = (part: string) => only === 'all' || only === part;
const durable = args.flag('durable');

const folder = mkdtempSync(join(tmpdir(), 'hongze-bench-'));
chmodSync(folder, 0o755);
const server = await bootPostgres({ dataDir: join(folder, 'postgres'), durable });
const figures: Record<string, unknown> = { durable };
try {
  await migrate(server.url);
  const db = connect(server.url, { max: 8 });
  if (wants('posting')) {
    await makeBareTables(db);
    await fillWallets(db);
    figures.posting = await measurePosting(db, {
      seconds: args.number('seconds', 8),
      batch: args.number('batch', 500),
      writers: args.number('writers', 2),
    });
  }
  if (wants('month')) {
    figures.month = await measureMonth(db, {
      hours: args.number('hours', 720),
      buckets: args.number('buckets', 1000),
      impressions: args.number('impressions', 500_000_000),
    });
  }
  if (wants('statements')) {
    figures.statements = await measureStatements(db, args.number('statements', 10_000));
  }
  figures.faults = await ledgerFaults(db);
  await db.$client.end();
} finally {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
}
report('ledger', figures, args);
