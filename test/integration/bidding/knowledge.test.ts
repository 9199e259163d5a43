import type { Redis } from 'ioredis';
import { beforeAll, expect, test } from 'vitest';
import { keys } from '../../../bidding/wire/keys.ts';
import { canonicalPage, encodePage, pageHash } from '../../../bidding/wire/page.ts';
import { hashedId, packMemberships, readerHash } from '../../../bidding/wire/reader.ts';
import { openTestExchange, TOKEN_KEY } from '../../kit/exchange.ts';
import { aLineItem, aSnapshot } from '../../kit/snapshot.ts';

const NOW_MS = Date.UTC(2026, 10, 20, 4);
const TODAY = Math.floor((NOW_MS + 8 * 3_600_000) / 86_400_000);
const SEGMENT = 77;
const PAGE = 'https://news.example/a/1';

let redis: Redis;
let url = '';
let commands = 0;
const commandsOf = async (): Promise<number> => {
  const info = await redis.info('commandstats');
  return Number(/cmdstat_mget:calls=(\d+)/.exec(info)?.[1] ?? 0);
};

const items = [
  aLineItem({
    id: 501,
    bidFen: 3_000,
    target: { attribute: 'segment', in: [SEGMENT] },
    frequencyCaps: [{ scope: 'lineItem', window: 'day', count: 2 }],
  }),
  aLineItem({
    id: 502,
    bidFen: 2_500,
    target: {
      all: [
        { attribute: 'category', in: ['agriculture'] },
        { not: { attribute: 'category', in: ['safety:disaster'] } },
      ],
    },
  }),
  aLineItem({ id: 503, bidFen: 2_400, target: { attribute: 'keyword', in: ['富春江'] } }),
  aLineItem({ id: 504, bidFen: 1_000 }),
];

beforeAll(async () => {
  const opened = await openTestExchange(aSnapshot({ lineItems: items }), {
    clock: () => NOW_MS,
    redisTimeoutMs: 30_000,
  });
  ({ redis, url } = opened);
  const put = (page: string, categories: string[], keywords: string[] = []) =>
    redis.set(keys.page(pageHash(canonicalPage(page) ?? '')), encodePage({ categories, keywords }));
  await put(PAGE, ['agriculture']);
  await put('https://news.example/a/2', ['agriculture', 'safety:disaster']);
  await put('https://news.example/a/3', [], ['富春江']);
  const member = (id: string) => keys.segments(readerHash(hashedId(id), TOKEN_KEY));
  await redis.set(member('anna'), packMemberships([{ segmentId: SEGMENT, lastDay: TODAY }]));
  await redis.set(member('late'), packMemberships([{ segmentId: SEGMENT, lastDay: TODAY - 1 }]));
});

/** Line item of the winner. */
async function winner(
  over: { user?: object; page?: string; regs?: object; device?: object } = {},
): Promise<string> {
  const response = await fetch(`${url}/openrtb2/auction`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      id: 'r',
      imp: [{ id: '1', tagid: '201', banner: { format: [{ w: 300, h: 250 }] } }],
      site: { publisher: { id: '1' }, ...(over.page ? { page: over.page } : {}) },
      ...(over.user ? { user: over.user } : {}),
      ...(over.regs ? { regs: over.regs } : {}),
      ...(over.device ? { device: over.device } : {}),
    }),
  });
  const { seatbid } = (await response.json()) as {
    seatbid: {
      bid: { cid: string; ext?: { hongze?: { lineItemId?: number } }; price: number }[];
    }[];
  };
  return String(seatbid[0]?.bid[0]?.price);
}

test('a reader in the segment meets its line item, whether told by identifier or by its hash', async () => {
  expect(await winner({ user: { id: 'anna' } })).toBe('30');
  expect(await winner({ user: { id: hashedId('anna') } })).toBe('30');
  // Two were shown: the counters came in the same read.
  expect(await winner({ user: { id: 'anna' } })).toBe('10');
});

test('one whose days are over, a stranger, and nobody are not in it', async () => {
  expect(await winner({ user: { id: 'late' } })).toBe('10');
  expect(await winner({ user: { id: 'zoe' } })).toBe('10');
  expect(await winner()).toBe('10');
});

test('nobody is recognised who does not want it, nor a child: the non-personalised path', async () => {
  expect(await winner({ user: { id: 'anna2', ext: { optout: 1 } } })).toBe('10');
  expect(await winner({ user: { id: 'anna' }, device: { lmt: 1 } })).toBe('10');
  expect(await winner({ user: { id: 'anna' }, regs: { coppa: 1 } })).toBe('10');
});

test('the page’s content decides, by its address alone, and keeps an ad from where it does not want to stand', async () => {
  expect(await winner({ page: `${PAGE}?utm_source=wechat` })).toBe('25');
  expect(await winner({ page: 'https://news.example/a/2' })).toBe('10');
  expect(await winner({ page: 'https://news.example/a/3' })).toBe('24');
  expect(await winner({ page: 'https://news.example/unknown' })).toBe('10');
});

test('what is known of a page is remembered, and one read serves segments, counters and page together', async () => {
  await winner({ page: PAGE });
  commands = await commandsOf();
  await winner({ page: PAGE });
  expect(await commandsOf()).toBe(commands);
  await winner({ page: 'https://news.example/new', user: { id: 'new' } });
  expect(await commandsOf()).toBe(commands + 1);
});
