import { expect, test } from 'vitest';
import { partnerMarkup } from '../../../../bidding/demand/markup.ts';
import type { ReceivedBid } from '../../../../bidding/demand/received.ts';
import { aPartner } from '../../../kit/snapshot.ts';

const links = { exchangeUrl: 'https://x.example', assetsUrl: 'https://x.example' };
const aBid = (over: Partial<ReceivedBid>): ReceivedBid => ({
  partner: aPartner(1, 's', 'http://one.example'),
  id: '1',
  bidid: '',
  crid: 'c',
  adm: '',
  nurl: '',
  burl: '',
  lurl: '',
  adomain: ['"><script>alert(1)</script>'],
  categories: [],
  taxonomy: 1,
  attributes: [],
  w: 300,
  h: 250,
  mtype: 1,
  seat: 's',
  adId: '',
  durationS: 0,
  protocol: 0,
  language: '',
  expS: 0,
  slotInPod: 0,
  bidMicroCny: 1,
  ...over,
});
const framed = (over: Partial<ReceivedBid>) =>
  partnerMarkup(aBid(over), over.adm ?? '', { w: 300, h: 250 }, links);

test('a partner’s markup is one attribute of one frame that may neither be the page nor lead it away', () => {
  const markup = framed({
    adm: `"></iframe><script>top.location='//evil.example'</script>' srcdoc='`,
  });
  expect(markup?.match(/<iframe /g)).toHaveLength(1);
  expect(markup).not.toMatch(/<script/);
  const [, sandbox] = /sandbox="([^"]*)"/.exec(markup ?? '') ?? [];
  expect(sandbox?.split(' ')).not.toContain('allow-same-origin');
  expect(sandbox).not.toMatch(/allow-(top-navigation|forms|modals|same-origin)/);
});

test.each([
  'javascript:alert(1)',
  'data:text/html,<script>1</script>',
  'file:///etc/passwd',
  'nonsense',
])('markup that is to be fetched from %s is none', (nurl) => {
  expect(framed({ nurl })).toBeUndefined();
});
