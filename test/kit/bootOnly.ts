/** Boots both servers, prints their ports and waits to be killed: the subject of the orphan test. */
import { join } from 'node:path';
import { bootPostgres } from '../../db/embedded/postgres.ts';
import { bootRedis } from '../../db/embedded/redis.ts';

const folder = process.argv[2] as string;
const [database, redis] = await Promise.all([
  bootPostgres({ dataDir: join(folder, 'postgres'), durable: false }),
  bootRedis({ dataDir: join(folder, 'redis'), durable: false }),
]);
process.stdout.write(`${JSON.stringify([database.port, redis.port])}\n`);
// The test holds the other end of standard input: should it die, so do we.
process.stdin.resume().once('end', () => process.exit(0));
