import { sql } from 'drizzle-orm';
import { beforeAll, describe, expect, test } from 'vitest';
import { record, verifyAuditChain } from '../../../../api/audit/audit.ts';
import { auditEntry } from '../../../../db/schema/audit.ts';
import { newAdvertiser, newCaller, openTestApi, type TestApi } from '../../../kit/actors.ts';
import { openTestDatabase } from '../../../kit/database.ts';
import { openTestRedis } from '../../../kit/redis.ts';

let api: TestApi;
beforeAll(async () => {
  const { db } = await openTestDatabase({ max: 20 });
  api = openTestApi({ db, redis: await openTestRedis() });
});

const entry = (n: number) => ({
  actor: { userId: `user-${n}` },
  action: 'test.act',
  subject: `test:${n}` as const,
  after: { n },
});

describe('the audit log', () => {
  test('chains entries of concurrent transactions without gap or deadlock', async () => {
    const { db } = api.ctx;
    await Promise.all(
      Array.from({ length: 60 }, (_, n) =>
        db.transaction(async (tx) => {
          await record(tx, entry(n));
          await record(tx, entry(n));
        }),
      ),
    );
    expect(await verifyAuditChain(db)).toEqual({ entries: 120, brokenAt: null });
  });

  test('keeps nothing of what was rolled back', async () => {
    const { db } = api.ctx;
    const before = await db.$count(auditEntry);
    await db
      .transaction(async (tx) => {
        await record(tx, entry(1));
        throw new Error('no');
      })
      .catch(() => {});
    expect(await db.$count(auditEntry)).toBe(before);
    expect((await verifyAuditChain(db)).brokenAt).toBeNull();
  });

  test.each([
    ['changed', sql`UPDATE audit_entry SET action = 'x' WHERE chain_no = 1`],
    ['deleted', sql`DELETE FROM audit_entry WHERE chain_no = 1`],
    ['emptied', sql`TRUNCATE audit_entry`],
  ])('cannot be %s', async (_what, statement) => {
    const failed = await api.ctx.db.execute(statement).then(
      () => undefined,
      (error: { cause?: Error }) => error.cause?.message,
    );
    expect(failed).toContain('append-only');
  });

  test('shows where somebody with the database in hand changed it', async () => {
    const { db } = api.ctx;
    await db
      .transaction(async (tx) => {
        await tx.execute(sql`ALTER TABLE audit_entry DISABLE TRIGGER audit_entry_no_change`);
        await tx.execute(sql`UPDATE audit_entry SET user_id = 'nobody' WHERE chain_no = 7`);
        await tx.execute(sql`ALTER TABLE audit_entry ENABLE TRIGGER audit_entry_no_change`);
      })
      .catch((error) => {
        throw error;
      });
    expect((await verifyAuditChain(db)).brokenAt).toBe(7);
  });
});

test('operators search and export; everybody else is kept out', async () => {
  const operator = await newCaller(api, 'platform', { roles: ['operator'] });
  const buyer = await newAdvertiser(api);
  const found = await operator.call('GET', '/api/audit?subject=test:3&limit=1');
  expect(found.body.items).toMatchObject([{ userId: 'user-3', action: 'test.act' }]);
  expect(found.body.nextCursor).not.toBeNull();
  const next = await operator.call(
    'GET',
    `/api/audit?subject=test:3&limit=1&cursor=${found.body.nextCursor}`,
  );
  expect(next.body.items[0].id).toBeLessThan(found.body.items[0].id);
  const csv = await operator.call<string>('GET', '/api/audit/export?subject=test:3');
  expect(csv.body.split('\n')).toHaveLength(4);
  expect((await buyer.call('GET', '/api/audit')).status).toBe(403);
});
