/** `npm run verify -- <file>`: checks a statement's content hash; needs no service. */
import { runScript } from './child.ts';

const { code } = await runScript('api/statements/verify.ts', process.argv.slice(2));
process.exit(code);
