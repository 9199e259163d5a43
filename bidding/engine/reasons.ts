/**
 * Why somebody did not win: a closed list of integers, each with who can mend it and how. A reason is a result, never
 * thrown. Codes are stored in reports: they are added, never renumbered.
 */

/** `partner`: another bidder, or another exchange. */
export type ReasonOwner = 'advertiser' | 'outlet' | 'operator' | 'partner' | 'platform';

export interface Reason {
  code: number;
  key: string;
  owner: ReasonOwner;
  zh: string;
  en: string;
  fixZh: string;
  fixEn: string;
}

export const NO_BID = {
  none: 0,
  // The request or its imp, before any line item is looked at.
  unknown_placement: 1,
  outlet_mismatch: 2,
  format_not_offered: 3,
  stopped_here: 4,
  no_eligible_item: 5,
  // One line item.
  paused: 20,
  not_started: 21,
  ended: 22,
  no_budget: 23,
  below_floor: 24,
  no_creative_fits: 25,
  creative_stopped: 26,
  stopped: 27,
  blocked_by_outlet: 28,
  blocked_by_request: 29,
  barred_for_minors: 30,
  no_deal: 31,
  private_auction: 32,
  deal_full: 33,
  frequency_capped: 34,
  caps_unknown: 35,
  refused_by_reader: 36,
  seat_not_allowed: 37,
  bad_duration: 38,
  not_its_turn: 39,
  // The target, by the attribute that refused first.
  target_division: 50,
  target_outlet: 51,
  target_device: 52,
  target_hour: 53,
  target_context: 54,
  target_audience: 55,
  target_radius: 56,
  target_expression: 57,
  // It was in the auction.
  outranked: 70,
  separated: 71,
  not_reached: 72,
  // A partner's bid.
  bad_currency: 90,
  bad_imp: 91,
  bad_size: 92,
  bad_domain: 93,
  no_markup: 94,
  timed_out: 95,
  bad_category: 96,
  bad_attribute: 97,
  insecure: 98,
  below_deal_floor: 99,
  group_broken: 100,
  bad_chain: 101,
  bad_language: 102,
  bad_app: 103,
} as const;

export type NoBidReason = (typeof NO_BID)[keyof typeof NO_BID];
type Key = keyof typeof NO_BID;
type Words = [owner: ReasonOwner, zh: string, en: string, fixZh: string, fixEn: string];

