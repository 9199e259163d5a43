/** PgBouncer in transaction mode before a PostgreSQL, with so few connections that sessions must take turns. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keep } from '../../db/embedded/keeper.ts';
import { freePort, portIsFree } from '../../db/embedded/ports.ts';
import { type Program, shared } from './debian.ts';

export interface Bouncer {
  port: number;
  /** The same database by way of PgBouncer. */
  through(url: string): string;
  stop(): Promise<void>;
}

/** `connections`: of each database, for all sessions together. */
export async function startPgBouncer(
  program: Program,
  postgresUrl: string,
  connections: number,
): Promise<Bouncer> {
  const folder = mkdtempSync(join(tmpdir(), 'hongze-pgbouncer-'));
  chmodSync(folder, 0o755);
  const port = await freePort();
  const { hostname, port: postgresPort } = new URL(postgresUrl);
  const config = join(folder, 'pgbouncer.ini');
  // Any login passes as the one that is named here: the server behind trusts this machine.
  const user = new URL(postgresUrl).username || 'postgres';
  writeFileSync(
    config,
    `[databases]
* = host=${hostname} port=${postgresPort} user=${user}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = ${connections}
max_client_conn = 200
`,
  );
  // It refuses root.
  const account = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
  const { path, env } = shared(program, join(folder, 'program'));
  const server = keep(path, [config], {
    stopSignal: 'INT',
    env,
    cwd: folder,
    ...account,
  });
  const deadline = performance.now() + 30_000;
  while (server.running() && (await portIsFree(port))) {
    if (performance.now() > deadline) break;
    await new Promise((wake) => setTimeout(wake, 20));
  }
  if (!server.running()) throw new Error(`PgBouncer did not start:\n${server.output()}`);
  return {
    port,
    through(url) {
      const other = new URL(url);
      other.port = String(port);
      return other.toString();
    },
    async stop() {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
