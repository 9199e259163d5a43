/** `npm run traffic`: readers against the demo that runs (or EXCHANGE_URL). */
import { runAgainstDemo } from './demo/running.ts';

await runAgainstDemo('test/simulator/traffic/main.ts', process.argv.slice(2));
