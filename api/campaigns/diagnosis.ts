/**
 * Why a line item is not delivering, and the fix. Pure: facts in, findings out, the most basic first; an empty list
 * means that nothing on our side stands in its way.
 */
import type { Day } from '../../db/terms/day.ts';
import { formatYuan, type MicroCny } from '../../db/terms/money.ts';

export interface DeliveryFacts {
  today: Day;
  hourOfWeek: number;
  advertiserStatus: string;
  /** Null: nobody looked yet. */
  funded: boolean | null;
  campaignStatus: string;
  campaignBudgetMicroCny: MicroCny;
  campaignSpentMicroCny: MicroCny;
  lineItem: {
    status: string;
    /** `booked`: days bought outright, `guaranteed`: impressions promised; neither bids, and both are paid by their order. */
    priority: string;
    startsOn: Day;
    endsOn: Day;
    bidFen: number;
    pricing: string;
    totalBudgetMicroCny: MicroCny;
    dailyBudgetMicroCny: MicroCny;
    spentMicroCny: MicroCny;
    spentTodayMicroCny: MicroCny;
    /** Hours of the week its target allows; null: all. */
    hours: number[] | null;
  };
  creatives: { status: string; approvalExpiresOn: Day | null; format: string }[];
  stops: { id: number; reason: string }[];
  /** Days from today on of which it has a slot, earliest first; empty but for `booked`. */
  bookedDays: Day[];
  /** Lowest floor (CPM fen) among placements of its creatives' formats; null: there are none. */
  lowestFloorFen: number | null;
}

export interface Finding {
  code: string;
  severity: 'blocks' | 'limits';
  zh: string;
  en: string;
  fix: { zh: string; en: string };
}

const say = (
  code: string,
  severity: Finding['severity'],
  [zh, fixZh]: [string, string],
  [en, fixEn]: [string, string],
): Finding => ({ code, severity, zh, en, fix: { zh: fixZh, en: fixEn } });

const isBooked = (f: DeliveryFacts): boolean => f.lineItem.priority === 'booked';
/** What it costs is agreed and held by its order: neither floors nor the wallet stand in its way. */
const isPromised = (f: DeliveryFacts): boolean =>
  isBooked(f) || f.lineItem.priority === 'guaranteed';

type Check = (facts: DeliveryFacts) => Finding | false | undefined;

const CHECKS: Check[] = [
  (f) =>
    f.stops.length > 0 &&
    say(
      'stopped',
      'blocks',
      [`已被平台撤播：${f.stops[0]?.reason}`, '请联系平台运营处理撤播原因'],
      [
        `taken down by the platform: ${f.stops[0]?.reason}`,
        'contact the platform about the reason',
      ],
    ),
  (f) =>
    f.advertiserStatus !== 'active' &&
    say(
      'advertiser_not_active',
      'blocks',
      ['广告主账户未通过资质审核或被停用', '补全资质，或联系平台'],
      ['the advertiser is not approved or is suspended', 'complete the papers or contact us'],
    ),
  (f) =>
    f.funded === false &&
    !isPromised(f) &&
    say('no_funds', 'blocks', ['账户余额不足', '请充值'], ['the wallet is empty', 'top it up']),
  (f) =>
    f.campaignStatus !== 'active' &&
    say(
      'campaign_not_active',
      'blocks',
      ['推广计划未启用', '启用推广计划'],
      ['the campaign is not active', 'activate the campaign'],
    ),
  (f) =>
    f.lineItem.status !== 'active' &&
    say(
      'line_item_not_active',
      'blocks',
      ['投放单元未启用', '启用投放单元'],
      ['the line item is not active', 'activate it'],
    ),
  (f) =>
    f.today < f.lineItem.startsOn &&
    say(
      'not_started',
      'blocks',
      [`投放将于 ${f.lineItem.startsOn} 开始`, '等待，或将开始日期提前'],
      [`it starts on ${f.lineItem.startsOn}`, 'wait, or move the start forward'],
    ),
  (f) =>
    f.today > f.lineItem.endsOn &&
    say(
      'over',
      'blocks',
      [`投放已于 ${f.lineItem.endsOn} 结束`, '延长结束日期'],
      [`it ended on ${f.lineItem.endsOn}`, 'extend its dates'],
    ),
  creativesProblem,
  (f) => (isBooked(f) ? bookedProblem(f) : budgetsProblem(f)),
  (f) =>
    f.lineItem.hours !== null &&
    !f.lineItem.hours.includes(f.hourOfWeek) &&
    say(
      'outside_hours',
      'limits',
      ['当前时段未投放', '等待所选时段，或放宽分时段设置'],
      ['this hour is outside its schedule', 'wait, or widen the dayparting'],
    ),
  (f) =>
    isPromised(f)
      ? undefined
      : f.lowestFloorFen === null
        ? f.creatives.some((one) => one.status === 'approved') &&
          say(
            'no_inventory',
            'blocks',
            ['没有可用此创意形式的广告位', '添加其他形式的创意，或放宽定向'],
            [
              'no placement takes creatives of this format',
              'add another format or widen the target',
            ],
          )
        : f.lineItem.pricing === 'CPM' &&
          f.lineItem.bidFen < f.lowestFloorFen &&
          say(
            'below_floor',
            'blocks',
            [
              `出价低于最低底价 ${yuan(f.lowestFloorFen)} 元`,
              `出价提高到 ${yuan(f.lowestFloorFen)} 元以上`,
            ],
            [`the bid is below every floor`, `bid ${yuan(f.lowestFloorFen)} yuan or more`],
          ),
];

