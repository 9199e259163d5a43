import { describe, expect, test } from 'vitest';
import { checkTag, type TagFacts } from '../../../../api/outlets/tagCheck.ts';

const EXCHANGE = 'https://ads.hongze.example';
const TAG = `<script async src="${EXCHANGE}/tag.js" data-placement="7"></script>`;

const codes = (
  html: string,
  more: Partial<TagFacts> = {},
  headers = {},
  url = 'https://news.example/a',
) =>
  checkTag({
    page: { status: 200, headers, html, urls: [url] },
    exchangeUrl: EXCHANGE,
    domain: 'news.example',
    placements: new Map([[7, { name: '通栏', sizes: [{ w: 640, h: 100 }] }]]),
    adsTxt: 'ads.hongze.example, 12, DIRECT',
    adsTxtLine: { domain: 'ads.hongze.example', sellerId: '12' },
    ...more,
  }).findings.map((one) => one.code);

describe('a page', () => {
  test('with the tag as it was copied is in order', () => {
    expect(codes(`<p>x</p>${TAG}`)).toEqual([]);
    expect(codes(TAG.replace('async', 'defer').replaceAll('"', "'"))).toEqual([]);
  });

  test.each([
    ['no tag', '<p>x</p>', 'tag_missing'],
    ['the tag inside a comment', `<!-- ${TAG} -->`, 'tag_commented'],
    ['another exchange’s tag', TAG.replace(EXCHANGE, 'https://old.example'), 'tag_elsewhere'],
    ['no number', TAG.replace('data-placement="7"', ''), 'no_placement'],
    ['a number of another site', TAG.replace('"7"', '"8"'), 'wrong_placement'],
    ['a tag that blocks the page', TAG.replace('async ', ''), 'not_async'],
  ])('with %s is told so', (_what, html, code) => {
    expect(codes(html)).toEqual([code]);
  });

  test('whose policy stops our script, or only our calls, is told which directive', () => {
    const policy = (text: string) => codes(TAG, {}, { 'content-security-policy': text });
    expect(policy("default-src 'self'")).toEqual([
      'csp_script',
      'csp_connect',
      'csp_frame',
      'csp_img',
    ]);
    expect(
      policy(`script-src ${EXCHANGE}; connect-src 'self'; img-src *; frame-src https:`),
    ).toEqual(['csp_connect']);
    expect(policy(`default-src https://*.hongze.example`)).toEqual([]);
    const meta = `<meta http-equiv="Content-Security-Policy" content="script-src 'self'">${TAG}`;
    expect(codes(meta)).toEqual(['csp_script']);
  });

  test('elsewhere, broken or plain, and a site without us in its ads.txt, are told too', () => {
    expect(codes(TAG, {}, {}, 'http://other.example/')).toEqual(['other_site', 'no_https']);
    expect(codes(TAG, { adsTxt: null })).toEqual(['ads_txt_missing']);
    expect(codes(TAG, { adsTxt: '# ads.hongze.example, 12\nx.example, 12' })).toEqual([
      'ads_txt_without_us',
    ]);
  });

  test('of a million open brackets is read in no time to speak of', () => {
    expect(codes('<script '.repeat(100_000))).toEqual(['tag_missing']);
    expect(codes('<!-- '.repeat(100_000))).toEqual(['tag_missing']);
  });
});
