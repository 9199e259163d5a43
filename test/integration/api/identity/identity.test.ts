import { eq } from 'drizzle-orm';
import { beforeAll, describe, expect, test } from 'vitest';
import { auditEntry } from '../../../../db/schema/audit.ts';
import { newCaller, openTestApi, send, signIn, type TestApi } from '../../../kit/actors.ts';
import { openTestDatabase } from '../../../kit/database.ts';
import { openTestRedis } from '../../../kit/redis.ts';

let api: TestApi;
beforeAll(async () => {
  const { db } = await openTestDatabase();
  api = openTestApi({ db, redis: await openTestRedis() });
});

describe('sign-in', () => {
  test('opens a session that /api/me recognises', async () => {
    const owner = await newCaller(api, 'outlet');
    const me = await owner.call('GET', '/api/me');
    expect(me.status).toBe(200);
    expect(me.body).toMatchObject({
      userId: owner.userId,
      kind: 'outlet',
      roles: ['owner'],
      advertiserIds: [],
      organizations: [{ id: owner.organizationId, kind: 'outlet' }],
    });
  });

  test('without a session every path but the public ones answers 401 as a problem', async () => {
    const answer = await send<{ code: string; requestId: string }>(api.app, 'GET', '/api/me');
    expect(answer.status).toBe(401);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(answer.body.code).toBe('unauthenticated');
    expect(answer.body.requestId).toBe(answer.headers.get('x-request-id'));
  });

  test('a wrong password, and a cookie that somebody altered, open nothing', async () => {
    const owner = await newCaller(api, 'advertiser');
    const me = await owner.call<{ email: string }>('GET', '/api/me');
    await expect(signIn(api, me.body.email, 'wrong-password-1')).rejects.toThrow('401');
    const cookie = owner.cookie.replace(/(token=.{5})./, '$1_');
    expect((await send(api.app, 'GET', '/api/me', undefined, { cookie })).status).toBe(401);
  });

  test('twenty attempts in five minutes are enough for one address', async () => {
    const attempt = () =>
      send(api.app, 'POST', '/api/auth/sign-in/email', {
        email: 'guess@test.hongze',
        password: 'guessed-password',
      });
    const statuses = new Set<number>();
    for (let i = 0; i < 22; i++) statuses.add((await attempt()).status);
    expect(statuses).toEqual(new Set([401, 429]));
  });

  test('nobody opens an organisation, or chooses its kind, from outside', async () => {
    const owner = await newCaller(api, 'advertiser');
    const answer = await owner.call('POST', '/api/auth/organization/create', {
      name: 'Finance',
      slug: 'finance',
      kind: 'platform',
    });
    expect(answer.status).toBeGreaterThanOrEqual(400);
  });

  test('of better-auth’s own doors only those on the list are open', async () => {
    const owner = await newCaller(api, 'outlet');
    const shut = [
      ['POST', 'sign-up/email'],
      ['POST', 'organization/invite-member'],
      ['POST', 'organization/update-member-role'],
      ['POST', 'organization/remove-member'],
      ['POST', 'organization/update'],
      ['POST', 'organization/delete'],
      ['POST', 'delete-user'],
    ] as const;
    for (const [method, path] of shut) {
      const answer = await owner.call(method, `/api/auth/${path}`, {
        email: 'x@test.hongze',
        password: 'tidal marsh lantern',
        name: 'X',
        role: 'owner',
      });
      expect([path, answer.status]).toEqual([path, 404]);
    }
  });

  test('is told to the audit log, and so is signing out', async () => {
    const owner = await newCaller(api, 'outlet');
    expect((await owner.call('POST', '/api/auth/sign-out', {})).status).toBe(200);
    expect((await owner.call('GET', '/api/me')).status).toBe(401);
    const acts = await api.ctx.db
      .select({ action: auditEntry.action })
      .from(auditEntry)
      .where(eq(auditEntry.userId, owner.userId))
      .orderBy(auditEntry.id);
    expect(acts.map(({ action }) => action)).toEqual(['session.open', 'session.close']);
  });
});

describe('requests from elsewhere', () => {
  test('a form on another site cannot act with a visitor’s cookie', async () => {
    const owner = await newCaller(api, 'advertiser');
    for (const headers of [
      { origin: 'https://evil.example' },
      { 'sec-fetch-site': 'cross-site' },
      { origin: 'null' },
    ]) {
      const answer = await owner.call(
        'POST',
        '/api/members',
        { email: 'a@b.cn', roles: ['member'] },
        headers as unknown as Record<string, string>,
      );
      expect(answer.status).toBe(403);
    }
  });

  test('the console itself can', async () => {
    const owner = await newCaller(api, 'advertiser');
    const answer = await owner.call(
      'POST',
      '/api/members',
      { email: 'a@b.cn', roles: ['member'] },
      { origin: 'http://localhost:8787', 'sec-fetch-site': 'same-origin' },
    );
    expect(answer.status).toBe(201);
  });
});

