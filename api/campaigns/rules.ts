/**
 * The rules of a plan, pure: which status follows which, what a budget may not fall below, where dates must lie, what
 * makes a target impossible. Each refusal names its field and, where there is one, the value that would do.
 */

import type { CampaignStatus } from '../../db/schema/campaigns.ts';
import type { Day } from '../../db/terms/day.ts';
import type { FailureDetail } from '../../db/terms/failure.ts';
import { formatYuan, type MicroCny } from '../../db/terms/money.ts';
import type { Target } from '../../db/terms/target.ts';

const NEXT: Record<CampaignStatus, readonly CampaignStatus[]> = {
  draft: ['active', 'archived'],
  active: ['paused', 'ended'],
  paused: ['active', 'ended', 'archived'],
  ended: ['archived'],
  archived: [],
};

const ZH: Record<CampaignStatus, string> = {
  draft: '草稿',
  active: '投放中',
  paused: '已暂停',
  ended: '已结束',
  archived: '已归档',
};

export function statusProblem(from: CampaignStatus, to: CampaignStatus): FailureDetail | undefined {
  if (NEXT[from].includes(to)) return undefined;
  const allowed = NEXT[from];
  return {
    pointer: '/status',
    zh: `${ZH[from]}之后只能是：${allowed.map((one) => ZH[one]).join('、') || '（无）'}`,
    en: `after ${from} only: ${allowed.join(', ') || 'nothing'}`,
  };
}

/** A budget never falls below what is spent or out with the bidding nodes; says the lowest value allowed. */
export function budgetProblem(
  pointer: string,
  budgetMicroCny: MicroCny | undefined,
  committedMicroCny: MicroCny,
): FailureDetail | undefined {
  if (budgetMicroCny === undefined || budgetMicroCny >= committedMicroCny) return undefined;
  const lowest = formatYuan(committedMicroCny);
  return {
    pointer,
    zh: `已消耗或已下发投放 ${lowest} 元，预算最低为 ${lowest} 元`,
    en: `${lowest} yuan is spent or being spent; the lowest budget is ${lowest} yuan`,
  };
}

interface Dates {
  startsOn: Day;
  endsOn: Day;
}

/** Of a line item within its campaign. */
export function datesProblem(own: Dates, campaign: Dates): FailureDetail | undefined {
  if (own.startsOn > own.endsOn) {
    return {
      pointer: '/endsOn',
      zh: '结束日期不能早于开始日期',
      en: 'the end cannot be before the start',
    };
  }
  if (own.startsOn < campaign.startsOn || own.endsOn > campaign.endsOn) {
    const early = own.startsOn < campaign.startsOn;
    return {
      pointer: early ? '/startsOn' : '/endsOn',
      zh: `日期应在推广计划的 ${campaign.startsOn} 至 ${campaign.endsOn} 之内`,
      en: `the dates must lie within the campaign's ${campaign.startsOn} to ${campaign.endsOn}`,
    };
  }
  return undefined;
}

export function spendRuleProblem(item: {
  dailyBudgetMicroCny: MicroCny;
  totalBudgetMicroCny: MicroCny;
}): FailureDetail | undefined {
  if (item.dailyBudgetMicroCny <= item.totalBudgetMicroCny) return undefined;
  return {
    pointer: '/dailyBudgetMicroCny',
    zh: `日预算不能超过总预算 ${formatYuan(item.totalBudgetMicroCny)} 元`,
    en: `the daily budget cannot exceed the total of ${formatYuan(item.totalBudgetMicroCny)} yuan`,
  };
}

const MAX_DEPTH = 8;
const MAX_NODES = 2000;

/** Size of an expression; deeper or larger ones would slow every node that compiles them. */
export function targetShapeProblem(target: Target): FailureDetail | undefined {
  let nodes = 0;
  let deepest = 0;
  const visit = (node: Target, depth: number): void => {
    nodes++;
    deepest = Math.max(deepest, depth);
    if (nodes > MAX_NODES || depth > MAX_DEPTH) return;
    if ('all' in node) for (const child of node.all) visit(child, depth + 1);
    else if ('any' in node) for (const child of node.any) visit(child, depth + 1);
    else if ('not' in node) visit(node.not, depth + 1);
  };
  visit(target, 1);
  if (nodes <= MAX_NODES && deepest <= MAX_DEPTH) return undefined;
  return {
    pointer: '/target',
    zh: `定向条件最多 ${MAX_NODES} 个、${MAX_DEPTH} 层`,
    en: `a target may have ${MAX_NODES} conditions and ${MAX_DEPTH} levels at most`,
  };
}

/** All values that a target names for one attribute, with the pointer of each. */
export function namedIn(
  target: Target,
  attributes: readonly string[],
  pointer = '/target',
): { pointer: string; value: string | number }[] {
  if ('all' in target) {
    return target.all.flatMap((one, i) => namedIn(one, attributes, `${pointer}/all/${i}`));
  }
  if ('any' in target) {
    return target.any.flatMap((one, i) => namedIn(one, attributes, `${pointer}/any/${i}`));
  }
  if ('not' in target) return namedIn(target.not, attributes, `${pointer}/not`);
  if (!attributes.includes(target.attribute)) return [];
  return target.in.flatMap((value, i) =>
    typeof value === 'object' ? [] : [{ pointer: `${pointer}/in/${i}`, value }],
  );
}
