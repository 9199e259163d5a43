/**
 * Every npm script starts here, on plain Node before anything is installed. Owns installing the
 * dependencies and handing over to `run/<command>.ts`; knows nothing of what a command does.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, lstatSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
process.chdir(root);

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  fail(`Hongze needs Node 20.19 or newer; this is ${process.version}.`);
}

/** Commands that need the compiler, the test runner or the browser driver: two fifths of all that is installed. */
const NEEDS_TOOLS = new Set(['test', 'check', 'bench', 'sim', 'faults', 'screens']);

const command = process.argv[2] ?? 'start';
const file = join(
  root,
  'run',
  `${command.replace(/:(.)/, (_, letter) => letter.toUpperCase())}.ts`,
);
if (!existsSync(file)) fail(`There is no command "${command}".`);

await install(NEEDS_TOOLS.has(command));
// The command sees its own arguments where a script expects them.
process.argv = [process.argv[0], file, ...process.argv.slice(3)];
const { register } = await import('tsx/esm/api');
register();
await import(pathToFileURL(file).href);

/** `npm ci`, unless node_modules already is what the lock file says; without the tools where they are not needed. */
async function install(tools) {
  const lock = readFileSync('package-lock.json', 'utf8');
  const hash = createHash('sha256').update(lock).digest('hex');
  const stamp = join('node_modules', '.hongze-lock');
  const stamped = existsSync(stamp) ? readFileSync(stamp, 'utf8') : '';
  // A link leads into somebody else's installation (a second working tree's, say): it is used, never written.
  if (lstatSync('node_modules', { throwIfNoEntry: false })?.isSymbolicLink()) {
    if (alreadyInstalled(JSON.parse(lock), tools)) return;
    fail(
      'node_modules is a link to other packages than the lock file asks for: remove the link, or install there.',
    );
  }
  if (stamped === `${hash} tools` || (stamped === hash && !tools)) return;
  const all = alreadyInstalled(JSON.parse(lock), true);
  if (!all && (tools || !alreadyInstalled(JSON.parse(lock), false))) await npmCi(tools);
  writeFileSync(stamp, all || tools ? `${hash} tools` : hash);
}

/** npm's own record of what lies in node_modules, against the lock. */
function alreadyInstalled(lock, tools) {
  const record = join('node_modules', '.package-lock.json');
  if (!existsSync(record)) return false;
  const there = JSON.parse(readFileSync(record, 'utf8')).packages;
  return Object.entries(lock.packages).every(
    ([path, entry]) =>
      path === '' ||
      entry.optional ||
      entry.devOptional ||
      (entry.dev && !tools) ||
      there[path]?.integrity === entry.integrity,
  );
}

function npmCi(tools) {
  const began = Date.now();
  const seconds = () => `${Math.round((Date.now() - began) / 1000)} s`;
  process.stderr.write('Installing dependencies (npm ci) …\n');
  const ticking = setInterval(() => process.stderr.write(`  … ${seconds()}\n`), 5000);
  const npm = process.env.npm_execpath;
  const dev = tools ? '--include=dev' : '--omit=dev';
  const args = ['ci', dev, '--include=optional', '--no-audit', '--no-fund'];
  const quiet = [...args, '--loglevel=error'];
  return new Promise((resolve) => {
    const child = spawn(npm ? process.execPath : 'npm', npm ? [npm, ...quiet] : quiet, {
      stdio: ['ignore', 'ignore', 'inherit'],
      // A production environment would leave out the tools even where they are needed.
      env: { ...process.env, NODE_ENV: 'development' },
    });
    child.once('error', (error) => fail(`npm could not be started: ${error.message}`));
    child.once('exit', (code) => {
      clearInterval(ticking);
      if (code !== 0) fail('npm ci failed; its message is above.');
      process.stderr.write(`Installed in ${seconds()}.\n`);
      resolve();
    });
  });
}

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}
