/** `npm run demo:dsp`: a demand partner that buys from the demo that runs. */
import { runAgainstDemo } from './demo/running.ts';

await runAgainstDemo('test/simulator/dsp/main.ts', process.argv.slice(2));
