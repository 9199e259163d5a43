/** The doctor's look at the servers themselves: versions, durability, clocks, migrations, walls, the replica, Redis's settings. */
import { Redis } from 'ioredis';
import type postgres from 'postgres';
import { connect } from '../../db/client.ts';
import { readMigrations } from '../../db/migrate.ts';
import { openReplica } from '../../db/replica.ts';
import { houseOf } from '../../db/scope.ts';
import { type Finding, judge } from './finding.ts';
import type { Places } from './places.ts';

export async function checkData(places: Places): Promise<Finding[]> {
  return [
    ...(await checkPostgres(places)),
    ...(places.replicaUrl ? [await checkReplica(places.databaseUrl, places.replicaUrl)] : []),
    ...(await checkRedis(places)),
  ];
}

async function checkPostgres({ databaseUrl, demo }: Places): Promise<Finding[]> {
  const db = connect(databaseUrl, { max: 1 });
  const sql = db.$client;
  try {
    const began = Date.now();
    const [row] = await sql<{ version: string; ms: string; fsync: string; wal: string }[]>`
      select current_setting('server_version') as version, current_setting('fsync') as fsync,
        current_setting('archive_mode') as wal, extract(epoch from clock_timestamp()) * 1000 as ms`;
    const applied = await houseOf(db).execute<{ name: string; sha256: string }>(
      'select name, sha256 from schema_migration',
    );
    const skew = Math.abs(Number(row?.ms) - (began + Date.now()) / 2);
    const known = new Map(applied.map(({ name, sha256 }) => [name, sha256]));
    const missing = readMigrations().filter(({ name, sha256 }) => known.get(name) !== sha256);
    const version = row?.version ?? '0';
    const names = missing.map(({ name }) => name).join(', ');
    const findings = [
      judge(
        'PostgreSQL',
        Number.parseInt(version, 10) >= 14,
        version,
        'use PostgreSQL 14 or newer',
      ),
      judge(
        'PostgreSQL fsync',
        row?.fsync === 'on',
        `${row?.fsync}`,
        'never run money without fsync',
      ),
      judge('clocks', skew < 1000, `${skew.toFixed(0)} ms apart`, 'run NTP on both machines'),
      judge('migrations', missing.length === 0, names || `${applied.length} applied`, 'migrate'),
    ];
    findings.push(...(await checkWalls(sql)));
    if (demo) return findings;
    const archived = row?.wal !== 'off';
    const remedy = 'archive the WAL: see ops/backup.md';
    return [...findings, judge('WAL archive', archived, `${row?.wal}`, remedy, 'warning')];
  } catch (error) {
    const seen = (error as Error).message || String(error);
    return [{ level: 'broken', what: 'PostgreSQL', seen, remedy: 'check DATABASE_URL' }];
  } finally {
    await sql.end({ timeout: 1 });
  }
}

/** Whether the replica would be read. */
async function checkReplica(databaseUrl: string, replicaUrl: string): Promise<Finding> {
  const what = 'read replica';
  const primary = connect(databaseUrl, { max: 1 });
  const replica = openReplica(replicaUrl);
  try {
    await replica.read(primary, (db) => db.execute('SELECT 1'));
    const { lagMs } = replica.state;
    const isRead = replica.state.replica > 0 && lagMs !== null;
    const seen = isRead ? `${lagMs.toFixed(0)} ms behind` : 'lags, is away, or is no replica';
    const remedy = 'reports are read from the primary meanwhile; look at DATABASE_REPLICA_URL';
    return judge(what, isRead, seen, remedy, 'warning');
  } catch (error) {
    const seen = (error as Error).message || String(error);
    return { level: 'warning', what, seen, remedy: 'check DATABASE_URL first' };
  } finally {
    await Promise.all([replica.close(), primary.$client.end({ timeout: 1 })]);
  }
}

/** Whether PostgreSQL itself keeps tenants apart (db/walls.ts), and the programs log in as who sees nothing by itself. */
async function checkWalls(sql: postgres.Sql): Promise<Finding[]> {
  const [row] = await sql<
    { bare: number; owner: boolean; member: boolean; sees: boolean; login: string }[]
  >`
    select current_user as login,
      count(*) filter (where not c.relrowsecurity)::int as bare,
      bool_or(pg_has_role(current_user, c.relowner, 'MEMBER')) as owner,
      bool_or(has_table_privilege(c.oid, 'SELECT')) as sees,
      coalesce((select count(*) = 2 and bool_and(pg_has_role(current_user, r.oid, 'MEMBER'))
        from pg_roles r where r.rolname in ('hongze_app', 'hongze_worker')), false) as member
    from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
      and not c.relispartition`;
  const advice = 'run ops/postgres/program.sql as a superuser; migrate as the owner, run as this';
  const holds = [row?.owner && 'owns the tables', row?.sees && 'sees rows by itself'];
  return [
    judge('row-level security', row?.bare === 0, `${row?.bare} tables without`, 'migrate'),
    judge('database roles', row?.member === true, `${row?.login}`, advice),
    judge(
      'database login',
      row?.owner === false && !row.sees,
      `${row?.login} ${holds.filter(Boolean).join(' and ') || 'owns nothing and sees nothing'}`,
      advice,
      'warning',
    ),
  ];
}

async function checkRedis({ redisUrl }: Places): Promise<Finding[]> {
  const redis = new Redis(redisUrl, {
    lazyConnect: true,
    maxRetriesPerRequest: 1,
    retryStrategy: () => null,
  });
  redis.on('error', () => {});
  try {
    await redis.connect();
    const info = await redis.info();
    const field = (name: string) => new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1] ?? '';
    const version = field('redis_version');
    const policy = field('maxmemory_policy');
    const durable = field('aof_enabled') === '1';
    return [
      judge('Redis', Number.parseInt(version, 10) >= 7, version, 'use Redis or Valkey 7 or newer'),
      judge(
        'Redis eviction',
        policy === 'noeviction',
        policy,
        'maxmemory-policy noeviction: evicted counters overspend',
      ),
      judge(
        'Redis append-only file',
        durable,
        durable ? 'on' : 'off',
        'appendonly yes: events wait in streams',
        'warning',
      ),
    ];
  } catch (error) {
    const seen = (error as Error).message;
    return [{ level: 'broken', what: 'Redis', seen, remedy: 'check REDIS_URL' }];
  } finally {
    redis.disconnect();
  }
}
