import { beforeAll, describe, expect, inject, test } from 'vitest';
import { taskList } from '../../../api/tasks.ts';
import type { Database } from '../../../db/client.ts';
import { houseOf, within } from '../../../db/scope.ts';
import { WALLS, wallOf } from '../../../db/walls/owners.ts';
import { raiseWalls, readTables } from '../../../db/walls.ts';
import { newAdvertiser, newOutlet, openTestApi, type TestApi } from '../../kit/actors.ts';
import { openTestDatabase } from '../../kit/database.ts';
import { newCampaign } from '../../kit/market.ts';
import { openTestRedis } from '../../kit/redis.ts';

const NOW = Date.parse('2026-03-02T10:00:00+08:00');
let api: TestApi;
let mine: Awaited<ReturnType<typeof newAdvertiser>>;
let theirs: Awaited<ReturnType<typeof newAdvertiser>>;
let theirCampaign: number;

beforeAll(async () => {
  const opened = await openTestDatabase();
  api = openTestApi({ db: opened.db, redis: await openTestRedis(), clock: () => NOW });
  mine = await newAdvertiser(api);
  theirs = await newAdvertiser(api);
  theirCampaign = (await newCampaign(theirs, theirs.advertiserId, NOW)).id;
  await newCampaign(mine, mine.advertiserId, NOW);
});

const asMine = () =>
  within(api.ctx.db, { organizationId: mine.organizationId, personId: mine.userId });

test('of every table somebody has said whose its rows are', async () => {
  const unsaid = (await readTables(api.ctx.db.$client)).filter((table) => !wallOf(table));
  // Give it an owner column, or name it in db/walls/owners.ts.
  expect(unsaid.map(({ name }) => name)).toEqual([]);
});

test('a table that nobody has declared is closed to tenants', async () => {
  const { $client } = api.ctx.db;
  await $client`CREATE TABLE undeclared (id bigint, secret text)`;
  try {
    expect(await raiseWalls($client)).toEqual(['undeclared']);
    const db = asMine();
    await expect(db.execute('SELECT * FROM undeclared')).rejects.toMatchObject({
      cause: { code: '42501' },
    });
  } finally {
    await $client`DROP TABLE undeclared`;
  }
});

test('no declaration outlives its table', async () => {
  const names = new Set((await readTables(api.ctx.db.$client)).map(({ name }) => name));
  expect(Object.keys(WALLS).filter((name) => !names.has(name))).toEqual([]);
});

test('every table stands behind its wall, and raising them again changes nothing', async () => {
  const bare = await api.ctx.db.$client`
    SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
      AND NOT relispartition AND NOT relrowsecurity`;
  expect(bare.map(({ relname }) => relname)).toEqual([]);
  expect(await raiseWalls(api.ctx.db.$client)).toEqual([]);
});

test('a query that forgets to ask whose rows they are gets its own only', async () => {
  const all = await api.ctx.db.$client`SELECT DISTINCT advertiser_id FROM campaign`;
  expect(all).toHaveLength(2);
  const seen = await asMine().execute('SELECT DISTINCT advertiser_id::int AS id FROM campaign');
  expect([...seen]).toEqual([{ id: mine.advertiserId }]);
  const house = within(api.ctx.db, { organizationId: null, personId: null });
  expect(await house.execute('SELECT DISTINCT advertiser_id FROM campaign')).toHaveLength(2);
});

test('an update or delete by somebody else’s id finds no row, an insert is refused', async () => {
  const db = asMine();
  const changed = await db.execute(
    `UPDATE campaign SET name = 'taken' WHERE id = ${theirCampaign} RETURNING id`,
  );
  expect(changed).toHaveLength(0);
  const forged =
    db.execute(`INSERT INTO campaign (advertiser_id, name, total_budget_micro_cny, starts_on, ends_on)
    VALUES (${theirs.advertiserId}, 'x', 1, '2026-03-02', '2026-03-03')`);
  await expect(forged).rejects.toMatchObject({ cause: { code: '42501' } });
});

test('the shop window is read by all and written by its owner', async () => {
  const outlet = await newOutlet(api, { name: '西湖融媒' });
  const db = asMine();
  expect(
    await db.execute(`SELECT id FROM outlet WHERE id = ${outlet.outletId} FOR UPDATE`),
  ).toHaveLength(1);
  const renamed = db.execute(`UPDATE outlet SET name = 'mine' WHERE id = ${outlet.outletId}`);
  await expect(renamed).rejects.toMatchObject({ cause: { code: '42501' } });
  await db.execute(`DELETE FROM outlet WHERE id = ${outlet.outletId}`);
  expect(await api.ctx.db.execute(`SELECT FROM outlet WHERE id = ${outlet.outletId}`)).toHaveLength(
    1,
  );
});

