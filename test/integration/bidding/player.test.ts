import { beforeAll, expect, test } from 'vitest';
import { leaseTakenAtMs } from '../../../bidding/wire/budget.ts';
import { EVENT_KIND } from '../../../bidding/wire/event.ts';
import { keys } from '../../../bidding/wire/keys.ts';
import {
  OFFLINE_MS,
  type ProofRecord,
  playerKey,
  proofHash,
} from '../../../bidding/wire/player.ts';
import { dayOf } from '../../../db/terms/day.ts';
import { openTestExchange, type TestExchange, TOKEN_KEY } from '../../kit/exchange.ts';
import { aLineItem, aSnapshot, grant } from '../../kit/snapshot.ts';

const START_MS = Date.UTC(2026, 10, 20, 4);
const SCREEN = 205;
const KEY = playerKey(TOKEN_KEY, SCREEN);
let nowMs = START_MS;
let it: TestExchange;

beforeAll(async () => {
  it = await openTestExchange(
    aSnapshot({
      lineItems: [
        aLineItem({ id: 501 }),
        aLineItem({ id: 502, advertiserId: 302, pricing: 'CPC', bidFen: 100_000 }),
      ],
    }),
    { clock: () => nowMs },
  );
});

interface Spot {
  token: string;
  creativeId: number;
  url: string;
  mark: string;
}
interface Head {
  seq: number;
  hash: string;
}

const post = (path: string, body: unknown, key = KEY) =>
  fetch(`${it.url}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}` },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });

async function playlist(count: number): Promise<{ spots: Spot[]; head: Head }> {
  nowMs += 10_000;
  const answer = await post('/dooh/playlist', { placement: SCREEN, count });
  expect(answer.status).toBe(200);
  return answer.json();
}

/** A player's log: what it writes down while it has no line. */
function log(from: Head, tokens: readonly string[], playedAtMs: number): ProofRecord[] {
  let { seq, hash: prev } = from;
  return tokens.map((token) => {
    const record = { seq: ++seq, prev, token, playedAtMs, durationMs: 15_000 };
    prev = proofHash(KEY, record);
    return { ...record, hash: prev };
  });
}

async function prove(records: ProofRecord[]) {
  const answer = await post('/dooh/proofs', { placement: SCREEN, records });
  return { status: answer.status, body: await answer.json() };
}

const plays = async () =>
  (await it.events()).filter(
    (event) => event.kind === EVENT_KIND.impression && event.placementId === SCREEN,
  );

test('spots are handed out with their picture and mark, and their money is set aside for thirty days', async () => {
  const { spots } = await playlist(3);
  expect(spots).toHaveLength(3);
  expect(spots[0]).toMatchObject({ creativeId: 605, mark: '广告', url: `${it.url}/media/tea.png` });
  const pool = await it.redis.hgetall(keys.budget(501, dayOf(START_MS)));
  const [field, lease] = Object.entries(pool).find(([name]) => name.startsWith('l:')) ?? ['', ''];
  expect(lease).toMatch(/^60000:/);
  expect(Number(lease.split(':')[1])).toBe(leaseTakenAtMs(Number(field.slice(2))) + OFFLINE_MS);
});

test('proofs come twenty-nine days late, are billed once whatever is sent again, at the time of the play', async () => {
  const { spots, head } = await playlist(2);
  const playedAtMs = nowMs + 60_000;
  const records = log(
    head,
    spots.map((spot) => spot.token),
    playedAtMs,
  );
  nowMs += 29 * 86_400_000;
  const before = (await plays()).length;
  const first = await prove(records);
  expect(first).toMatchObject({ status: 200, body: { accepted: 2, refused: [] } });
  const again = await prove(records);
  expect(again).toMatchObject({ status: 200, body: { accepted: 0, head: first.body.head } });
  const fresh = (await plays()).slice(before);
  expect(fresh).toHaveLength(2);
  expect(fresh[0]).toMatchObject({ priceMicroCny: 20_000, atMs: playedAtMs, lineItemId: 501 });
  expect(fresh[0]?.leaseId).toBeGreaterThan(0);
  expect((await it.events()).some((event) => event.kind === EVENT_KIND.proof)).toBe(true);
});

test('the same spot proved twice under new numbers bills once', async () => {
  await grant(it.redis, 501, dayOf(nowMs), 10_000_000);
  const { spots, head } = await playlist(1);
  const token = spots[0]?.token as string;
  const before = (await plays()).length;
  const answer = await prove(log(head, [token, token, token], nowMs));
  expect(answer.status).toBe(200);
  expect(await plays()).toHaveLength(before + 1);
});

