import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import postgres from 'postgres';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  accounts,
  balanceOf,
  ledgerFaults,
  post,
  sealJournals,
} from '../../../api/ledger/ledger.ts';
import { connect } from '../../../db/client.ts';
import { bootPostgres, databaseUrl } from '../../../db/embedded/postgres.ts';
import { migrate } from '../../../db/migrate.ts';
import { takeBaseBackup } from '../../kit/baseBackup.ts';

const folder = mkdtempSync(join(tmpdir(), 'hongze-restore-'));
const archive = join(folder, 'archive');
const backup = join(folder, 'restored');
const running: { stop(): Promise<void> }[] = [];

beforeAll(() => {
  chmodSync(folder, 0o755);
  mkdirSync(archive);
  // PostgreSQL writes here as another account when the tests run as root.
  chmodSync(archive, 0o777);
});

afterAll(async () => {
  await Promise.all(running.map((server) => server.stop()));
  rmSync(folder, { recursive: true, force: true });
});

test('a database is restored to the moment between two postings, its hash chain whole', async () => {
  const first = await bootPostgres({
    dataDir: join(folder, 'first'),
    durable: true,
    settings: ['archive_mode=on', `archive_command=cp %p ${archive}/%f`],
  });
  running.push(first);
  const admin = postgres(first.url, { max: 1, onnotice: () => {} });
  await admin`create database hongze`;
  const url = databaseUrl(first.url, 'hongze');
  await migrate(url);
  await takeBaseBackup(admin, join(folder, 'first'), backup, 'recovery');

  const db = connect(url, { max: 2 });
  await topUp(db, 'before', 5_000_000n);
  await sealJournals(db);
  const [moment] = await admin<{ at: string }[]>`select clock_timestamp()::text as at`;
  await new Promise((wake) => setTimeout(wake, 50));
  await topUp(db, 'after', 7_000_000n);
  await admin`select pg_switch_wal()`;
  await db.$client.end();
  await admin.end();
  await first.stop();

  const second = await bootPostgres({
    dataDir: backup,
    durable: true,
    settings: [
      `restore_command=cp ${archive}/%f %p`,
      `recovery_target_time=${moment?.at}`,
      'recovery_target_action=promote',
    ],
  });
  running.push(second);
  const restored = connect(databaseUrl(second.url, 'hongze'), { max: 2 });
  await expect
    .poll(async () => (await restored.$client`select pg_is_in_recovery() as busy`)[0]?.busy, {
      timeout: 30_000,
    })
    .toBe(false);
  const wallet = await balanceOf(restored, accounts.wallet(1));
  expect(wallet.balanceMicroCny).toBe(5_000_000n);
  expect(await ledgerFaults(restored, { chain: true })).toEqual([]);
  // The books go on from there.
  await topUp(restored, 'again', 1_000_000n);
  expect((await balanceOf(restored, accounts.wallet(1))).balanceMicroCny).toBe(6_000_000n);
  await restored.$client.end();
});

function topUp(db: ReturnType<typeof connect>, key: string, amount: bigint) {
  const entries = [
    { account: accounts.alipayCash, amountMicroCny: amount },
    { account: accounts.wallet(1), amountMicroCny: -amount },
  ];
  return post(db, [{ key, kind: 'test', day: '2026-03-02', entries }]);
}
