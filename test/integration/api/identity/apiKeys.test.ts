/** How many keys an organisation may have, and what rotating one does to that. */
import { beforeAll, expect, test } from 'vitest';
import { type Caller, newCaller, openTestApi, send, type TestApi } from '../../../kit/actors.ts';
import { openTestDatabase } from '../../../kit/database.ts';
import { openTestRedis } from '../../../kit/redis.ts';

const LIMIT = 20;
const HOUR_MS = 3_600_000;
let now = Date.now();
let api: TestApi;
let owner: Caller;

beforeAll(async () => {
  const { db } = await openTestDatabase();
  api = openTestApi({ db, redis: await openTestRedis(), clock: () => now });
  owner = await newCaller(api, 'advertiser');
});

interface Key {
  id: string;
  secret: string;
  replacedBy: string | null;
}
const make = () => owner.call('POST', '/api/api-keys', { name: 'BI', scopes: ['read:members'] });
const rotate = (id: string) => owner.call('POST', `/api/api-keys/${id}/rotation`);
const listed = async () => (await owner.call('GET', '/api/api-keys')).body.items as Key[];
const opens = async ({ secret }: Key) => {
  const headers = { authorization: `Bearer ${secret}` };
  return (await send(api.app, 'GET', '/api/members', undefined, headers)).status === 200;
};
const counts = (answers: { status: number }[], status: number) =>
  answers.filter((answer) => answer.status === status).length;

test('twenty stand, however many are asked for at once', async () => {
  const made = await Promise.all(Array.from({ length: LIMIT + 5 }, make));
  expect(counts(made, 201)).toBe(LIMIT);
  expect(await listed()).toHaveLength(LIMIT);
});

test('all twenty can be rotated: a replaced one works a day longer and does not count', async () => {
  const rotated = await Promise.all((await listed()).map(({ id }) => rotate(id)));
  expect(counts(rotated, 201)).toBe(LIMIT);
  expect((await listed()).filter((key) => key.replacedBy === null)).toHaveLength(LIMIT);
  expect(counts([await make()], 201)).toBe(0);
});

test('a key has one predecessor: rotating again within the day ends the one before, and none is rotated twice', async () => {
  const [standing] = (await listed()).filter((key) => key.replacedBy === null);
  expect((await owner.call('DELETE', `/api/api-keys/${standing?.id}`)).status).toBe(204);
  const first: Key = (await make()).body;
  const racing = await Promise.all([rotate(first.id), rotate(first.id), rotate(first.id)]);
  expect([counts(racing, 201), counts(racing, 409)]).toEqual([1, 2]);
  const second: Key = racing.find((answer) => answer.status === 201)?.body;
  expect(await Promise.all([first, second].map(opens))).toEqual([true, true]);
  const third: Key = (await rotate(second.id)).body;
  expect(await Promise.all([first, second, third].map(opens))).toEqual([false, true, true]);
  now += 25 * HOUR_MS;
  expect(await Promise.all([second, third].map(opens))).toEqual([false, true]);
  const left = await listed();
  expect(left.map((key) => key.replacedBy)).toEqual(Array(LIMIT).fill(null));
  expect(counts([await make()], 201)).toBe(0);
});

test('what has expired neither counts nor is rotated', async () => {
  const [standing] = await listed();
  expect((await owner.call('DELETE', `/api/api-keys/${standing?.id}`)).status).toBe(204);
  const expiresAt = new Date(now + HOUR_MS).toISOString();
  const brief = { name: 'brief', scopes: ['read'], expiresAt };
  const { body } = await owner.call('POST', '/api/api-keys', brief);
  now += 2 * HOUR_MS;
  expect((await rotate(body.id)).status).toBe(409);
  expect((await make()).status).toBe(201);
  expect(api.bugs).toEqual([]);
});
