/** Builds the programs into dist/programs, for a container or a machine that runs them by systemd. */
import { buildPrograms } from './demo/programs.ts';

await buildPrograms();
process.stdout.write('Built into dist/programs.\n');
