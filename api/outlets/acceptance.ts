/** How an outlet answers a booking by its own rules. Pure; refuses what it blocks and what the law bars from minors' media. */
import { BARRED_FOR_MINORS } from '../../bidding/engine/stops.ts';
import type { AcceptanceRules } from '../../db/schema/outlets.ts';
import { addDays, type Day } from '../../db/terms/day.ts';
import type { Category } from '../../db/terms/market.ts';

export interface Seller {
  acceptance: AcceptanceRules;
  blockedCategories: readonly string[];
  blockedAdvertiserIds: readonly number[];
  /** The property's audience are children. */
  forMinors: boolean;
}

export interface Asked {
  advertiserId: number;
  category: Category;
  startsOn: Day;
  today: Day;
  discountPpm: number;
}

export interface Judgement {
  answer: 'accept' | 'ask' | 'refuse';
  zh: string;
  en: string;
}

const say = (answer: Judgement['answer'], zh: string, en: string): Judgement => ({
  answer,
  zh,
  en,
});

export function judgeBooking(seller: Seller, asked: Asked): Judgement {
  const { acceptance } = seller;
  if (seller.blockedAdvertiserIds.includes(asked.advertiserId)) {
    return say('refuse', '该媒体不接受此广告主', 'the outlet does not take this advertiser');
  }
  if (seller.blockedCategories.includes(asked.category)) {
    return say('refuse', '该媒体不接受此行业', 'the outlet does not take this category');
  }
  if (seller.forMinors && BARRED_FOR_MINORS.has(asked.category)) {
    return say(
      'refuse',
      '广告法第 40 条：不得在面向未成年人的媒体上发布',
      'Advertising Law art. 40: barred from media for minors',
    );
  }
  if (!acceptance.auto) return say('ask', '待媒体确认', 'waits for the outlet');
  if (asked.startsOn < addDays(asked.today, acceptance.leadDays)) {
    return say('ask', '距开始日期太近，待媒体确认', 'short notice: waits for the outlet');
  }
  if (acceptance.categories.length > 0 && !acceptance.categories.includes(asked.category)) {
    return say('ask', '行业不在自动接受之列，待媒体确认', 'this category waits for the outlet');
  }
  if (asked.discountPpm > acceptance.maxDiscountPpm) {
    return say('ask', '折扣超出自动接受范围，待媒体确认', 'the discount waits for the outlet');
  }
  return say('accept', '按媒体规则自动接受', 'accepted by the outlet’s rules');
}
