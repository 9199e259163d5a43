import { expect, test } from 'vitest';
import { blockedCategories } from '../../../../bidding/openrtb/categories.ts';
import { bidJson, preparedOf, quoted, responseJson } from '../../../../bidding/openrtb/write.ts';
import { TOKEN_MARK } from '../../../../bidding/render/links.ts';

const links = { exchangeUrl: 'https://ad.example', assetsUrl: 'https://ad.example' };
const bid = {
  seat: '席位',
  impId: '位置一',
  bidId: 'a-0',
  priceMicroCny: 2130,
  token: 'TOKEN',
  prepared: preparedOf(`<b>春茶 "${TOKEN_MARK}" 🍵</b>${TOKEN_MARK}`, 1, { w: 640, h: 100 }),
  creativeId: '创意',
  campaignId: 1,
  lineItemId: 2,
  domains: ['茶.example'],
  categories: [],
  taxonomy: 8,
  language: '',
  slotInPod: 0,
  dealId: '交易',
  expS: 60,
};

test('whatever callers and advertisers write, a response is ASCII and says the same', () => {
  const text = responseJson('请求', 'a', [{ seat: bid.seat, json: bidJson(bid, links) }], '{}');
  expect(text).toMatch(/^[\x20-\x7e]+$/);
  expect(Buffer.byteLength(text)).toBe(text.length);
  const { id, seatbid } = JSON.parse(text);
  expect([id, seatbid[0].seat]).toEqual(['请求', '席位']);
  expect(seatbid[0].bid[0]).toMatchObject({
    impid: '位置一',
    price: 2.13,
    crid: '创意',
    adomain: ['茶.example'],
    dealid: '交易',
    adm: '<b>春茶 "TOKEN" 🍵</b>TOKEN',
  });
});

test.each(['a"b', 'a\\b', 'a\nb', '\u2028', '😀', '\ud800', ''])(
  'a string is quoted whole: %j',
  (text) => {
    expect(JSON.parse(quoted(text))).toBe(text);
  },
);

test('a list of categories is remembered as it was sent: none can be made to stand for another', () => {
  const joined = blockedCategories(['IAB7\nIAB8'], [], 1);
  const apart = blockedCategories(['IAB7', 'IAB8'], [], 1);
  expect(joined).toEqual(['IAB7\nIAB8']);
  expect(apart).toContain('medical');
  expect(apart).toContain('alcohol');
  expect(blockedCategories(['IAB7', 'IAB8'], [], 1)).toEqual(apart);
  expect(blockedCategories(['IAB7', 'IAB8'], [], 2)).not.toEqual(apart);
});
