import { randomBytes } from 'node:crypto';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import postgres from 'postgres';
import { afterAll, expect, inject, test } from 'vitest';
import { databaseUrl } from '../../../db/embedded/postgres.ts';
import { MIGRATIONS_DIR, migrate, readMigrations } from '../../../db/migrate.ts';

/** The last migration of version 0.1.0. */
const FIRST_VERSION = '0090_reconciliation_bills.sql';

const server = inject('postgresUrl');
const name = `upgrade_${randomBytes(4).toString('hex')}`;
const url = databaseUrl(server, name);
const folder = mkdtempSync(join(tmpdir(), 'hongze-upgrade-'));
const admin = postgres(server, { max: 1, onnotice: () => {} });

afterAll(async () => {
  await admin.unsafe(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  await admin.end();
  rmSync(folder, { recursive: true, force: true });
});

/** What a small deployment of 0.1.0 holds, written as its programs wrote it. */
const OLD_DATA = `
  INSERT INTO organization (id, name, slug, kind) VALUES ('o1', '龙井茶业', 'o1', 'advertiser'), ('o2', '富阳融媒', 'o2', 'outlet');
  INSERT INTO user_account (id, name, email, email_verified) VALUES ('u1', '沈雁', 'shen@old.test', true);
  INSERT INTO organization_member (id, organization_id, user_id, role) VALUES ('m1', 'o1', 'u1', 'owner');
  INSERT INTO advertiser (organization_id, name, category, status) VALUES ('o1', '龙井茶业', 'food', 'active');
  INSERT INTO outlet (organization_id, name, tier, division_code, status) VALUES ('o2', '富阳融媒', 'county', '330111', 'active');
  INSERT INTO property (outlet_id, kind, name) VALUES (1, 'site', '富阳新闻');
  INSERT INTO placement (outlet_id, property_id, name, format, sizes, floor_cpm_fen) VALUES (1, 1, '首页', 'banner', '[]', 100);
  INSERT INTO campaign (advertiser_id, name, total_budget_micro_cny, starts_on, ends_on)
    VALUES (1, '春茶', 1000000000, '2026-03-01', '2026-03-31');
  INSERT INTO audit_entry (at, user_id, organization_id, action, subject) VALUES (now(), 'u1', 'o1', 'campaign.create', 'campaign:1');
  SELECT ledger_post('[{"n":0,"key":"top-up:1","kind":"top_up","day":"2026-03-02","memo":null,"subject":null}]',
    '[{"n":0,"account":"alipay_cash","amount":"5000000"},{"n":0,"account":"wallet:1","amount":"-5000000"}]');
`;

test('a database of version 0.1.0 comes to the present with its rows, books and chains whole', async () => {
  await admin.unsafe(`CREATE DATABASE ${name}`);
  for (const one of readMigrations().filter((each) => each.name <= FIRST_VERSION)) {
    copyFileSync(join(MIGRATIONS_DIR, one.name), join(folder, one.name));
  }
  await migrate(url, { folder });
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    await sql.unsafe(OLD_DATA);
    const tables = [
      'advertiser',
      'outlet',
      'placement',
      'campaign',
      'audit_entry',
      'journal',
      'entry',
      'balance',
    ];
    const counts = async () =>
      Object.fromEntries(
        await Promise.all(
          tables.map(async (table) => [
            table,
            (await sql`SELECT count(*)::int AS n FROM ${sql(table)}`)[0]?.n,
          ]),
        ),
      );
    const before = await counts();
    expect(before).toMatchObject({ advertiser: 1, journal: 1, entry: 2, audit_entry: 1 });
    const applied = await migrate(url);
    expect(applied.length).toBe(readMigrations().length - readMigrations(folder).length);
    expect(await counts()).toEqual(before);
    expect(await sql`SELECT * FROM ledger_faults()`).toHaveLength(0);
    const [chain] = await sql`
      SELECT hash = audit_hash(e, chain_no, previous_hash) AS holds FROM audit_entry e`;
    expect(chain).toEqual({ holds: true });
    // A second run finds nothing to do; programs of the old version go on reading and writing what they knew.
    expect(await migrate(url)).toEqual([]);
    await sql`UPDATE campaign SET name = '春茶二期' WHERE id = 1`;
  } finally {
    await sql.end();
  }
});
