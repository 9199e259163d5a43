/** `npm run story`: one yuan's whole way on a virtual clock, on servers of its own. */
import { runOnFreshServers } from './demo/temporary.ts';

await runOnFreshServers('test/simulator/story.ts', process.argv.slice(2));
