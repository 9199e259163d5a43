import { beforeAll, expect, test } from 'vitest';
import { createExchange } from '../../../bidding/exchange.ts';
import { decodeFeedback, type Feedback } from '../../../bidding/wire/feedback.ts';
import { keys } from '../../../bidding/wire/keys.ts';
import { openTestExchange, type TestExchange, TOKEN_KEY } from '../../kit/exchange.ts';

let it: TestExchange;

beforeAll(async () => {
  it = await openTestExchange(undefined, { redisTimeoutMs: 30_000 });
});

const request = (user: object) =>
  JSON.stringify({
    id: 'r1',
    imp: [{ id: '1', tagid: '201', banner: { format: [{ w: 300, h: 250 }] } }],
    site: { publisher: { id: '1' } },
    user,
    cur: ['CNY'],
  });

const ask = (user: object, url = it.url) =>
  fetch(`${url}/openrtb2/auction`, { method: 'POST', body: request(user) });

async function token(user: object): Promise<string> {
  const json = (await (await ask(user)).json()) as { seatbid: { bid: { burl: string }[] }[] };
  return new URL(json.seatbid[0]?.bid[0]?.burl ?? '').searchParams.get('t') ?? '';
}

async function said(): Promise<Feedback[]> {
  await it.exchange.flush();
  const entries = await it.redis.xrange(keys.feedback, '-', '+');
  return entries.flatMap(([, fields]) => decodeFeedback(fields[1] ?? '') ?? []);
}

test('a reader who is not interested never sees the campaign again, on this node at once and on every other soon', async () => {
  const other = createExchange({ redis: it.redis, tokenKey: TOKEN_KEY, nodeId: 'other' });
  const { url } = await other.listen(0);
  const t = await token({ id: 'reader-1' });
  await fetch(`${it.url}/t/f?t=${t}&what=notInterested&reason=repetitive`);
  const here = await ask({ id: 'reader-1' });
  expect([here.status, here.headers.get('x-no-bid')]).toEqual([204, 'refused_by_reader']);
  expect((await ask({ id: 'reader-2' })).status).toBe(200);
  await it.exchange.flush();
  await other.refresh();
  expect((await ask({ id: 'reader-1' }, url)).status).toBe(204);
  await other.close();
  const later = createExchange({ redis: it.redis, tokenKey: TOKEN_KEY, nodeId: 'later' });
  const started = await later.listen(0);
  expect((await ask({ id: 'reader-1' }, started.url)).status).toBe(204);
  await later.close();
});

test('a report reaches the desk’s stream once with where, what and why; free text and strange words do not', async () => {
  const t = await token({ id: 'reader-3' });
  const before = (await said()).length;
  const url = `${it.url}/t/f?t=${t}&what=report&reason=`;
  await fetch(`${url}misleading`);
  await fetch(`${url}offensive`);
  const fresh = (await said()).slice(before);
  expect(fresh).toMatchObject([
    {
      kind: 'report',
      reason: 'misleading',
      outletId: 1,
      placementId: 201,
      divisionCode: '330110',
      campaignId: 401,
      creativeId: 601,
    },
  ]);
  expect(fresh[0]?.userHash).not.toBe('');
  expect(fresh[0]?.userHash).not.toContain('reader');
  const odd = await token({ id: 'reader-4' });
  await fetch(`${it.url}/t/f?t=${odd}&what=report&reason=<script>`);
  expect((await said()).at(-1)).toMatchObject({ kind: 'report', reason: null });
});

test('why and close are counted as events, and are no business of the desk', async () => {
  const t = await token({ id: 'reader-5' });
  const before = (await said()).length;
  await fetch(`${it.url}/t/f?t=${t}&what=why`);
  await fetch(`${it.url}/t/f?t=${t}&what=close`);
  await fetch(`${it.url}/t/f?t=${t}&what=nonsense`);
  expect(await said()).toHaveLength(before);
  expect((await it.events()).filter((event) => event.eventKey.includes(':7.'))).not.toHaveLength(0);
});

test('a reader nobody knows is spared what the browser remembers: campaigns by number, partners by domain', async () => {
  const spared = await ask({ ext: { refused: ['401', 'ads.example'] } });
  expect(spared.headers.get('x-no-bid')).toBe('refused_by_reader');
  expect((await ask({ ext: { refused: ['402', 'ads.example'] } })).status).toBe(200);
  const byDomain = await ask({ ext: { refused: ['Tea.example'] } });
  expect(byDomain.status).toBe(204);
});