// biome-ignore format: one reason a line
const WORDS: Record<Key, Words> = {
  none: ['platform', '无', 'none', '无需处理', 'nothing to do'],
  unknown_placement: ['outlet', '未知的广告位', 'unknown placement', '核对标签中的广告位编号', 'check the placement id in the tag'],
  outlet_mismatch: ['outlet', '广告位不属于该媒体', 'the placement belongs to another outlet', '核对媒体编号', 'check the publisher id'],
  format_not_offered: ['outlet', '请求未提供广告位登记的形式', 'the request does not offer the format of the placement', '让请求与广告位的形式一致', 'make the request offer the registered format'],
  stopped_here: ['operator', '此地或此媒体已全部停投', 'all advertising is stopped here', '解除停投', 'lift the stop'],
  no_eligible_item: ['platform', '没有符合条件的投放单元', 'no line item is eligible', '扩大需求或降低底价', 'bring more demand or lower the floor'],
  paused: ['advertiser', '已暂停', 'paused', '恢复投放', 'resume it'],
  not_started: ['advertiser', '尚未开始', 'not started', '提前开始日期', 'start earlier'],
  ended: ['advertiser', '已结束', 'ended', '延长结束日期', 'end later'],
  no_budget: ['advertiser', '预算或余额已用完', 'budget or balance is used up', '提高预算或充值', 'raise the budget or top up'],
  below_floor: ['advertiser', '出价低于底价', 'bid below the floor', '提高出价', 'raise the bid'],
  no_creative_fits: ['advertiser', '没有符合形式与尺寸的素材', 'no creative of this format and size', '上传该尺寸的素材', 'upload a creative of this size'],
  creative_stopped: ['operator', '素材已被下架', 'its creatives are taken down', '更换素材或申诉', 'replace the creative or appeal'],
  stopped: ['operator', '已被停投', 'stopped', '解除停投', 'lift the stop'],
  blocked_by_outlet: ['outlet', '被媒体屏蔽', 'blocked by the outlet', '调整媒体的屏蔽名单', 'change the blocklist of the outlet'],
  blocked_by_request: ['outlet', '被请求屏蔽', 'blocked by the request', '调整请求的屏蔽名单', 'change bcat or badv'],
  barred_for_minors: ['platform', '不得向未成年人展示', 'not allowed for minors', '依法不可投放', 'barred by law'],
  no_deal: ['advertiser', '此广告位没有其交易', 'no deal for this placement', '与媒体签订交易', 'agree a deal with the outlet'],
  private_auction: ['outlet', '仅限私有交易', 'deals only', '开放公开竞价', 'open the placement'],
  deal_full: ['platform', '交易量已满', 'the deal is fully delivered', '追加预订', 'book more'],
  frequency_capped: ['advertiser', '已达频次上限', 'frequency cap reached', '放宽频控', 'loosen the cap'],
  caps_unknown: ['platform', '频次计数不可用', 'caps cannot be checked now', '等待恢复', 'wait for recovery'],
  refused_by_reader: ['advertiser', '读者不再想看此推广', 'the reader does not want this campaign', '无需处理', 'nothing to do'],
  seat_not_allowed: ['outlet', '买方席位不在允许之列', 'the seat may not bid here', '调整 wseat 或 bseat', 'change wseat or bseat'],
  bad_duration: ['advertiser', '时长不符', 'the duration is not wanted', '按要求的时长制作', 'make it as long as is asked'],
  not_its_turn: ['platform', '轮到当日其他排期', 'the day’s other slots have this turn', '无需处理', 'nothing to do'],
  target_division: ['advertiser', '定向地域不符', 'outside the targeted divisions', '扩大地域定向', 'target more divisions'],
  target_outlet: ['advertiser', '定向媒体不符', 'outside the targeted outlets', '扩大媒体定向', 'target more outlets'],
  target_device: ['advertiser', '定向设备不符', 'outside the targeted devices', '扩大设备定向', 'target more devices'],
  target_hour: ['advertiser', '不在投放时段', 'outside the hours', '扩大投放时段', 'open more hours'],
  target_context: ['advertiser', '定向内容不符', 'outside the targeted content', '扩大内容定向', 'target more content'],
  target_audience: ['advertiser', '定向人群不符', 'outside the targeted audience', '扩大人群定向', 'target more segments'],
  target_radius: ['advertiser', '不在定向半径内', 'outside the radius', '扩大半径', 'widen the radius'],
  target_expression: ['advertiser', '定向条件不符', 'the target does not hold', '放宽定向', 'loosen the target'],
  outranked: ['advertiser', '竞价排名落后', 'outranked', '提高出价', 'raise the bid'],
  separated: ['platform', '同页竞品隔离', 'kept apart from a competitor on the page', '无需处理', 'nothing to do'],
  not_reached: ['advertiser', '排名上限低于胜出者', 'could not outrank the winner', '提高出价', 'raise the bid'],
  bad_currency: ['partner', '币种不符', 'currency not allowed', '以人民币出价', 'bid in CNY'],
  bad_imp: ['partner', '展示位编号不存在', 'no such imp', '核对 impid', 'check impid'],
  bad_size: ['partner', '尺寸不符', 'size not offered', '按提供的尺寸出价', 'bid with an offered size'],
  bad_domain: ['partner', '广告主域名不允许', 'advertiser domain not allowed', '核对域名', 'check adomain'],
  no_markup: ['partner', '缺少创意代码', 'no markup', '返回 adm', 'return adm'],
  timed_out: ['partner', '响应超时', 'too late', '缩短响应时间', 'answer sooner'],
  bad_category: ['partner', '行业类别不允许', 'category not allowed', '核对 cat 与 bcat、acat', 'check cat against bcat and acat'],
  bad_attribute: ['partner', '创意属性不允许', 'creative attribute not allowed', '核对 attr 与 battr', 'check attr against battr'],
  insecure: ['partner', '安全页面上的非安全素材', 'insecure markup on a secure page', '改用 https 素材', 'serve it over https'],
  below_deal_floor: ['partner', '低于交易底价', 'below the floor of the deal', '按交易价出价', 'bid the price of the deal'],
  group_broken: ['partner', '整组未能全部成交', 'not all of the group could win', '拆分该组', 'bid without the group'],
  bad_chain: ['partner', '供应链不完整或末端不符', 'the supply chain is incomplete or ends elsewhere', '补全 schain', 'complete the schain'],
  bad_language: ['partner', '创意语言不在允许之列', 'language of the creative not allowed', '核对 language 与 wlang', 'check language against wlang'],
  bad_app: ['partner', '推广的应用不允许', 'advertised app not allowed', '核对 bundle 与 bapp', 'check bundle against bapp'],
};

/** Every reason by code; a hole in the numbers is undefined. */
export const REASONS: readonly (Reason | undefined)[] = (() => {
  const byCode: (Reason | undefined)[] = [];
  for (const key of Object.keys(NO_BID) as Key[]) {
    const [owner, zh, en, fixZh, fixEn] = WORDS[key];
    byCode[NO_BID[key]] = { code: NO_BID[key], key, owner, zh, en, fixZh, fixEn };
  }
  return byCode;
})();

export const reasonOf = (code: number): Reason | undefined => REASONS[code];
