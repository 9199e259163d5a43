/** What pg_basebackup does, which the bundled PostgreSQL lacks: a copy between two marks, to recover or to follow. */
import { execFile } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type postgres from 'postgres';

const run = promisify(execFile);

/** `as`: `recovery` plays an archive to its end, `standby` follows a primary. */
export async function takeBaseBackup(
  sql: postgres.Sql,
  dataDir: string,
  copy: string,
  as: 'recovery' | 'standby',
): Promise<void> {
  await sql`select pg_backup_start('copy', true)`;
  await run('cp', ['-a', dataDir, copy]);
  const [stopped] = await sql<{ labelfile: string }[]>`select labelfile from pg_backup_stop(false)`;
  for (const name of ['postmaster.pid', 'postmaster.opts']) rmSync(join(copy, name));
  await run('sh', ['-c', `rm -rf '${copy}'/pg_wal/* && mkdir '${copy}/pg_wal/archive_status'`]);
  writeFileSync(join(copy, 'backup_label'), stopped?.labelfile ?? '');
  writeFileSync(join(copy, `${as}.signal`), '');
  // New files take the folder's owner: PostgreSQL's account.
  await run('sh', ['-c', `chown -R --reference='${dataDir}' '${copy}'`]);
}