test('what is the house’s is an error to a tenant, and so is writing the books by hand', async () => {
  const db = asMine();
  for (const statement of [
    'SELECT password FROM user_credential',
    'SELECT secret FROM user_two_factor',
    "UPDATE audit_entry SET action = 'x'",
    'INSERT INTO entry DEFAULT VALUES',
    'UPDATE balance SET amount_micro_cny = 0',
    'CREATE TABLE loot (id int)',
  ]) {
    await expect(db.execute(statement), statement).rejects.toMatchObject({
      cause: { code: '42501' },
    });
  }
  const house = within(api.ctx.db, { organizationId: null, personId: null });
  for (const statement of ['UPDATE balance SET amount_micro_cny = 0', 'DELETE FROM audit_entry']) {
    await expect(house.execute(statement), statement).rejects.toMatchObject({
      cause: { code: '42501' },
    });
  }
});

test('nothing of who asked stays on the connection, after success or failure', async () => {
  const one = await openTestDatabase({ max: 1 });
  const db = within(one.db, { organizationId: "o'brien", personId: 'p' });
  await db.execute('SELECT 1');
  await expect(db.execute('SELECT 1/0')).rejects.toThrow();
  await db.transaction((tx) => tx.execute('SELECT 1'), { isolationLevel: 'serializable' });
  const [left] = await one.db.$client`
    SELECT current_user <> 'hongze_app' AS free, coalesce(current_setting('hongze.organization', true), '') AS who`;
  expect(left).toEqual({ free: true, who: '' });
});

describe.skipIf(!inject('programLogin'))('the login of the programs, which owns nothing', () => {
  let db: Database;
  beforeAll(async () => {
    ({ db } = await openTestDatabase({ asProgram: true }));
  });
  const refused = { code: '42501' };

  test('is refused every table and view while nothing says for whom it asks', async () => {
    const relations = await db.$client`
      SELECT oid, relname AS name FROM pg_class
       WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm')`;
    expect(relations.length).toBeGreaterThan(120);
    for (const { name, oid } of relations) {
      await expect(db.$client.unsafe(`SELECT FROM ${name}`), name).rejects.toMatchObject(refused);
      const [may] = await db.$client`
        SELECT has_any_column_privilege(${oid}::oid, 'SELECT, INSERT, UPDATE, REFERENCES')
            OR has_table_privilege(${oid}::oid, 'DELETE, TRUNCATE, TRIGGER') AS anything`;
      expect(may, name).toEqual({ anything: false });
    }
  });

  test('may call nothing that looks or writes with its owner’s rights', async () => {
    const open = await db.$client`
      SELECT proname AS name FROM pg_proc
       WHERE pronamespace = 'public'::regnamespace AND prosecdef AND prorettype <> 'trigger'::regtype
         AND has_function_privilege(oid, 'EXECUTE') ORDER BY 1`;
    // Ids of an organisation's own advertisers and outlets, for whom a transaction says that it asks.
    expect(open.map(({ name }) => name)).toEqual([
      'wall_advertisers',
      'wall_outlets',
      // Versions of contracts in which these outlets have a share.
      'wall_shared_contracts',
      'wall_shared_versions',
    ]);
  });

  test('sees rows as an organisation or as the house, and changes no table as either', async () => {
    const house = houseOf(db);
    for (const mine of [house, within(db, { organizationId: 'tea', personId: null })]) {
      expect(await mine.execute('SELECT id FROM campaign')).toHaveLength(0);
      const dropped = mine.execute('DROP TABLE campaign');
      await expect(dropped).rejects.toMatchObject({ cause: refused });
    }
    await house.transaction(async (tx) => {
      expect(await tx.execute('SELECT id FROM campaign')).toHaveLength(0);
    });
    await expect(db.execute('SELECT id FROM campaign')).rejects.toMatchObject({ cause: refused });
  });

  test('may do everything the worker does', async () => {
    const own = openTestApi({ db, redis: await openTestRedis(), clock: () => NOW }).ctx;
    const ctx = { ...own, db: houseOf(db) };
    const denied: string[] = [];
    for (const task of taskList(ctx)) {
      await task.run().catch((error: { cause?: { code?: string; message?: string } }) => {
        if (error.cause?.code === '42501') denied.push(`${task.name}: ${error.cause.message}`);
      });
    }
    expect(denied).toEqual([]);
  });
});
