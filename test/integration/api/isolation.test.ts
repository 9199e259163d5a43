/**
 * Every endpoint of the OpenAPI document, tried by every kind of stranger with the ids of somebody else: in the path, in
 * the query, in the body. A new endpoint is in the test as soon as it is in the document.
 */
import { sql } from 'drizzle-orm';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  type Answer,
  type Caller,
  newAdvertiser,
  newCaller,
  newOutlet,
  openTestApi,
  send,
  type TestApi,
} from '../../kit/actors.ts';
import { openTestDatabase } from '../../kit/database.ts';
import { seedDivisions } from '../../kit/market.ts';
import { openTestRedis } from '../../kit/redis.ts';
import { type Schema, sample } from '../../kit/samples.ts';
import { SECRET, SECRET_DIGITS } from './papers.ts';
import { makeTheirs, type Theirs } from './theirs.ts';

const NOW = Date.parse('2026-03-02T10:00:00+08:00');

interface Operation {
  method: string;
  path: string;
  query: string[];
  body: Schema | undefined;
}

let api: TestApi;
let operations: Operation[];
let components: Record<string, Schema>;
let strangers: { who: string; caller: Caller }[];
/** Ids of the other side by the first segment of a path, and by the name of a field. */
let bySegment: Theirs['bySegment'];
let byField: Theirs['byField'];

beforeAll(async () => {
  const { db } = await openTestDatabase();
  api = openTestApi({ db, redis: await openTestRedis(), clock: () => NOW });
  await seedDivisions(api);
  ({ bySegment, byField } = await makeTheirs(api, NOW));
  const mine = await newAdvertiser(api);
  const myOutlet = await newOutlet(api);
  const agency = await newCaller(api, 'agency');
  strangers = [
    { who: 'another advertiser', caller: mine },
    { who: 'another outlet', caller: myOutlet },
    { who: 'an agency without clients', caller: agency },
  ];
  const document = (await send<OpenApi>(api.app, 'GET', '/api/openapi.json')).body;
  components = document.components?.schemas ?? {};
  operations = operationsOf(document);
});

interface OpenApi {
  components?: { schemas?: Record<string, Schema> };
  paths: Record<
    string,
    Record<
      string,
      {
        parameters?: { in: string; name: string }[];
        requestBody?: { content: Record<string, { schema: Schema }> };
      }
    >
  >;
}

const operationsOf = (document: OpenApi): Operation[] =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      method: method.toUpperCase(),
      path,
      query: (operation.parameters ?? []).flatMap((one) => (one.in === 'query' ? [one.name] : [])),
      body: Object.values(operation.requestBody?.content ?? {})[0]?.schema,
    })),
  );

/** The path with somebody else's id in it; undefined where this test has not been told of such a thing. */
function foreignPath(path: string): string | undefined {
  const [stem = '', ...rest] = path.replace(/^\/api\//, '').split(/\/\{[^}]+\}/);
  const id = bySegment[stem];
  if (id === undefined) return undefined;
  return `/api/${stem}/${id}${rest.join('/1')}`;
}

const bodyOf = (operation: Operation): unknown =>
  operation.body === undefined
    ? undefined
    : sample(operation.body, { components, named: (name) => byField[name] });

/** Everything that belongs to the other side, as one text: equal before and after, or somebody wrote. */
async function theirState(): Promise<string> {
  const tables = [
    'advertiser', 'campaign', 'line_item', 'line_item_creative', 'creative', 'review_task', 'asset', 'outlet', 'property',
    'placement', 'floor_rule', 'booking_order', 'booking_line', 'booking_slot', 'booking_evidence', 'booking_day', 'booking_change', 'psa_airing', 'media_plan', 'outlet_admission', 'rate_card', 'statement', 'payout', 'top_up', 'contract', 'contract_version', 'contract_party', 'statement_adjustment', 'stop', 'invoice', 'invoice_title', 'red_letter', 'wallet_credit', 'credit_line', 'credit_proposal',
    'organization_member', 'api_key',
    'webhook_endpoint', 'webhook_delivery', 'report_export', 'report_schedule',
    'deal', 'deal_placement', 'deal_line_item', 'demand_partner', 'supply_partner',
    'segment', 'segment_member', 'article', 'qualification', 'feedback_case', 'landing_check', 'creative_archive',
  ]; // biome-ignore format: a list
  const owners = sql`(SELECT organization_id FROM advertiser WHERE id = ${byField.advertiserId}
    UNION SELECT organization_id FROM outlet WHERE id = ${byField.outletId})`;
  const parts = await Promise.all(
    tables.map(async (table) => {
      const mine =
        table === 'organization_member'
          ? sql`t.organization_id IN ${owners}`
          : table === 'api_key'
            ? sql`t.organization_id IN ${owners}`
            : sql`true`;
      const [row] = await api.ctx.db.execute<{ digest: string }>(
        sql`SELECT coalesce(md5(string_agg((to_jsonb(t) - 'last_used_at')::text, ',' ORDER BY t::text)), '') AS digest
          FROM ${sql.identifier(table)} t WHERE ${mine}`,
      );
      return `${table} ${row?.digest}`;
    }),
  );
  return parts.join('\n');
}

/** Answers a question about the open market; placements and divisions are nobody's secret. */
const COMPUTES = '/api/forecast';
const PUBLIC = /^\/api\/(health|divisions|payments\/alipay\/notify|openapi|docs|public|session$)/;

describe('without a session', () => {
  test('every endpoint but the public ones answers 401', async () => {
    const open: string[] = [];
    for (const operation of operations) {
      if (PUBLIC.test(operation.path)) continue;
      const path = operation.path.replace(/\{[^}]+\}/g, '1');
      const { status } = await send(api.app, operation.method, path, bodyOf(operation));
      if (status !== 401) open.push(`${operation.method} ${operation.path}: ${status}`);
    }
    expect(open).toEqual([]);
  });
});

