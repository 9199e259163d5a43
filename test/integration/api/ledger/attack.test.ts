/** What hand-written SQL can do to the ledger: nothing, as its owner; less than nothing, as the application. */
import { sql } from 'drizzle-orm';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  accounts,
  ledgerFaults,
  placeHold,
  post,
  sealJournals,
} from '../../../../api/ledger/ledger.ts';
import type { Database, Transaction } from '../../../../db/client.ts';
import { openTestDatabase } from '../../../kit/database.ts';

let db: Database;
beforeAll(async () => {
  ({ db } = await openTestDatabase());
  await post(db, [
    {
      key: 'fill',
      kind: 'top_up',
      day: '2026-11-10',
      entries: [
        { account: accounts.alipayCash, amountMicroCny: 1_000_000n },
        { account: accounts.wallet(1), amountMicroCny: -1_000_000n },
      ],
    },
  ]);
  await placeHold(db, { key: 'h', account: accounts.wallet(1), amountMicroCny: 10n });
  await sealJournals(db);
});

const cause = (error: unknown) => (error as { cause?: { code?: string } }).cause?.code;

/** The SQLSTATE that a statement fails with; undefined where it succeeds. Whatever it did is rolled back. */
async function refused(
  statement: string,
  prepare: (tx: Transaction) => Promise<unknown> = async () => {},
): Promise<string | undefined> {
  let code: string | undefined;
  await db
    .transaction(async (tx) => {
      await prepare(tx);
      await tx.execute(sql.raw(statement)).catch((error: unknown) => {
        code = cause(error) ?? String(error);
      });
      throw new Error('roll back');
    })
    .catch(() => {});
  return code;
}

const JOURNAL = `INSERT INTO journal (key, body_hash, kind, day, line_count)
  VALUES ('hand', '\\x00', 'test', '2026-11-10', 2)`;
const WALLET = `(SELECT id FROM account WHERE code = 'wallet:1')`;
const CASH = `(SELECT id FROM account WHERE code = 'alipay_cash')`;
const LAST = `(SELECT max(id) FROM journal)`;

describe('the owner of the database', () => {
  it.each([
    ['UPDATE journal SET memo = memo', 'HL006'],
    ['DELETE FROM journal', 'HL006'],
    ['TRUNCATE journal CASCADE', 'HL006'],
    ['UPDATE entry SET amount_micro_cny = amount_micro_cny', 'HL006'],
    ['DELETE FROM entry', 'HL006'],
    ['TRUNCATE entry', 'HL006'],
    ['UPDATE journal_block SET hash = hash', 'HL006'],
    ['DELETE FROM balance', 'HL006'],
    ['DELETE FROM hold', 'HL006'],
    ['DELETE FROM period', 'HL006'],
    ["UPDATE period SET status = 'closed', certificate = '{}' WHERE status = 'open'", 'HL003'],
    ['UPDATE balance SET amount_micro_cny = 0 WHERE floor_micro_cny IS NOT NULL', '23514'],
    ['UPDATE balance SET held_micro_cny = 2000000 WHERE floor_micro_cny IS NOT NULL', '23514'],
    ['UPDATE hold SET captured_micro_cny = 11', '23514'],
  ])('cannot run %s', async (statement, code) => {
    expect(await refused(statement)).toBe(code);
  });

  const handWritten: [string, string, string | undefined][] = [
    ['one line of two', `(${LAST}, 1, ${WALLET}, '2026-11-10', 5)`, 'HL004'],
    [
      'lines that do not sum to zero',
      `(${LAST}, 1, ${WALLET}, '2026-11-10', 5), (${LAST}, 2, ${CASH}, '2026-11-10', -6)`,
      'HL004',
    ],
    [
      'lines on another day',
      `(${LAST}, 1, ${WALLET}, '2026-11-09', 10000), (${LAST}, 2, ${CASH}, '2026-11-09', -10000)`,
      'HL004',
    ],
    [
      'cash in fractions of a fen',
      `(${LAST}, 1, ${WALLET}, '2026-11-10', 5), (${LAST}, 2, ${CASH}, '2026-11-10', -5)`,
      'HL005',
    ],
    [
      'more than the wallet has',
      `(${LAST}, 1, ${WALLET}, '2026-11-10', 2000000), (${LAST}, 2, ${CASH}, '2026-11-10', -2000000)`,
      'HL002',
    ],
    [
      'what is balanced, whole and covered',
      `(${LAST}, 1, ${WALLET}, '2026-11-10', 10000), (${LAST}, 2, ${CASH}, '2026-11-10', -10000)`,
      undefined,
    ],
  ];
  it.each(handWritten)(
    'inserting by hand %s is judged by the same rules',
    async (_, values, code) => {
      const insert = `INSERT INTO entry (journal_id, ordinal, account_id, day, amount_micro_cny) VALUES ${values}`;
      expect(await refused(insert, (tx) => tx.execute(sql.raw(JOURNAL)))).toBe(code);
    },
  );

  it('cannot add lines to a journal that has them', async () => {
    const more = `INSERT INTO entry (journal_id, ordinal, account_id, day, amount_micro_cny)
      SELECT journal_id, ordinal + 2, account_id, day, -amount_micro_cny FROM entry`;
    expect(await refused(more)).toBe('HL004');
  });

  it('who switches the triggers off is found out by the chain', async () => {
    let faults: { fault: string }[] = [];
    await db
      .transaction(async (tx) => {
        await tx.execute(sql`ALTER TABLE entry DISABLE TRIGGER ALL`);
        await tx.execute(sql`UPDATE entry SET amount_micro_cny = amount_micro_cny * 2`);
        await tx.execute(sql`UPDATE balance SET amount_micro_cny = amount_micro_cny * 2`);
        faults = await ledgerFaults(tx, { chain: true });
        throw new Error('roll back');
      })
      .catch(() => {});
    expect(faults.map((fault) => fault.fault)).toContain('journal body does not hash');
    expect(await ledgerFaults(db, { chain: true })).toEqual([]);
  });
});

