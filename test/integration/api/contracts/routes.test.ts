/** Contracts over HTTP: who may draft, activate and see what; what a draft may name; how it is listed. */
import { beforeAll, describe, expect, it } from 'vitest';
import {
  type Caller,
  newCaller,
  newOutlet,
  openTestApi,
  type TestApi,
} from '../../../kit/actors.ts';
import { openTestDatabase } from '../../../kit/database.ts';
import { newPlacement } from '../../../kit/market.ts';
import { openTestRedis } from '../../../kit/redis.ts';

let api: TestApi;
let drafter: Caller;
let second: Caller;
let operator: Caller;
let county: Caller & { outletId: number };
let city: Caller & { outletId: number };

beforeAll(async () => {
  const { db } = await openTestDatabase();
  api = openTestApi({ db, redis: await openTestRedis() });
  drafter = await newCaller(api, 'platform', { roles: ['finance'] });
  second = await newCaller(api, 'platform', { roles: ['finance'] });
  operator = await newCaller(api, 'platform', { roles: ['operator'] });
  county = await newOutlet(api);
  city = await newOutlet(api);
});

const party = (outletId: number | null, percent: number) => ({
  outletId,
  sharePpm: percent * 10_000,
});
const terms = (more = {}) => ({
  effectiveFrom: '2026-01-01',
  minimumMonthlyMicroCny: '5000000',
  tiers: [
    {
      fromMicroCny: '0',
      parties: [party(county.outletId, 60), party(city.outletId, 10), party(null, 30)],
    },
    { fromMicroCny: '100000000', parties: [party(county.outletId, 80), party(null, 20)] },
  ],
  ...more,
});
const draft = (more = {}, who = drafter) =>
  who.call('POST', '/api/contracts', {
    name: '分成合同',
    outletId: county.outletId,
    ...terms(),
    ...more,
  });
const activate = (id: number, who: Caller) => who.call('POST', `/api/contracts/${id}/activate`);
const listed = async (who: Caller, query = '') =>
  (await who.call('GET', `/api/contracts?${query}`)).body.items as Record<string, unknown>[];

describe('a contract over HTTP', () => {
  it('is drafted by one, activated by another, and seen whole by its outlet', async () => {
    const made = await draft();
    expect(made.status).toBe(201);
    const { id } = made.body;
    expect(await activate(id, drafter)).toMatchObject({ status: 403, body: { code: 'four_eyes' } });
    expect((await activate(id, operator)).status).toBe(403);
    expect((await activate(id, second)).status).toBe(200);
    expect(await activate(id, second)).toMatchObject({ status: 409, body: { code: 'conflict' } });
    expect((await county.call('GET', `/api/contracts/${id}`)).body).toMatchObject({
      status: 'active',
      place: null,
      minimumMonthlyMicroCny: '5000000',
      tiers: [{ fromMicroCny: '0' }, { fromMicroCny: '100000000' }],
      partyNames: { [county.outletId]: expect.any(String), [city.outletId]: expect.any(String) },
    });
  });

  it('tells the platform who drafted and who activated it, and lists by outlet and status', async () => {
    const { body } = await draft({ effectiveFrom: '2030-01-01' }, operator);
    const [waiting, ...more] = await listed(drafter, `outletId=${county.outletId}&status=draft`);
    expect(more).toEqual([]);
    expect(waiting).toMatchObject({ id: body.id, draftedBy: operator.userId });
    expect(waiting?.draftedByName).toEqual(expect.any(String));
    const inForce = await listed(drafter, `outletId=${county.outletId}&status=active`);
    expect(inForce).toMatchObject([{ activatedBy: second.userId, draftedBy: drafter.userId }]);
    expect(await listed(drafter, `outletId=${city.outletId}`)).toEqual([]);
    // Who has a share sees what is in force, and no draft; who has none sees nothing.
    const shared = await listed(city);
    expect(shared).toMatchObject([{ status: 'active', outletId: county.outletId }]);
    expect((await city.call('GET', `/api/contracts/${shared[0]?.id}`)).status).toBe(200);
    expect((await city.call('GET', `/api/contracts/${body.id}`)).status).toBe(404);
    expect(await listed(await newOutlet(api))).toEqual([]);
    await second.call('POST', `/api/contracts/${body.id}/discard`);
    expect(await listed(drafter, 'status=draft')).toEqual([]);
  });

  it('names only what exists, and of the outlet only what is its own', async () => {
    const { placement, property } = await newPlacement(city, city.outletId);
    const own = await newPlacement(county, county.outletId);
    const wrong: [object, string][] = [
      [{ outletId: 999_999 }, '/outletId'],
      [{ propertyId: property.id }, '/propertyId'],
      [{ placementId: placement.id }, '/placementId'],
      [{ dealId: 'no such deal' }, '/dealId'],
      [{ placementId: own.placement.id, propertyId: own.property.id }, '/placementId'],
      [
        { tiers: undefined, parties: [party(county.outletId, 60), party(888_888, 40)] },
        '/parties/1/outletId',
      ],
      [
        { tiers: [{ fromMicroCny: '0', parties: [party(777_777, 100)] }] },
        '/tiers/0/parties/0/outletId',
      ],
      [{ tiers: [{ fromMicroCny: '0', parties: [party(null, 99)] }] }, '/tiers/0/parties'],
      [{ minimumMonthlyMicroCny: '9999999999999999999' }, '/minimumMonthlyMicroCny'],
      [{ effectiveTo: '2026-01-01' }, '/effectiveTo'],
    ];
    for (const [more, pointer] of wrong) {
      const answer = await draft(more);
      expect(answer).toMatchObject({ status: 422, body: { errors: [{ pointer }] } });
    }
    const placed = await draft({ placementId: own.placement.id });
    expect(placed.status).toBe(201);
    const shown = await drafter.call('GET', `/api/contracts/${placed.body.id}`);
    expect(shown.body.place).toMatchObject({ kind: 'placement' });
  });

  it('replays no more than a year', async () => {
    const [one] = await listed(drafter, 'status=active');
    const path = `/api/contracts/${one?.id}/replay`;
    for (const [days, status] of [
      ['from=2026-02-01&to=2026-01-01', 422],
      ['from=2020-01-01&to=2026-01-01', 422],
      ['from=2026-01-01&to=2026-01-31', 200],
    ] as const) {
      expect((await drafter.call('GET', `${path}?${days}`)).status).toBe(status);
    }
    expect((await county.call('GET', `${path}?from=2026-01-01&to=2026-01-31`)).status).toBe(403);
  });
});
