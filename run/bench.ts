/** `npm run bench -- <name> [--json] …`: runs one bench of test/bench. Knows their names only by the folder. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const folder = join(process.cwd(), 'test', 'bench');
const name = process.argv[2] ?? '';
const file = join(folder, `${name}.ts`);
if (!/^[a-z]+$/.test(name) || !existsSync(file)) {
  const names = readdirSync(folder)
    .filter((entry) => entry.endsWith('.ts'))
    .map((entry) => entry.slice(0, -3));
  process.stderr.write(`There is no bench "${name}". There are: ${names.join(', ')}.\n`);
  process.exit(1);
}
// A bench reads its own arguments after its name.
process.argv.splice(2, 1);
await import(pathToFileURL(file).href);
