/** `npm run migrate`: brings the database to the present, before new programs start. MIGRATE_URL is the owner’s login, where the
 * programs have one that owns nothing. */
import { migrate } from '../db/migrate.ts';

const url = process.env.MIGRATE_URL ?? process.env.DATABASE_URL;
if (!url) {
  process.stderr.write('Set DATABASE_URL.\n');
  process.exit(1);
}
const applied = await migrate(url, {
  onApplied: (name, ms) => process.stdout.write(`${name}  ${ms.toFixed(0)} ms\n`),
});
process.stdout.write(`${applied.length} migrations applied.\n`);
