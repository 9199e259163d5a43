/** What a simulated day came to, against the most it could have come to; and the worst of many. */
import { round } from '../kit/figures.ts';
import type { Bound } from './bound.ts';
import { type DayResult, deviation } from './day.ts';
import type { PacedMarket } from './market.ts';

export type DayFigures = ReturnType<typeof figuresOf>;

export function figuresOf({ world, today, forecast }: PacedMarket, bound: Bound, day: DayResult) {
  const { items } = world;
  const binding = Array.from(bound.lambda, (lambda) => lambda < 0.98);
  const sums = { welfare: 0, revenue: 0, overspend: 0, avoidable: 0, budgets: 0 };
  items.forEach(({ budgetMicro }, i) => {
    const billed = day.billed[i] as number;
    sums.welfare += Math.min(budgetMicro, day.worth[i] as number);
    sums.revenue += billed;
    sums.overspend += Math.max(0, billed - budgetMicro);
    sums.budgets += budgetMicro;
    if (binding[i]) sums.avoidable += Math.max(0, budgetMicro - billed);
  });
  const strayed = deviation(day, items, forecast.curves, binding);
  return {
    bindingShare: round(binding.filter(Boolean).length / items.length),
    welfarePercent: round((100 * sums.welfare) / bound.valueMicro, 2),
    revenuePercent: round((100 * sums.revenue) / bound.valueMicro, 2),
    boundYuan: round(bound.valueMicro / 1e6, 0),
    overspendMicroCny: round(sums.overspend, 0),
    avoidableUnderspendPercent: round((100 * sums.avoidable) / sums.budgets, 2),
    unbilledClicksPercent: round((100 * day.unbilledClicks) / Math.max(1, day.clicks), 3),
    deviationWorstPercent: round(100 * strayed.worst, 2),
    deviationRmsePercent: round(100 * strayed.rmse, 2),
    fillPercent: round((100 * day.sold) / today.count, 1),
    leasesPer1000Requests: round((1000 * day.takes) / today.count, 1),
  };
}

/** Each figure that has a goal at its worst. */
export function worstOf(days: readonly DayFigures[]) {
  const least = (key: keyof DayFigures): number => Math.min(...days.map((day) => day[key]));
  const most = (key: keyof DayFigures): number => Math.max(...days.map((day) => day[key]));
  return {
    welfarePercent: least('welfarePercent'),
    revenuePercent: least('revenuePercent'),
    overspendMicroCny: most('overspendMicroCny'),
    avoidableUnderspendPercent: most('avoidableUnderspendPercent'),
    unbilledClicksPercent: most('unbilledClicksPercent'),
    deviationWorstPercent: most('deviationWorstPercent'),
    deviationRmsePercent: most('deviationRmsePercent'),
  };
}
