import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { classify } from '../../../../api/content/classify.ts';
import { CHANNELS, DANGERS, TOPICS } from '../../../../api/content/lexicon.ts';
import { CONTENT_CATEGORIES, SAFETY_LABELS } from '../../../../db/terms/content.ts';

/** Written for this test, as county outlets write; none of it is in the dictionary's making. */
const ARTICLES: [category: string, title: string, text: string][] = [
  ['sports', '富春江龙舟赛周末开桨', '来自全市的二十支队伍将在富春江上展开角逐，决赛于周日下午举行，夺冠队伍将代表我区参加全省联赛。'],
  ['agriculture', '早稻插秧忙 农机进田头', '连日来，各乡镇抢抓农时，合作社的农机手驾驶插秧机在稻田里穿梭，今年全区早稻种植面积稳中有增。'],
  ['education', '2026年中考报名今日启动', '区教育局提醒考生和家长，报名须在规定时间内完成，各初中学校将安排老师协助学生核对信息，录取批次有所调整。'],
  ['health', '流感高发季 医生提醒这样预防', '区人民医院呼吸科门诊患者增多，医生建议老人和儿童及时接种疫苗，出现症状尽早就诊。'],
  ['tourism', '古镇民宿预订火爆 假日旅游回暖', '景区游客接待量同比增长三成，夜游项目受到欢迎，多家民宿客房已经订满。'],
  ['weather', '冷空气今夜到货 气温骤降8℃', '气象台预报，受冷空气影响，明天阵雨转多云，最低气温3℃，请注意添衣。'],
  ['economy', '一季度全区外贸出口增长12%', '专精特新企业订单饱满，制造业投资保持较快增长，跨境电商成为新的增长点。'],
  ['transport', '绕城高速部分路段施工改道', '交警提醒，本周末夜间施工期间车流绕行，公交班次有所调整，地铁运营时间延长。'],
  ['law', '冒充客服诈骗 民警及时止付', '派出所民警接到报案后迅速冻结账户，警方提醒市民提高反诈意识，嫌疑人已被抓获，案件正在办理。'],
  ['culture', '宋韵主题特展在区博物馆开幕', '展览共展出文物一百余件，非遗传承人现场演示剪纸技艺，图书馆同步推出诗词讲座。'],
  ['food', '老街面馆的一碗片儿川', '这家老字号开了四十年，厨师每天清晨备好食材，特色菜和小吃吸引了不少食客，口感鲜美。'],
  ['technology', '本地企业发布工业机器人新品', '该公司自主研发的芯片与算法让机器人更灵活，已获三十项专利，人工智能实验室同日揭牌。'],
  ['realestate', '公积金贷款额度上调 首套房再降门槛', '购房者首付比例下调，楼市成交回升，多个楼盘开盘，二手房带看量增加。'],
  ['charity', '爱心助学活动为困难学子送温暖', '慈善总会组织志愿者开展结对帮扶，企业捐赠助学金五十万元，公益项目覆盖留守儿童。'],
  ['auto', '新能源车下乡 车主试驾体验续航', '多家车企带来新款车型，4S店推出购车补贴，充电桩建设同步推进。'],
  ['military', '夏季征兵启动 欢送新兵入伍', '人武部组织应征青年体检，退役军人讲述军营故事，武警官兵现场答疑。'],
]; // biome-ignore format: one article a line

describe('an article', () => {
  test.each(ARTICLES)('about %s: %s', (category, title, text) => {
    expect(classify({ title, text }).categories[0]).toBe(category);
    expect(classify({ title, text }).safety).toEqual([]);
  });

  test('is told apart from what advertisers avoid', () => {
    const crash = classify({
      title: '高速车祸致三人死亡',
      text: '事故发生在昨晚，一辆货车侧翻，伤亡人员已送医。',
    });
    expect(crash.safety.sort()).toEqual(['safety:death', 'safety:disaster']);
    const leaders = classify({ title: '习近平主持召开会议', text: '中央政治局常委出席。' });
    expect(leaders.safety).toContain('safety:leaders');
  });

  test.each([
    ['社区举行消防演练', '居民学习灭火器使用，消防安全意识增强，排查火灾隐患。'],
    ['中小学开展防溺水教育', '老师为学生讲解防溺水知识。'],
    ['国际禁毒日 志愿者进校园', '禁毒宣传提醒青少年远离毒品。'],
    ['产业迎来爆炸性增长', '企业营收翻番。'],
  ])('that only speaks of preventing it is harmless: %s', (title, text) => {
    expect(classify({ title, text }).safety).toEqual([]);
  });

  test('has keywords one would search by, no numbers and no single characters', () => {
    const [, title, text] = ARTICLES[0] as [string, string, string];
    const { keywords } = classify({ title, text });
    expect(keywords).toContain('富春江');
    expect(keywords.every((word) => word.length >= 2 && !/^\d/.test(word))).toBe(true);
  });

  test('that says little is put by its channel', () => {
    expect(classify({ title: '本周赛程', text: '', channel: '体育新闻' }).categories).toEqual([
      'sports',
    ]);
    expect(classify({ title: '一则', text: '' }).categories).toEqual([]);
  });

  test('of any text at all is answered, with at most three categories', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.string({ unit: 'grapheme', maxLength: 300 }),
        (title, text) => {
          const { categories, keywords, safety } = classify({ title, text });
          expect(categories.length).toBeLessThanOrEqual(3);
          expect(keywords.length).toBeLessThanOrEqual(12);
          expect(safety.every((label) => label in SAFETY_LABELS)).toBe(true);
        },
      ),
      { numRuns: 200 },
    );
  });
});

test('the dictionary speaks only of categories and labels that there are', () => {
  expect(Object.keys(TOPICS).sort()).toEqual(Object.keys(CONTENT_CATEGORIES).sort());
  expect(Object.keys(DANGERS).sort()).toEqual(Object.keys(SAFETY_LABELS).sort());
  for (const category of Object.values(CHANNELS)) expect(category in CONTENT_CATEGORIES).toBe(true);
});
