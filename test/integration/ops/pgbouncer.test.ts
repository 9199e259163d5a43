import { afterAll, describe, expect, inject, test } from 'vitest';
import { createWorker } from '../../../api/worker.ts';
import { connect } from '../../../db/client.ts';
import { within } from '../../../db/scope.ts';
import { newAdvertiser, openTestApi } from '../../kit/actors.ts';
import { openTestDatabase } from '../../kit/database.ts';
import { findProgram } from '../../kit/debian.ts';
import { campaignInput, newCampaign } from '../../kit/market.ts';
import { startPgBouncer } from '../../kit/pgbouncer.ts';
import { openTestRedis } from '../../kit/redis.ts';

const NOW = Date.parse('2026-03-02T10:00:00+08:00');
// A server of the environment wants passwords that PgBouncer would have to be told.
const program = process.env.DATABASE_URL ? null : await findProgram('pgbouncer');

describe.skipIf(!program)(
  'PgBouncer in transaction mode, three connections for forty',
  async () => {
    if (!program) return;
    const direct = await openTestDatabase();
    const bouncer = await startPgBouncer(program, inject('postgresUrl'), 3);
    const db = connect(bouncer.through(direct.url), { max: 40 });
    afterAll(async () => {
      await db.$client.end({ timeout: 1 });
      await bouncer.stop();
    });
    const api = openTestApi({ db, redis: await openTestRedis(), clock: () => NOW });

    test('forty requests at once each see their own organisation and nothing else', async () => {
      const buyers = await Promise.all(Array.from({ length: 4 }, () => newAdvertiser(api)));
      for (const buyer of buyers) await newCampaign(buyer, buyer.advertiserId, NOW);
      const seen = await Promise.all(
        Array.from({ length: 40 }, async (_, i) => {
          const buyer = buyers[i % 4] as (typeof buyers)[number];
          const scope = { organizationId: buyer.organizationId, personId: buyer.userId };
          const rows = await within(db, scope).execute<{ id: number }>(
            'SELECT DISTINCT advertiser_id::int AS id FROM campaign',
          );
          return rows.map(({ id }) => id === buyer.advertiserId);
        }),
      );
      expect(seen).toEqual(Array.from({ length: 40 }, () => [true]));
    });

    test('a change with an Idempotency-Key is made once', async () => {
      const buyer = await newAdvertiser(api);
      const ask = () =>
        buyer.call('POST', '/api/campaigns', campaignInput(buyer.advertiserId, NOW), {
          'idempotency-key': 'once-and-for-all',
        });
      const first = await ask();
      const second = await ask();
      expect(first.status).toBe(201);
      expect(second.body).toEqual(first.body);
    });

    test('the worker leads, and every task of its runs', async () => {
      const failed: unknown[] = [];
      const worker = createWorker(api.ctx, { log: (entry) => failed.push(entry) });
      await worker.tick();
      worker.start();
      await worker.stop();
      expect(failed).toEqual([]);
    });
  },
);