describe('the application’s role', () => {
  const asApp = (tx: Transaction) => tx.execute(sql`SET LOCAL ROLE hongze_app`);

  it.each([
    JOURNAL,
    `INSERT INTO period (month) VALUES ('2030-01')`,
    `UPDATE balance SET floor_micro_cny = -1000000000`,
    `UPDATE hold SET status = 'released'`,
    `UPDATE period SET status = 'closing'`,
    `INSERT INTO account_kind VALUES ('x', 'asset', 1, false, NULL, false, 1)`,
    `UPDATE account_kind SET floor_micro_cny = NULL`,
    `INSERT INTO journal_block VALUES (99, 0, 1, 1, '\\x00', '\\x00')`,
    `ALTER TABLE entry DISABLE TRIGGER ALL`,
    `SELECT ledger_open_accounts(ARRAY['wallet:5'])`,
    `SELECT ledger_lock_account('wallet:1')`,
    `CREATE OR REPLACE FUNCTION ledger_seal() RETURNS bigint LANGUAGE sql AS 'SELECT 0::bigint'`,
    `ALTER TABLE entry OWNER TO hongze_app`,
  ])('may not: %s', async (statement) => {
    expect(await refused(statement, asApp)).toBe('42501');
  });

  it('posts, holds, captures and reads through the functions', async () => {
    await db.transaction(async (tx) => {
      await asApp(tx);
      const hold = { key: 'app', account: accounts.wallet(1), amountMicroCny: 500n };
      await placeHold(tx, hold);
      const [posted] = await post(tx, [
        {
          key: 'app-charge',
          kind: 'charge',
          day: '2026-11-10',
          entries: [
            { account: accounts.wallet(1), amountMicroCny: 500n },
            { account: accounts.payable(4242), amountMicroCny: -500n },
          ],
          captures: [{ holdKey: 'app', amountMicroCny: 500n }],
        },
      ]);
      expect(posted?.replayed).toBe(false);
      expect(await ledgerFaults(tx, { chain: true })).toEqual([]);
    });
  });

  it('cannot smuggle its own tables into a function that runs as another', async () => {
    const fake = (tx: Transaction) =>
      tx
        .execute(sql`CREATE TEMP TABLE account_kind (kind text, class text, normal smallint, per_owner boolean,
          floor_micro_cny bigint, whole_fen boolean, stripes smallint)`)
        .then(() =>
          tx.execute(
            sql`INSERT INTO pg_temp.account_kind VALUES ('loot', 'asset', 1, false, NULL, false, 1)`,
          ),
        )
        .then(() => tx.execute(sql`GRANT ALL ON pg_temp.account_kind TO PUBLIC`))
        .then(() => asApp(tx));
    const posting = `SELECT * FROM ledger_post('[{"n":0,"key":"loot","kind":"x","day":"2026-11-10"}]',
      '[{"n":0,"account":"loot","amount":"1"},{"n":0,"account":"payable:1","amount":"-1"}]')`;
    expect(await refused(posting, fake)).toBe('HL008');
  });
});
