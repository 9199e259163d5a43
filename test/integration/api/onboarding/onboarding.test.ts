import { eq } from 'drizzle-orm';
import { beforeAll, describe, expect, test } from 'vitest';
import { advertiser } from '../../../../db/schema/campaigns.ts';
import { organization, user } from '../../../../db/schema/identity.ts';
import { newCaller, openTestApi, send, signIn, type TestApi } from '../../../kit/actors.ts';
import { openTestDatabase } from '../../../kit/database.ts';
import { seedDivisions } from '../../../kit/market.ts';
import { openTestRedis } from '../../../kit/redis.ts';

const PASSWORD = 'tidal marsh lantern';
let api: TestApi;
beforeAll(async () => {
  const { db } = await openTestDatabase();
  api = openTestApi({ db, redis: await openTestRedis() });
  await seedDivisions(api);
});

let number = 0;
function signUp(organization: Record<string, unknown>, more: Record<string, unknown> = {}) {
  const email = `new-${++number}@test.hongze`;
  const from = { 'x-hongze-client-address': `198.51.100.${number}` };
  const body = { email, password: PASSWORD, name: '沈雁', organization, ...more };
  return send<Record<string, never>>(api.app, 'POST', '/api/public/sign-up', body, from).then(
    (answer) => ({ ...answer, email }),
  );
}

describe('signing up', () => {
  test('an advertiser is there at once, its own owner, and waits for the platform', async () => {
    const tea = {
      kind: 'advertiser',
      organizationName: '龙井茶业',
      category: 'food',
      domain: null,
    };
    const { status, body, email } = await signUp(tea);
    expect(status).toBe(201);
    const { call } = await signIn(api, email, PASSWORD);
    const me = await call('GET', '/api/me');
    expect(me.body).toMatchObject({ kind: 'advertiser', roles: ['owner'], email });
    expect(me.body.advertiserIds).toEqual([body.advertiserId]);
    const mine = await call('GET', `/api/advertisers/${body.advertiserId}`);
    expect(mine.body).toMatchObject({ name: '龙井茶业', status: 'pending' });
    const activate = { version: 1, status: 'active' };
    const own = await call('PATCH', `/api/advertisers/${body.advertiserId}`, activate);
    expect(own.status).toBe(403);
  });

  test('an outlet and an agency come in the same way', async () => {
    const outlet = {
      kind: 'outlet',
      organizationName: '富阳融媒',
      tier: 'county',
      divisionCode: '330111',
    };
    const supply = await signUp(outlet);
    const seller = await signIn(api, supply.email, PASSWORD);
    expect((await seller.call('GET', '/api/me')).body.outletIds).toEqual([supply.body.outletId]);
    const demand = await signUp({ kind: 'agency', organizationName: '之江代理' });
    expect(demand.body).toMatchObject({ advertiserId: null, outletId: null });
    const agent = await signIn(api, demand.email, PASSWORD);
    const client = { name: '客户甲', category: 'food' };
    const made = await agent.call('POST', '/api/advertisers', client);
    expect([made.status, (await agent.call('GET', '/api/me')).body.advertiserIds]).toEqual([
      201,
      [made.body.id],
    ]);
  });

  test('nobody opens the platform’s own kind, or fields that are not theirs to fill', async () => {
    const platform = { kind: 'platform', organizationName: 'Finance' };
    expect((await signUp(platform)).status).toBe(422);
    const active = { kind: 'agency', organizationName: 'A B', status: 'active' };
    expect((await signUp(active)).status).toBe(422);
    const kinds = await api.ctx.db.selectDistinct({ kind: organization.kind }).from(organization);
    expect(kinds.map(({ kind }) => kind)).not.toContain('platform');
  });

  test('a wrong field is named where it was written, and then nothing is left behind', async () => {
    const nowhere = {
      kind: 'outlet',
      organizationName: '某媒',
      tier: 'city',
      divisionCode: '330111',
    };
    const { status, body, email } = await signUp(nowhere);
    expect([status, body]).toMatchObject([
      422,
      { errors: [{ pointer: '/organization/divisionCode' }] },
    ]);
    const weak = await signUp(
      { kind: 'agency', organizationName: 'AB' },
      { password: 'password1234' },
    );
    expect(weak).toMatchObject({ status: 422, body: { errors: [{ pointer: '/password' }] } });
    for (const address of [email, weak.email]) {
      expect(await api.ctx.db.$count(user, eq(user.email, address))).toBe(0);
    }
    expect(await api.ctx.db.$count(organization, eq(organization.name, '某媒'))).toBe(0);
  });

  test('an address that has an account keeps its password', async () => {
    const first = await signUp({ kind: 'agency', organizationName: '甲' + '乙' });
    const again = { email: first.email.toUpperCase(), password: 'another long secret' };
    const second = await signUp({ kind: 'agency', organizationName: '丙丁' }, again);
    expect(second).toMatchObject({ status: 409, body: { errors: [{ pointer: '/email' }] } });
    await expect(signIn(api, first.email, again.password)).rejects.toThrow('401');
    await signIn(api, first.email, PASSWORD);
  });

  test('one address on the net may try twenty times an hour', async () => {
    const attempt = () =>
      send(
        api.app,
        'POST',
        '/api/public/sign-up',
        {},
        { 'x-hongze-client-address': '203.0.113.9' },
      );
    const statuses: number[] = [];
    for (let i = 0; i < 22; i++) statuses.push((await attempt()).status);
    expect(statuses.filter((status) => status === 429)).toHaveLength(2);
  });
});

describe('a second organisation', () => {
  test('is opened by whoever is signed in, and the session acts for it at once', async () => {
    const caller = await newCaller(api, 'agency');
    const shop = { kind: 'advertiser', organizationName: '茶铺', category: 'food' };
    const made = await caller.call('POST', '/api/organizations', shop);
    expect(made.status).toBe(201);
    const me = (await caller.call('GET', '/api/me')).body;
    expect(me).toMatchObject({ organizationId: made.body.organizationId, kind: 'advertiser' });
    expect(me.organizations).toHaveLength(2);
    const back = { organizationId: caller.organizationId };
    await caller.call('POST', '/api/auth/organization/set-active', back);
    expect((await caller.call('GET', '/api/me')).body.kind).toBe('agency');
    const [row] = await api.ctx.db
      .select()
      .from(advertiser)
      .where(eq(advertiser.id, made.body.advertiserId));
    expect(row?.organizationId).toBe(made.body.organizationId);
  });

  test('is not for strangers or keys', async () => {
    const body = { kind: 'agency', organizationName: 'AB' };
    expect((await send(api.app, 'POST', '/api/organizations', body)).status).toBe(401);
    const owner = await newCaller(api, 'agency');
    const key = await owner.call('POST', '/api/api-keys', { name: 'all', scopes: ['write'] });
    const authorization = `Bearer ${key.body.secret}`;
    const answer = await send(api.app, 'POST', '/api/organizations', body, { authorization });
    expect(answer.status).toBe(401);
  });
});

test('no request of this file was answered by a bug', () => {
  expect(api.bugs).toEqual([]);
});