test('a record that was changed, left out, put in between or signed by another breaks the chain, and nothing counts', async () => {
  const { spots, head } = await playlist(3);
  const tokens = spots.map((spot) => spot.token);
  const records = log(head, tokens, nowMs);
  const before = (await plays()).length;
  const [one, two, three] = records as [ProofRecord, ProofRecord, ProofRecord];
  const forged = { ...two, hash: proofHash('hzp_other', two) };
  for (const bad of [
    [one, { ...two, playedAtMs: two.playedAtMs - 1 }, three],
    [one, three],
    [two, three],
    [three, two],
    [one, forged],
    [{ ...one, prev: '' }],
  ]) {
    const answer = await prove(bad);
    expect(answer).toMatchObject({ status: 409, body: { code: 'chain_broken', head } });
  }
  expect(await plays()).toHaveLength(before);
  expect((await prove([one])).body.head).toEqual({ seq: one.seq, hash: one.hash });
  // A line that breaks in the middle: what was stored is sent once more with what was not.
  expect((await prove(records)).body).toMatchObject({ accepted: 2 });
  expect(await plays()).toHaveLength(before + 3);
});

test('a play of another screen, from the future, after a month or of a forged spot is refused by number; the others stand', async () => {
  await grant(it.redis, 501, dayOf(nowMs), 10_000_000);
  const old = await playlist(1);
  nowMs += OFFLINE_MS + 60_000;
  await grant(it.redis, 501, dayOf(nowMs), 10_000_000);
  const { spots, head } = await playlist(3);
  const [good, future] = spots.map((spot) => spot.token) as [string, string];
  const base = log(head, [good, old.spots[0]?.token as string, `${good.slice(0, -3)}AAA`], nowMs);
  const last = base.at(-1) as ProofRecord;
  const late = { seq: last.seq + 1, prev: last.hash, token: future, playedAtMs: nowMs + 3_600_000 };
  const record = { ...late, durationMs: 15_000 };
  const { body } = await prove([...base, { ...record, hash: proofHash(KEY, record) }]);
  expect(body.accepted).toBe(1);
  expect(body.refused.map((each: { reason: string }) => each.reason)).toEqual([
    'expired',
    'forged',
    'early',
  ]);
});

test('only the screen’s own key opens; too often, too much and nonsense are refused and never an error of ours', async () => {
  const body = { placement: SCREEN, count: 1 };
  expect((await post('/dooh/playlist', body, playerKey(TOKEN_KEY, 201))).status).toBe(401);
  expect((await post('/dooh/playlist', { placement: 201 }, playerKey(TOKEN_KEY, 201))).status).toBe(
    401,
  );
  nowMs += 10_000;
  expect((await post('/dooh/playlist', body)).status).toBe(200);
  expect((await post('/dooh/playlist', body)).status).toBe(429);
  for (const bad of ['', '{', '[]', '{"placement":"x"}', JSON.stringify({ ...body, count: 61 })])
    expect((await post('/dooh/playlist', bad)).status).toBe(400);
  const records = Array.from({ length: 1_001 }, () => ({}));
  expect((await post('/dooh/proofs', { placement: SCREEN, records })).status).toBe(400);
  expect((await post('/dooh/proofs', 'x'.repeat(600_000))).status).toBe(413);
  expect((await fetch(`${it.url}/dooh/proofs`)).status).toBe(405);
});

test('after a lost head the chain goes on from wherever the player is; what was sent before is told by its own keys', async () => {
  await grant(it.redis, 501, dayOf(nowMs), 10_000_000);
  nowMs += 60_000;
  const { spots, head } = await playlist(3);
  const records = log(
    head,
    spots.map((spot) => spot.token),
    nowMs,
  );
  const [first, second, third] = records as [ProofRecord, ProofRecord, ProofRecord];
  expect((await prove([first])).body).toMatchObject({ accepted: 1 });
  await it.redis.del(keys.proofHead(SCREEN));
  // Not at the beginning of its log, and still signed record by record.
  expect((await prove([{ ...third, prev: '' }])).status).toBe(409);
  expect((await prove([second])).body).toMatchObject({
    accepted: 1,
    head: { seq: second.seq, hash: second.hash },
  });
  // From now on it is a chain again; the whole log once more bills nothing twice.
  expect((await prove([{ ...third, prev: first.hash }])).status).toBe(409);
  await it.redis.del(keys.proofHead(SCREEN));
  await prove(records);
  const billed = (await plays()).map(({ eventKey }) => eventKey);
  expect(new Set(billed).size).toBe(billed.length);
});

test('a pool that cannot pay for all pays for the first; what it cannot is not shown', async () => {
  const day = dayOf(nowMs);
  const pool = await it.redis.hgetall(keys.budget(501, day));
  await grant(it.redis, 501, day, -Number(pool.free));
  await grant(it.redis, 501, day, 50_000);
  expect((await playlist(5)).spots).toHaveLength(2);
  expect(Number((await it.redis.hgetall(keys.budget(501, day))).free)).toBe(10_000);
});
