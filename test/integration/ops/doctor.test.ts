/** The doctor finds what is broken, by its name; each fault is made by hand, looked at, and mended. */
import { beforeAll, describe, expect, inject, test } from 'vitest';
import { accounts } from '../../../api/ledger/ledger.ts';
import { freePort } from '../../../db/embedded/ports.ts';
import { checkMachine, checkMoney, checkWork } from '../../../run/doctor/checks.ts';
import type { Finding } from '../../../run/doctor/finding.ts';
import type { Places } from '../../../run/doctor/places.ts';
import { checkData } from '../../../run/doctor/servers.ts';
import { addAdvertiser } from '../../kit/books.ts';
import { openTestDatabase } from '../../kit/database.ts';
import { openTestRedisServer } from '../../kit/redis.ts';

describe.skipIf(!inject('programLogin'))('the doctor', () => {
  let owner: Awaited<ReturnType<typeof openTestDatabase>>;
  let places: Places;
  let redis: Awaited<ReturnType<typeof openTestRedisServer>>['redis'];

  beforeAll(async () => {
    owner = await openTestDatabase();
    const login = inject('programLogin');
    const url = new URL(owner.url);
    [url.username, url.password] = [login?.name ?? '', login?.password ?? ''];
    const server = await openTestRedisServer();
    redis = server.redis;
    places = {
      databaseUrl: url.toString(),
      redisUrl: server.url,
      publicUrl: undefined,
      exchangeUrl: undefined,
      demo: false,
    };
    await addAdvertiser(owner.db, 1_000_000n);
  });

  const look = async (check: typeof checkMoney, over: Partial<Places> = {}) => {
    const findings = await check({ ...places, ...over }, false);
    return (what: string): Finding | undefined => findings.find((one) => one.what === what);
  };
  const data = (over?: Partial<Places>) => look(checkData, over);

  test('has nothing to say of walls, login, roles, migrations and money that are as they should be', async () => {
    const seen = await data();
    const names = ['row-level security', 'database login', 'database roles', 'migrations', 'Redis'];
    for (const name of names) expect(seen(name)?.level, name).toBe('good');
    const money = await look(checkMoney);
    for (const name of ['ledger sum', 'ledger rules']) expect(money(name)?.level).toBe('good');
  });

  test('names a table whose wall is down, and a migration that is missing', async () => {
    const { $client } = owner.db;
    await $client`ALTER TABLE campaign DISABLE ROW LEVEL SECURITY`;
    const [first] = await $client`SELECT * FROM schema_migration ORDER BY name LIMIT 1`;
    await $client`DELETE FROM schema_migration WHERE name = ${first?.name}`;
    const seen = await data();
    expect(seen('row-level security')).toMatchObject({ level: 'broken', seen: '1 tables without' });
    expect(seen('migrations')).toMatchObject({ level: 'broken', seen: first?.name });
    await $client`ALTER TABLE campaign ENABLE ROW LEVEL SECURITY`;
    await $client`INSERT INTO schema_migration (name, sha256) VALUES (${first?.name}, ${first?.sha256})`;
  });

  test('names a login that owns the tables, or sees rows by itself', async () => {
    const seen = await data({ databaseUrl: owner.url });
    expect(seen('database login')).toMatchObject({
      level: 'warning',
      seen: expect.stringMatching(/owns the tables and sees rows by itself/),
    });
    await owner.db.$client.unsafe(`GRANT SELECT ON outlet TO PUBLIC`);
    expect((await data())('database login')?.seen).toMatch(/ sees rows by itself/);
    await owner.db.$client.unsafe(`REVOKE SELECT ON outlet FROM PUBLIC`);
  });

  test('names a PostgreSQL that would lose what it confirmed, and one that is away', async () => {
    // Test servers run without.
    if (!process.env.DATABASE_URL) {
      const seen = await data();
      expect(seen('PostgreSQL fsync')).toMatchObject({ level: 'broken', seen: 'off' });
      expect(seen('WAL archive')?.level).toBe('warning');
    }
    const gone = { databaseUrl: `postgres://nobody@127.0.0.1:${await freePort()}/x` };
    expect((await data(gone))('PostgreSQL')?.level).toBe('broken');
    expect((await look(checkMoney, gone))('measures')?.level).toBe('broken');
  });

  test('names a Redis that forgets counters, and one that is away', async () => {
    await redis.config('SET', 'maxmemory-policy', 'allkeys-lru');
    expect((await data())('Redis eviction')).toMatchObject({
      level: 'broken',
      seen: 'allkeys-lru',
    });
    await redis.config('SET', 'maxmemory-policy', 'noeviction');
    expect((await data())('Redis eviction')?.level).toBe('good');
    const gone = await data({ redisUrl: `redis://127.0.0.1:${await freePort()}` });
    expect(gone('Redis')?.level).toBe('broken');
  });

  test('names books that were tampered with', async () => {
    const { $client } = owner.db;
    const wallet = accounts.wallet(1);
    const shift = (micro: number) =>
      $client.begin(async (tx) => {
        await tx.unsafe('SET LOCAL session_replication_role = replica');
        await tx.unsafe(`UPDATE balance SET amount_micro_cny = amount_micro_cny + ${micro}
          WHERE account_id = (SELECT id FROM account WHERE code = '${wallet}')`);
      });
    await shift(1);
    const money = await look(checkMoney);
    expect(money('ledger rules')?.level).toBe('broken');
    expect(money('ledger rules')?.seen).toContain(wallet);
    await shift(-1);
  });

  test('names a house in which nothing runs: no node, no market, no door, letters that lie', async () => {
    await owner.db.$client`
      INSERT INTO letter (kind, recipient, subject, body, next_at, expires_at, created_at)
      VALUES ('member.invite', 'a@example.cn', 's', 'b', now() - interval '1 hour', now() + interval '1 day', now() - interval '1 hour')`;
    const port = await freePort();
    const work = await look(checkWork, {
      publicUrl: `http://127.0.0.1:${port}`,
      exchangeUrl: `http://127.0.0.1:${port}`,
    });
    for (const name of ['bidding nodes', 'market', 'api', 'exchange'])
      expect(work(name)?.level, name).toBe('broken');
    expect(work('letters')?.level).toBe('warning');
  });

  test('names secrets that are short, and a console without HTTPS', async () => {
    const publicUrl = 'http://ads.example.cn';
    const env = { AUTH_SECRET: 'short', TOKEN_KEY: 'ab'.repeat(32) };
    const machine = await look((each) => checkMachine(each, env), { publicUrl });
    expect(machine('AUTH_SECRET')?.level).toBe('broken');
    expect(machine('TOKEN_KEY')?.level).toBe('good');
    expect(machine('PUBLIC_URL')?.level).toBe('warning');
  });
});
