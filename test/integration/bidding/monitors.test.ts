import { expect, test } from 'vitest';
import { EVENT_KIND } from '../../../bidding/wire/event.ts';
import { openTestExchange } from '../../kit/exchange.ts';
import { auction, BROWSER } from '../../kit/readers.ts';
import { aCreative, aSnapshot } from '../../kit/snapshot.ts';

const { content } = aCreative();
const monitored = aCreative({
  content: {
    ...content,
    impressionMonitor:
      'https://m.watch.example/i?os=__OS__&ip=__IP__&ts=__TS__&ua=__UA__&imei=__IMEI__&c=__CID__',
    clickMonitor: 'https://m.watch.example/c?a=__AID__&r=__REQUESTID__&to=__LANDING__',
  },
});
const it = await openTestExchange(
  aSnapshot({ creatives: [monitored, ...aSnapshot().creatives.slice(1)] }),
);

const led = async (url: string): Promise<URL> => {
  const answer = await fetch(url, { redirect: 'manual', headers: { 'user-agent': BROWSER } });
  expect(answer.status).toBe(302);
  return new URL(answer.headers.get('location') ?? '');
};

test('pixel and click lead on to third-party monitors with MMA’s macros filled, and are counted here first', async () => {
  const pixel = (await auction(it.url, 1)) as string;
  const seen = await led(pixel);
  expect(seen.origin).toBe('https://m.watch.example');
  expect(seen.search).not.toContain('__');
  expect(Object.fromEntries(seen.searchParams)).toMatchObject({
    os: '0',
    ua: BROWSER,
    // A device's own number needs a consent that nobody asked for here.
    imei: '',
    c: '601',
  });
  expect(Math.abs(Date.now() - Number(seen.searchParams.get('ts')))).toBeLessThan(300_000);
  const click = await led(pixel.replace('/t/i', '/t/c'));
  expect(click.pathname).toBe('/c');
  expect(click.searchParams.get('a')).toBe('401');
  expect(click.searchParams.get('to')).toBe('https://tea.example/spring?os=0');
  const kinds = (await it.events()).map((event) => event.kind).sort();
  expect(kinds).toEqual([EVENT_KIND.impression, EVENT_KIND.click]);
});
