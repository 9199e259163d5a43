import { describe, expect, test } from 'vitest';
import { papersOf, reviewByRules, scanText } from '../../../../api/creatives/findings.ts';
import type { Category } from '../../../../db/terms/market.ts';

const found = (text: string, category: Category = 'retail') =>
  scanText('content/title', text, category).map((one) => [one.severity, one.text]);

describe('the words of the law', () => {
  test('are found with article and place in the original', () => {
    const [finding] = scanText('content/title', '本店乃最佳之选', 'retail');
    expect(finding).toMatchObject({
      article: '广告法 第九条（三）',
      severity: 'block',
      field: 'content/title',
      start: 3,
      end: 5,
      text: '最佳',
    });
  });

  test.each([
    ['spaces', '国 家 级产品', '国 家 级'],
    ['punctuation', '国·家-级产品', '国·家-级'],
    ['invisible characters', '国\u200b家\u200b级产品', '国\u200b家\u200b级'],
    ['traditional characters', '國家級產品', '國家級'],
    ['full-width forms', 'ＮＯ．１ 品牌', 'ＮＯ．１'],
    ['emoji', '最😀佳品质', '最😀佳'],
  ])('are found through %s, at their original place', (_how, text, expected) => {
    const hit = scanText('content/title', text, 'retail')[0];
    expect(hit?.text).toBe(expected);
    expect(text.slice(hit?.start, hit?.end)).toBe(expected);
  });

  test.each([
    '我们第一时间响应',
    '第一人民医院旁',
    '国家级风景名胜区门票',
    '最大程度保留茶香',
    '奥运冠军',
  ])('do not stumble over %s', (text) => {
    expect(found(text)).toEqual([]);
  });

  test('a whitelisted phrase covers only itself', () => {
    expect(found('第一时间到店，销量第一')).toEqual([['flag', '销量第一']]);
  });

  test.each<[Category, string, string]>([
    ['medical', '一次根治', 'block'],
    ['food', '一次根治', 'flag'],
    ['finance', '稳赚不赔', 'block'],
    ['education', '不过退款', 'block'],
    ['alcohol', '千杯不醉', 'block'],
  ])('hold by category: %s with %s is %s', (category, text, severity) => {
    expect(found(text, category)[0]?.[0]).toBe(severity);
  });

  test('hold only in their category', () => {
    expect(found('不醉不归的夜晚', 'tourism')).toEqual([]);
  });

  test('cannot hide between tags', () => {
    const base = {
      name: '',
      category: 'retail' as const,
      approvalNo: null,
      approvalExpiresOn: null,
    };
    const content = { html: '<b>最</b><i>佳</i>' };
    expect(reviewByRules({ ...base, content, isPsa: false }, '2026-03-02')[0]?.text).toBe('最佳');
  });
});

describe('papers', () => {
  const drug = { name: '', content: {}, category: 'drug' as const, isPsa: false };
  test('are asked for by Law 46, number and expiry each', () => {
    const none = papersOf({ ...drug, approvalNo: null, approvalExpiresOn: null }, '2026-03-02');
    expect(none.map((one) => one.field)).toEqual(['approvalNo', 'approvalExpiresOn']);
  });
  test('that expired yesterday are no papers; that expire today still are', () => {
    const at = (day: string) =>
      papersOf({ ...drug, approvalNo: '浙药广审(文)第1号', approvalExpiresOn: day }, '2026-03-02')
        .length;
    expect([at('2026-03-01'), at('2026-03-02')]).toEqual([1, 0]);
  });
  test('are not asked of other categories', () => {
    const food = { ...drug, category: 'food' as const, approvalNo: null, approvalExpiresOn: null };
    expect(papersOf(food, '2026-03-02')).toEqual([]);
  });
});
