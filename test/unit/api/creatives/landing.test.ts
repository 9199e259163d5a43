import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { judge } from '../../../../api/creatives/landing.ts';
import {
  fingerprint,
  similarity,
  siteOf,
  titleOf,
  visibleText,
} from '../../../../api/creatives/pageText.ts';

const STORY =
  '西湖龙井明前茶，产自狮峰山核心产区，手工炒制，每年清明前采摘，产量有限。本店支持七天无理由退换，全国包邮，欢迎选购。';
const page = (text: string, title = '龙井') =>
  Buffer.from(
    `<html><head><title>${title}</title><script>var 国家级=1</script></head><body><p>${text}</p></body></html>`,
  );
const answer = (text: string, url = 'https://tea.example/spring') => ({
  status: 200,
  body: page(text),
  urls: [url],
});
const first = judge(answer(STORY), 'food', undefined);
const baseline = {
  baselineHost: first.seen?.host ?? '',
  baselinePrint: first.seen?.print ?? [],
  baselineWords: first.seen?.words ?? [],
};

describe('a landing page', () => {
  test('that says what it said is well, and small changes are its own affair', () => {
    expect(first.outcome).toBe('ok');
    expect(first.title).toBe('龙井');
    expect(judge(answer(`${STORY}今日特价八折。`), 'food', baseline).outcome).toBe('ok');
  });

  test.each([
    ['leads to another site', answer(STORY, 'https://casino.example/'), '其他网站'],
    ['says what is forbidden and did not before', answer(`${STORY}国家级品质`), '国家级'],
    [
      'says something else altogether',
      answer(
        '恭喜您中奖，请立即联系客服领取奖金，填写银行卡号与验证码即可到账，名额有限先到先得，过期作废，绝不收取任何手续费用，详情咨询在线客服人员，数量不多欲购从速，机会难得切勿错过。',
      ),
      '明显不同',
    ],
  ])('is changed when it %s', (_what, later, said) => {
    const look = judge(later, 'food', baseline);
    expect(look.outcome).toBe('changed');
    expect(look.detailZh).toContain(said);
  });

  test('on another host of the same site is the same page', () => {
    expect(judge(answer(STORY, 'https://m.tea.example/spring'), 'food', baseline).outcome).toBe(
      'ok',
    );
    expect(siteOf('m.shop.com.cn')).toBe('shop.com.cn');
  });

  test('with forbidden words is refused before approval, and not pulled for them after', () => {
    const look = judge(answer(`${STORY}国家级品质`), 'food', undefined);
    expect(look.outcome).toBe('refused');
    const approved = { ...baseline, baselineWords: ['国家级'] };
    expect(judge(answer(`${STORY}国家级品质`), 'food', approved).outcome).toBe('ok');
  });

  test('that fails is told apart from one that is gone', () => {
    expect(judge({ ...answer(''), status: 503 }, 'food', baseline).outcome).toBe('unreachable');
    expect(judge({ ...answer(''), status: 404 }, 'food', baseline).outcome).toBe('gone');
  });
});

test('scripts, styles and comments say nothing', () => {
  const html = '<style>.a{}</style><!-- 国家级 --><script>"国家级"</script><b>茶&nbsp;叶</b>';
  expect(visibleText(html)).toBe('茶 叶');
  expect(titleOf('<p>')).toBeNull();
});

test('a text is wholly like itself, and likeness goes both ways', () => {
  const text = fc.string({ minLength: 4, maxLength: 400, unit: 'grapheme' });
  fc.assert(
    fc.property(text, text, (a, b) => {
      expect(similarity(fingerprint(a), fingerprint(a))).toBe(1);
      expect(similarity(fingerprint(a), fingerprint(b))).toBe(
        similarity(fingerprint(b), fingerprint(a)),
      );
    }),
    { numRuns: 50 },
  );
});
