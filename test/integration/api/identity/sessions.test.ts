/** Sessions and keys that somebody wants to be rid of: another device, a password that got around, a key to be exchanged. */
import { expect, test } from 'vitest';
import { newCaller, openTestApi, PASSWORD, send, signIn } from '../../../kit/actors.ts';
import { openTestDatabase } from '../../../kit/database.ts';
import { openTestRedis } from '../../../kit/redis.ts';

let nowMs = Date.now();
const { db } = await openTestDatabase();
const api = openTestApi({ db, redis: await openTestRedis(), clock: () => nowMs });

const lives = async (caller: { cookie: string }) =>
  (await send(api.app, 'GET', '/api/me', undefined, { cookie: caller.cookie })).status === 200;

test('whoever is signed in sees their sessions and ends another one, and only theirs', async () => {
  const desk = await newCaller(api, 'outlet');
  const phone = await signIn(api, desk.email);
  const stranger = await newCaller(api, 'outlet');
  const { body: sessions } = await desk.call<{ token: string }[]>('GET', '/api/auth/list-sessions');
  expect(sessions).toHaveLength(2);
  const own = decodeURIComponent(desk.cookie);
  const other = sessions.find(({ token }) => !own.includes(token))?.token;
  await stranger.call('POST', '/api/auth/revoke-session', { token: other });
  expect(await lives(phone)).toBe(true);
  await desk.call('POST', '/api/auth/revoke-session', { token: other });
  expect([await lives(desk), await lives(phone)]).toEqual([true, false]);
});

test('a change of password ends all other sessions, whether or not that was asked for', async () => {
  const desk = await newCaller(api, 'outlet');
  const phone = await signIn(api, desk.email);
  const newPassword = 'quiet harbour ladder 9';
  const changed = await desk.call('POST', '/api/auth/change-password', {
    currentPassword: PASSWORD,
    newPassword,
    revokeOtherSessions: false,
  });
  expect(changed.status).toBe(200);
  expect(await lives(phone)).toBe(false);
  await expect(signIn(api, desk.email)).rejects.toThrow('401');
  expect(await lives(await signIn(api, desk.email, newPassword))).toBe(true);
});

test('a key that is exchanged opens for a day beside the new one, which has its scopes', async () => {
  const owner = await newCaller(api, 'outlet');
  const { body: old } = await owner.call('POST', '/api/api-keys', { name: 'k', scopes: ['read'] });
  const { status, body: fresh } = await owner.call('POST', `/api/api-keys/${old.id}/rotation`);
  expect([status, fresh.scopes]).toEqual([201, ['read']]);
  const opens = async ({ secret }: { secret: string }) =>
    (await send(api.app, 'GET', '/api/me', undefined, { authorization: `Bearer ${secret}` }))
      .status === 200;
  expect([await opens(old), await opens(fresh)]).toEqual([true, true]);
  nowMs += 86_400_000 + 1;
  expect([await opens(old), await opens(fresh)]).toEqual([false, true]);
});
