import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalPage, decodePage, encodePage, pageHash } from '../../../../bidding/wire/page.ts';
import {
  hashedId,
  packMemberships,
  readerHash,
  unpackMemberships,
} from '../../../../bidding/wire/reader.ts';

test.each([
  ['https://News.Example/a/1.html', 'http://news.example/a/1.html#top'],
  ['https://news.example/a', 'https://news.example/a/'],
  [
    'https://news.example/a?id=1',
    'https://news.example/a?utm_source=x&id=1&from=timeline&isappinstalled=0',
  ],
  ['https://news.example/a?x=1&y=2', 'https://news.example/a?y=2&x=1'],
])('%s and %s are one page', (one, other) => {
  expect(canonicalPage(one)).toBe(canonicalPage(other));
});

test.each([
  ['https://news.example/a?id=1', 'https://news.example/a?id=2'],
  ['https://news.example/a', 'https://news.example/b'],
  ['https://news.example/a', 'https://old.example/a'],
])('%s and %s are two', (one, other) => {
  expect(canonicalPage(one)).not.toBe(canonicalPage(other));
});

test.each([
  '',
  'no address',
  'app://news/1',
  'javascript:alert(1)',
  `https://x.cn/${'a'.repeat(2_000)}`,
])('what is no web page has no name: %s', (text) => {
  expect(canonicalPage(text)).toBeUndefined();
});

test('a canonical address is its own', () => {
  fc.assert(
    fc.property(fc.webUrl({ withQueryParameters: true, withFragments: true }), (url) => {
      const canonical = canonicalPage(url);
      if (canonical === undefined) return;
      expect(canonicalPage(`https://${canonical}`)).toBe(canonical);
      expect(pageHash(canonical)).toMatch(/^[\w-]{22}$/);
    }),
    { examples: [['http://a.aa?%09'], ['http://a.aa?a=%26b%3D1&c=%23']] },
  );
});

test('what is known of a page comes back as it was written, but for tabs and commas', () => {
  const word = fc.string({ minLength: 1 }).filter((text) => !/[\t,]/.test(text));
  fc.assert(
    fc.property(fc.array(word), fc.array(word), (categories, keywords) => {
      expect(decodePage(encodePage({ categories, keywords }))).toEqual({ categories, keywords });
    }),
  );
});

test('an identifier and its SHA-256, in any case, are one reader; another salt makes another', () => {
  const id = '3F2504E0-4F89-11D3-9A0C-0305E82C3301';
  const uploaded = hashedId(id);
  expect(uploaded).toMatch(/^[0-9a-f]{64}$/);
  expect(hashedId(uploaded.toUpperCase())).toBe(uploaded);
  expect(readerHash(hashedId(id.toLowerCase()), 's')).toBe(readerHash(uploaded, 's'));
  expect(readerHash(uploaded, 's')).not.toBe(readerHash(uploaded, 't'));
});

test('memberships come back until their last day, and a record cut short does no harm', () => {
  const membership = fc.record({ segmentId: fc.nat(2 ** 32 - 1), lastDay: fc.nat(0xffff) });
  fc.assert(
    fc.property(
      fc.uniqueArray(membership, { selector: (one) => one.segmentId }),
      fc.nat(0xffff),
      (all, day) => {
        const found: number[] = [];
        unpackMemberships(packMemberships(all), day, found);
        expect(found).toEqual(all.filter((one) => one.lastDay >= day).map((one) => one.segmentId));
        const cut: number[] = [];
        unpackMemberships(packMemberships(all).subarray(0, -1), 0, cut);
        expect(cut).toEqual(all.slice(0, -1).map((one) => one.segmentId));
      },
    ),
  );
});
