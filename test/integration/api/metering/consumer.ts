/** A metering consumer as a process of its own, to be killed: argv database URL, Redis URL, name. */
import { Redis } from 'ioredis';
import { consume } from '../../../../api/metering/metering.ts';
import { connect } from '../../../../db/client.ts';

const [databaseUrl = '', redisUrl = '', consumer = ''] = process.argv.slice(2);
const ctx = { db: connect(databaseUrl, { max: 2 }), redis: new Redis(redisUrl), clock: Date.now };
process.stdout.write('ready\n');
for (;;) {
  // Shorter than a kill takes to be noticed: what the dead left is taken over while others still work.
  const { taken } = await consume(ctx, { consumer, claimIdleMs: 300 });
  if (taken === 0) await new Promise((resolve) => setTimeout(resolve, 20));
}
