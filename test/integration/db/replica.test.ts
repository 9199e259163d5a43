/** A streaming replica beside its primary: read where it is fresh, passed over where it lags, is gone, or no replica at all. */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connect, type Database, type Db } from '../../../db/client.ts';
import { bootPostgres, type PostgresServer } from '../../../db/embedded/postgres.ts';
import { migrate } from '../../../db/migrate.ts';
import { openReplica, type Replica, readLately } from '../../../db/replica.ts';
import { within } from '../../../db/scope.ts';
import { takeBaseBackup } from '../../kit/baseBackup.ts';

const folder = mkdtempSync(join(tmpdir(), 'hongze-replica-'));
let primary: PostgresServer;
let standby: PostgresServer;
let db: Database;
let replica: Replica;
/** The replica's clock: judgements end when we say so. */
let nowMs = 0;

beforeAll(async () => {
  chmodSync(folder, 0o755);
  primary = await bootPostgres({ dataDir: join(folder, 'primary'), durable: true });
  await migrate(primary.url);
  db = connect(primary.url, { max: 2 });
  await takeBaseBackup(db.$client, join(folder, 'primary'), join(folder, 'standby'), 'standby');
  const { port, username } = new URL(primary.url);
  standby = await bootPostgres({
    dataDir: join(folder, 'standby'),
    durable: true,
    settings: [`primary_conninfo=host=127.0.0.1 port=${port} user=${username}`],
  });
  replica = openReplica(standby.url, { maxLagMs: 5_000, nowMs: () => nowMs });
});

afterAll(async () => {
  await replica?.close();
  await db?.$client.end();
  await Promise.all([standby?.stop(), primary?.stop()]);
  rmSync(folder, { recursive: true, force: true });
});

const WHERE = 'SELECT pg_is_in_recovery() AS copy, current_user AS role';
const look = async (on: Db) => (await on.execute<{ copy: boolean; role: string }>(WHERE))[0];
/** As of a second later: what was judged is judged anew. */
const lately = (from: Db = db) => {
  nowMs += 10_000;
  return readLately({ db: from, replica }, look);
};
const untilFresh = () =>
  expect.poll(() => lately(), { timeout: 30_000 }).toMatchObject({ copy: true });

test('a read goes to the replica, as who asked, and sees what was written before', async () => {
  await untilFresh();
  await db.$client`INSERT INTO organization (id, name, slug, kind) VALUES ('tea', '茶', 'tea', 'advertiser')`;
  await untilFresh();
  expect(
    await readLately({ db, replica }, (on) => on.execute('SELECT name FROM organization')),
  ).toEqual([{ name: '茶' }]);
  const mine = within(db, { organizationId: 'tea', personId: null });
  expect(await lately(mine)).toEqual({ copy: true, role: 'hongze_app' });
});

test('a transaction reads what it wrote', async () => {
  await db.transaction(async (tx) => {
    expect(await lately(tx)).toMatchObject({ copy: false });
  });
});

test('where the replica lags, the primary answers', async () => {
  await untilFresh();
  const admin = connect(standby.url, { max: 1 });
  await admin.$client`SELECT pg_wal_replay_pause()`;
  await db.$client`UPDATE organization SET name = '龙井'`;
  expect(await lately()).toMatchObject({ copy: false });
  expect(replica.state.lagMs).toBeNull();
  await admin.$client`SELECT pg_wal_replay_resume()`;
  await untilFresh();
  await admin.$client.end();
});

test('a server that replays nothing is no replica', async () => {
  const other = openReplica(primary.url);
  expect(await readLately({ db, replica: other }, look)).toMatchObject({ copy: false });
  expect(other.state).toMatchObject({ replica: 0, primary: 1 });
  await other.close();
});

test('a fault of the question is told, and not asked again', async () => {
  await untilFresh();
  let asked = 0;
  const wrong = readLately({ db, replica }, (on) => {
    asked += 1;
    return on.execute('SELECT nonsense');
  });
  await expect(wrong).rejects.toThrow();
  expect(asked).toBe(1);
});

test('a replica that goes away in the middle costs an answer nothing', async () => {
  await untilFresh();
  let asked = 0;
  const answer = await readLately({ db, replica }, async (on) => {
    asked += 1;
    if (asked === 1) await standby.stop();
    return look(on);
  });
  expect([asked, answer?.copy]).toEqual([2, false]);
  expect(await lately()).toMatchObject({ copy: false });
});
