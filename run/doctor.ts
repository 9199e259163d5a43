/**
 * `npm run doctor`: looks a deployment over and says what is wrong with it and what to do. Reads only.
 * Takes DATABASE_URL, REDIS_URL … from the environment, or the demo that runs here. Ends with 1 when
 * something is broken; warnings alone do not fail it. `--chain` also recomputes every ledger hash.
 */
import { checkMachine, checkMoney, checkWork } from './doctor/checks.ts';
import { type Finding, show } from './doctor/finding.ts';
import { findPlaces } from './doctor/places.ts';
import { checkData } from './doctor/servers.ts';

const places = findPlaces(process.env);
if (!places) {
  process.stderr.write(
    'Nothing to look at: set DATABASE_URL and REDIS_URL, or start the demo with npm start.\n',
  );
  process.exit(1);
}
const findings: Finding[] = [];
const chain = process.argv.includes('--chain');
const checks = [
  () => checkMachine(places),
  () => checkData(places),
  () => checkMoney(places, chain),
  () => checkWork(places),
];
for (const check of checks) {
  for (const finding of await check()) {
    findings.push(finding);
    process.stdout.write(`${show(finding)}\n`);
  }
}
const broken = findings.filter(({ level }) => level === 'broken').length;
const warned = findings.filter(({ level }) => level === 'warning').length;
process.stdout.write(`\n${findings.length} looked at, ${broken} broken, ${warned} to watch.\n`);
process.exit(broken > 0 ? 1 : 0);
