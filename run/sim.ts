/** `npm run sim`: the seeded market simulation, on servers of its own. */
import { runOnFreshServers } from './demo/temporary.ts';

await runOnFreshServers('test/simulator/sim.ts', process.argv.slice(2));