const yuan = (fen: number) => (fen / 100).toFixed(2);

function creativesProblem(f: DeliveryFacts): Finding | undefined {
  if (f.creatives.length === 0) {
    return say(
      'no_creative',
      'blocks',
      ['没有创意', '添加一个创意并提交审核'],
      ['it has no creative', 'add one and submit it for review'],
    );
  }
  const valid = (one: DeliveryFacts['creatives'][number]) =>
    one.approvalExpiresOn === null || one.approvalExpiresOn >= f.today;
  const approved = f.creatives.filter((one) => one.status === 'approved');
  if (approved.some(valid)) return undefined;
  if (approved.length > 0) {
    return say(
      'approval_expired',
      'blocks',
      ['创意的广告审查批准文号已过期', '更新批准文号后重新提交审核'],
      ['the approval number of its creative has expired', 'renew it and submit again'],
    );
  }
  if (f.creatives.some((one) => one.status === 'pending')) {
    return say(
      'in_review',
      'blocks',
      ['创意正在审核', '等待审核结果'],
      ['its creatives are in review', 'wait for the verdict'],
    );
  }
  return say(
    'no_approved_creative',
    'blocks',
    ['没有通过审核的创意', '按驳回原因修改后重新提交'],
    ['none of its creatives is approved', 'correct what the review named and submit again'],
  );
}

/** Days bought outright have no budget: what they have is slots. */
function bookedProblem({ bookedDays: [next], today }: DeliveryFacts): Finding | undefined {
  if (next === today) return undefined;
  if (next === undefined) {
    return say(
      'no_slot_left',
      'blocks',
      ['已没有预订的档期：已投放完毕，或已取消、改期', '在订单中查看档期变更，或另行下单'],
      [
        'it has no booked day left: all are over, cancelled or moved',
        'look at its order’s changes, or book anew',
      ],
    );
  }
  return say(
    'no_slot_today',
    'limits',
    [`今日没有预订的档期，下一个投放日为 ${next}`, '等待，或在订单中申请改期'],
    [
      `no slot of today is its own; the next one is on ${next}`,
      'wait, or ask for a change in its order',
    ],
  );
}

function budgetsProblem(f: DeliveryFacts): Finding | undefined {
  const { lineItem: item } = f;
  if (f.campaignSpentMicroCny >= f.campaignBudgetMicroCny) {
    return say(
      'campaign_budget_spent',
      'blocks',
      [`推广计划预算 ${formatYuan(f.campaignBudgetMicroCny)} 元已用完`, '提高推广计划总预算'],
      ['the campaign’s budget is spent', 'raise the campaign’s total budget'],
    );
  }
  if (item.spentMicroCny >= item.totalBudgetMicroCny) {
    return say(
      'budget_spent',
      'blocks',
      [`总预算 ${formatYuan(item.totalBudgetMicroCny)} 元已用完`, '提高总预算'],
      ['its total budget is spent', 'raise the total budget'],
    );
  }
  if (item.spentTodayMicroCny >= item.dailyBudgetMicroCny) {
    return say(
      'daily_budget_spent',
      'limits',
      [`今日预算 ${formatYuan(item.dailyBudgetMicroCny)} 元已用完`, '明日零点恢复，或提高日预算'],
      ['today’s budget is spent', 'it resumes at midnight; or raise the daily budget'],
    );
  }
  return undefined;
}

export function diagnose(facts: DeliveryFacts): Finding[] {
  return CHECKS.flatMap((check) => {
    const found = check(facts);
    return found ? [found] : [];
  });
}
