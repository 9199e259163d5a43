/** `npm start`: the demo in front, until Ctrl-C. `--no-traffic` leaves the readers out. */
import { relative } from 'node:path';
import { banner, winningCurl } from './demo/banner.ts';
import { type Demo, startDemo } from './demo/demo.ts';
import { watchParents } from './demo/parent.ts';
import { DEMO_FOLDER, findRunning } from './demo/place.ts';

const began = performance.now();
const seconds = () => (performance.now() - began) / 1000;
const say = (line: string) =>
  process.stderr.write(`[${seconds().toFixed(1).padStart(5)} s] ${line}\n`);

const already = findRunning();
if (already) {
  say(`Hongze runs here already: ${already.publicUrl} (process ${already.pid}).`);
  process.exit(1);
}

let demo: Demo | undefined;
let ending = false;
async function end(reason: string, code: number): Promise<void> {
  if (ending) return;
  ending = true;
  say(`${reason}: stopping …`);
  await demo?.stop();
  say('Stopped; nothing is left running.');
  process.exit(code);
}
// Before the demo is up, ending this process ends all that it has started.
process.on('SIGINT', () => (demo ? void end('Ctrl-C', 0) : process.exit(130)));
process.on('SIGTERM', () => (demo ? void end('Terminated', 0) : process.exit(143)));
process.on('SIGHUP', () => (demo ? void end('Terminal closed', 0) : process.exit(129)));
watchParents(() => process.exit(1));

// The kept processes do not hold this one; only a person or a fault ends it.
setInterval(() => {}, 60_000);

say('Starting PostgreSQL and Redis …');
try {
  demo = await startDemo({
    folder: DEMO_FOLDER,
    port: Number(process.env.PORT ?? 8787),
    exchangePort: Number(process.env.EXCHANGE_PORT ?? 8080),
    traffic: !process.argv.includes('--no-traffic'),
    say,
  });
} catch (error) {
  say(`Could not start: ${(error as Error).message}`);
  process.exit(1);
}
const shown = relative(process.cwd(), DEMO_FOLDER) || DEMO_FOLDER;
const curl = await winningCurl(demo.exchangeUrl, demo.env.DATABASE_URL as string);
if (!curl) say(`No request won within 8 s; see exchange.log and worker.log in ${shown}/logs.`);
process.stdout.write(banner({ ...demo, seconds: seconds(), curl, folder: shown }));
const broken = await demo.broken;
if (!ending) {
  process.stderr.write(`${broken.kept.output()}\n`);
  await end(`The process "${broken.name}" ended unexpectedly (see ${shown}/logs)`, 1);
}