describe('members', () => {
  test('an invited person joins with the roles named, and the audit log tells of it', async () => {
    const owner = await newCaller(api, 'outlet');
    const invited = await owner.call('POST', '/api/members', {
      email: 'clerk@test.hongze',
      roles: ['member'],
    });
    expect(invited.status).toBe(201);
    const link = `/api/public/invitations/${invited.body.id}`;
    const seen = await send<{ hasAccount: boolean }>(api.app, 'GET', link);
    expect(seen.body).toMatchObject({
      email: 'clerk@test.hongze',
      hasAccount: false,
      organization: { kind: 'outlet' },
    });
    const person = { name: 'Clerk', password: 'tidal marsh lantern' };
    expect((await send(api.app, 'POST', `${link}/acceptance`, person)).status).toBe(201);
    expect((await send(api.app, 'POST', `${link}/acceptance`, person)).status).toBe(404);
    const clerk = await signIn(api, 'clerk@test.hongze', person.password);
    expect((await clerk.call('GET', '/api/me')).body).toMatchObject({
      organizationId: owner.organizationId,
      roles: ['member'],
    });
    const actions = (await api.ctx.db.select().from(auditEntry)).map(({ action }) => action);
    expect(actions).toEqual(expect.arrayContaining(['member.invite', 'member.join']));
  });

  test('who has an account accepts as themselves, and nobody else can', async () => {
    const owner = await newCaller(api, 'outlet');
    const invitee = await newCaller(api, 'advertiser');
    const { body: me } = await invitee.call('GET', '/api/me');
    const invited = await owner.call('POST', '/api/members', { email: me.email, roles: ['admin'] });
    const link = `/api/public/invitations/${invited.body.id}`;
    expect((await send(api.app, 'GET', link)).body).toMatchObject({ hasAccount: true });
    const person = { name: 'Somebody', password: 'tidal marsh lantern' };
    const stolen = await send(api.app, 'POST', `${link}/acceptance`, person);
    expect(stolen).toMatchObject({ status: 409, body: { errors: [{ pointer: '/email' }] } });
    const accept = { invitationId: invited.body.id };
    const stranger = await newCaller(api, 'advertiser');
    const path = '/api/auth/organization/accept-invitation';
    expect((await stranger.call('POST', path, accept)).status).toBe(403);
    expect((await invitee.call('POST', path, accept)).status).toBe(200);
    expect((await invitee.call('GET', '/api/me')).body.organizations).toHaveLength(2);
  });

  test('a member cannot invite, and an admin cannot make owners', async () => {
    const owner = await newCaller(api, 'outlet');
    const { organizationId } = owner;
    const member = await newCaller(api, 'outlet', { organizationId, roles: ['member'] });
    const admin = await newCaller(api, 'outlet', { organizationId, roles: ['admin'] });
    const invite = { email: 'x@test.hongze', roles: ['member'] };
    expect((await member.call('POST', '/api/members', invite)).status).toBe(403);
    const promote = { email: 'y@test.hongze', roles: ['owner'] };
    expect((await admin.call('POST', '/api/members', promote)).status).toBe(403);
  });

  test('the last owner stays', async () => {
    const owner = await newCaller(api, 'outlet');
    const { body } = await owner.call('GET', '/api/members');
    const answer = await owner.call('DELETE', `/api/members/${body.items[0].id}`);
    expect(answer).toMatchObject({ status: 409, body: { code: 'conflict' } });
  });

  test('members of another organisation are not found', async () => {
    const [mine, theirs] = [await newCaller(api, 'outlet'), await newCaller(api, 'outlet')];
    const { body } = await theirs.call('GET', '/api/members');
    const answer = await mine.call('DELETE', `/api/members/${body.items[0].id}`);
    expect(answer.status).toBe(404);
  });
});

describe('API keys', () => {
  test('a key reads what its scopes name, and nothing after it is revoked', async () => {
    const owner = await newCaller(api, 'advertiser');
    const made = await owner.call('POST', '/api/api-keys', {
      name: 'BI',
      scopes: ['read:members'],
    });
    expect(made.status).toBe(201);
    const headers = { authorization: `Bearer ${made.body.secret}` };
    const read = (path: string) => send(api.app, 'GET', path, undefined, headers);
    expect((await read('/api/members')).status).toBe(200);
    expect((await read('/api/me')).status).toBe(403);
    const list = await owner.call('GET', '/api/api-keys');
    expect(JSON.stringify(list.body)).not.toContain(made.body.secret);
    expect((await owner.call('DELETE', `/api/api-keys/${made.body.id}`)).status).toBe(204);
    expect((await read('/api/members')).status).toBe(401);
  });

  test('a key never makes another key', async () => {
    const owner = await newCaller(api, 'advertiser');
    const made = await owner.call('POST', '/api/api-keys', { name: 'all', scopes: ['write'] });
    const answer = await send(
      api.app,
      'POST',
      '/api/api-keys',
      { name: 'child', scopes: ['write'] },
      { authorization: `Bearer ${made.body.secret}` },
    );
    expect(answer.status).toBe(403);
  });
});

test('no request of this file was answered by a bug', () => {
  expect(api.bugs).toEqual([]);
});
