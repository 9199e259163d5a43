import { expect, test } from 'vitest';
import { coarseAddress, withoutReader } from '../../../../bidding/demand/reader.ts';

test('nothing that tells one reader from another is passed on, wherever callers put it', () => {
  const secret = 'SECRET';
  const body = {
    id: 'r1',
    imp: [{ id: '1' }],
    site: { page: 'https://news.example/a' },
    user: {
      id: secret,
      buyeruid: secret,
      eids: [{ uids: [{ id: secret }] }],
      data: [{ segment: [{ id: secret }] }],
      yob: 1990,
      customdata: secret,
      geo: { lat: 30.123456 },
      ext: { eids: [secret], consent: secret, anything: secret },
    },
    device: {
      ua: 'Mozilla/5.0',
      ip: '203.0.113.77',
      ipv6: '2001:db8:1:2:3:4:5:6',
      ifa: secret,
      didsha1: secret,
      dpidmd5: secret,
      geo: { lat: 30.123456, lon: 120.654321, city: '杭州' },
      ext: { oaid: secret, caid: secret },
    },
  };
  const told = withoutReader(body, false);
  expect(JSON.stringify(told)).not.toMatch(/SECRET|1990|30\.12|120\.65|113\.77|:2:3/);
  expect(told).toEqual({
    id: 'r1',
    imp: [{ id: '1' }],
    site: { page: 'https://news.example/a' },
    user: {},
    device: { ua: 'Mozilla/5.0', ip: '203.0.113.0', ipv6: '2001:db8:1::', geo: { city: '杭州' } },
  });
  expect(body.user.id).toBe(secret);
});

test('an address keeps its network and loses its host, also where it is written short', () => {
  expect(['1.2.3.4', '2001:db8::1', '::1', 5].map(coarseAddress)).toEqual([
    '1.2.3.0',
    '2001:db8::',
    '::',
    undefined,
  ]);
});
