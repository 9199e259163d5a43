import { beforeAll, describe, expect, test } from 'vitest';
import { deliveryChange } from '../../../../db/schema/delivery.ts';
import {
  newAdvertiser,
  newCaller,
  newOutlet,
  openTestApi,
  type TestApi,
} from '../../../kit/actors.ts';
import { openTestDatabase } from '../../../kit/database.ts';
import { newPlacement, seedDivisions } from '../../../kit/market.ts';
import { openTestRedis } from '../../../kit/redis.ts';

const NOW = Date.parse('2026-03-02T10:00:00+08:00');
let api: TestApi;
let seller: Awaited<ReturnType<typeof newOutlet>>;
let operator: Awaited<ReturnType<typeof newCaller>>;

beforeAll(async () => {
  const { db } = await openTestDatabase();
  api = openTestApi({ db, redis: await openTestRedis(), clock: () => NOW });
  await seedDivisions(api);
  seller = await newOutlet(api);
  operator = await newCaller(api, 'platform', { roles: ['operator'] });
});

describe('taking an outlet in', () => {
  test('opens its organisation and starts as pending', async () => {
    const answer = await operator.call('POST', '/api/outlets', {
      name: '西湖融媒',
      tier: 'county',
      divisionCode: '330106',
    });
    expect(answer).toMatchObject({ status: 201, body: { status: 'pending' } });
    expect(answer.body.organizationId).not.toBe('');
  });

  test.each([
    ['a county outlet with a city’s code', { tier: 'county', divisionCode: '330100' }],
    ['a division that does not exist', { tier: 'county', divisionCode: '330199' }],
  ])('refuses %s', async (_what, wrong) => {
    const answer = await operator.call('POST', '/api/outlets', { name: 'x', ...wrong });
    expect(answer.body.errors).toMatchObject([{ pointer: '/divisionCode' }]);
  });

  test('is the platform’s alone', async () => {
    const input = { name: 'x', tier: 'county', divisionCode: '330106' };
    expect((await seller.call('POST', '/api/outlets', input)).status).toBe(403);
  });
});

test('an outlet that was never admitted is not switched on by an edit, nor one that was switched back', async () => {
  const fresh = await newOutlet(api, { status: 'pending' });
  const edit = (id: number, status: string) =>
    operator.call('PATCH', `/api/outlets/${id}`, { version: 1, status });
  for (const status of ['active', 'suspended'])
    expect(await edit(fresh.outletId, status)).toMatchObject({
      status: 409,
      body: { errors: [{ pointer: '/status' }] },
    });
  const known = await newOutlet(api);
  expect((await edit(known.outletId, 'pending')).status).toBe(409);
  expect((await edit(known.outletId, 'suspended')).status).toBe(200);
});

describe('an outlet', () => {
  test('names its payee itself, but not its own status', async () => {
    const { body } = await seller.call('GET', `/api/outlets/${seller.outletId}`);
    const path = `/api/outlets/${seller.outletId}`;
    const activate = { version: body.version, status: 'suspended' };
    expect((await seller.call('PATCH', path, activate)).status).toBe(403);
    const payee = {
      version: body.version,
      payeeName: '富阳传媒有限公司',
      payeeAlipayAccount: 'pay@fuyang.cn',
    };
    expect((await seller.call('PATCH', path, payee)).body).toMatchObject({
      payeeName: '富阳传媒有限公司',
    });
  });

  test('’s clerk cannot change who is paid', async () => {
    const { organizationId } = seller;
    const clerk = await newCaller(api, 'outlet', { organizationId, roles: ['member'] });
    const { body } = await clerk.call('GET', `/api/outlets/${seller.outletId}`);
    const change = { version: body.version, payeeAlipayAccount: 'me@clerk.cn' };
    expect((await clerk.call('PATCH', `/api/outlets/${seller.outletId}`, change)).status).toBe(403);
  });

  test('is seen by buyers without payee, papers or blocklists', async () => {
    const buyer = await newAdvertiser(api);
    const { body } = await buyer.call('GET', '/api/outlets');
    const found = body.items.find((one: { id: number }) => one.id === seller.outletId);
    expect(Object.keys(found).sort()).toEqual(['divisionCode', 'id', 'name', 'status', 'tier']);
  });
});

describe('what it sells', () => {
  test('reaches the exchange: every change is in the outbox of its own transaction', async () => {
    const { placement } = await newPlacement(seller, seller.outletId);
    const path = `/api/placements/${placement.id}`;
    await seller.call('PATCH', path, { version: placement.version, floorCpmFen: 900 });
    const changes = await api.ctx.db.select().from(deliveryChange);
    const mine = changes.filter((one) => one.subject === `placement:${placement.id}`);
    expect(mine.length).toBeGreaterThanOrEqual(2);
  });

  test('fits the property: a newspaper shows no video', async () => {
    const paper = await seller.call('POST', '/api/properties', {
      outletId: seller.outletId,
      kind: 'newspaper',
      name: '富阳日报',
    });
    const answer = await seller.call('POST', '/api/placements', {
      propertyId: paper.body.id,
      name: 'x',
      format: 'video',
      floorCpmFen: 1,
    });
    expect(answer.body.errors).toMatchObject([{ pointer: '/format' }]);
  });

  test('has prices that hold from a day on and are never rewritten', async () => {
    const { placement } = await newPlacement(seller, seller.outletId);
    const publish = (priceFen: number, effectiveFrom: string) =>
      seller.call('POST', '/api/rate-cards', {
        placementId: placement.id,
        unit: 'CPD_DAY',
        priceFen,
        effectiveFrom,
      });
    expect((await publish(100, '2026-03-02')).status).toBe(201);
    expect((await publish(200, '2026-03-02')).status).toBe(409);
    expect((await publish(200, '2026-03-01')).body.errors[0].pointer).toBe('/effectiveFrom');
    expect((await publish(300, '2026-04-01')).status).toBe(201);
    const { body } = await seller.call('GET', `/api/rate-cards?placementId=${placement.id}`);
    expect(body.items.map((one: { priceFen: number }) => one.priceFen)).toEqual([100, 300]);
  });

  test('has floors by rule, on its own placements only', async () => {
    const other = await newOutlet(api);
    const theirs = await newPlacement(other, other.outletId);
    const answer = await seller.call('POST', '/api/floor-rules', {
      outletId: seller.outletId,
      placementId: theirs.placement.id,
      floorCpmFen: 1,
    });
    expect(answer.body.errors).toMatchObject([{ pointer: '/placementId' }]);
  });
});

test('a list is read page by page, each row once, and a forged cursor is refused', async () => {
  for (let i = 0; i < 5; i++) await newPlacement(seller, seller.outletId, { name: `page ${i}` });
  const seen: number[] = [];
  let cursor: string | null = null;
  do {
    const query: string = `outletId=${seller.outletId}&limit=2${cursor ? `&cursor=${cursor}` : ''}`;
    const { body } = await seller.call('GET', `/api/placements?${query}`);
    seen.push(...body.items.map((one: { id: number }) => one.id));
    cursor = body.nextCursor;
  } while (cursor);
  expect(new Set(seen).size).toBe(seen.length);
  expect(seen.length).toBeGreaterThanOrEqual(5);
  expect((await seller.call('GET', '/api/placements?cursor=%27%20or%201')).status).toBe(422);
});

test('no request of this file was answered by a bug', () => {
  expect(api.bugs).toEqual([]);
});