describe('with somebody else’s id', () => {
  test('this test knows an id for every path that takes one', () => {
    const unknown = operations
      .filter((one) => one.path.includes('{') && foreignPath(one.path) === undefined)
      .map((one) => one.path);
    expect([...new Set(unknown)]).toEqual([]);
  });

  test('in the path, every endpoint answers 403 or 404, and nothing of theirs changes', async () => {
    const before = await theirState();
    const wrong: string[] = [];
    let tried = 0;
    for (const { who, caller } of strangers) {
      for (const operation of operations.filter((one) => one.path.includes('{'))) {
        const path = foreignPath(operation.path) as string;
        const answer = await caller.call(operation.method, path, bodyOf(operation));
        tried++;
        if (answer.status !== 403 && answer.status !== 404) {
          wrong.push(`${who}: ${operation.method} ${operation.path}: ${say(answer)}`);
        }
      }
    }
    expect(wrong).toEqual([]);
    expect(tried).toBeGreaterThan(100);
    expect(await theirState()).toBe(before);
  });

  test('in the query, nothing of theirs is told', async () => {
    const told: string[] = [];
    for (const { who, caller } of strangers) {
      for (const operation of operations) {
        if (operation.method !== 'GET' || operation.path.includes('{')) continue;
        if (operation.path === '/api/live') continue; // a stream: refused to all but operators, tested with them
        for (const name of ['', ...operation.query.filter((one) => one in byField)]) {
          const query = new URLSearchParams({ from: '2026-03-01', to: '2026-03-03' });
          if (!operation.query.includes('from')) query.delete('from');
          if (!operation.query.includes('to')) query.delete('to');
          if (name) query.set(name, String(byField[name]));
          const answer = await caller.call('GET', `${operation.path}?${query}`);
          const text = JSON.stringify(answer.body);
          if (answer.status >= 500 || text.includes(SECRET) || text.includes(SECRET_DIGITS)) {
            told.push(`${who}: ${operation.path}?${query}: ${say(answer)}`);
          }
        }
      }
    }
    expect(told).toEqual([]);
  });

  test('in the body, nothing is made or changed on their behalf', async () => {
    const before = await theirState();
    const done: string[] = [];
    for (const { who, caller } of strangers) {
      for (const operation of operations) {
        if (operation.method === 'GET' || operation.path.includes('{')) continue;
        if (operation.path === COMPUTES) continue;
        if (operation.path === '/api/assets' || PUBLIC.test(operation.path)) continue;
        const body = bodyOf(operation);
        // Only bodies that name somebody else's thing; the others are an own affair.
        if (!namesTheirs(body)) continue;
        const answer = await caller.call(operation.method, operation.path, body);
        if (answer.status < 400 || answer.status >= 500) {
          done.push(`${who}: ${operation.method} ${operation.path}: ${say(answer)}`);
        }
      }
    }
    expect(done).toEqual([]);
    expect(await theirState()).toBe(before);
  });
});

/** A field of the body holds their id: by its name, since a small number may be anything. */
function namesTheirs(body: unknown): boolean {
  const text = JSON.stringify(body ?? null);
  return Object.entries(byField).some(([name, id]) => {
    const value = JSON.stringify(id);
    return text.includes(`"${name}":${value}`) || text.includes(`"${name}s":[${value}`);
  });
}

const say = (answer: Answer): string =>
  `${answer.status} ${JSON.stringify(answer.body).slice(0, 160)}`;

test('no request of this file was answered by a bug', () => {
  expect(api.bugs).toEqual([]);
});
