/** Money by day as bars: every day of the period has its place, also one on which nothing came. */
import { useMemo } from 'react';
import { addDays } from '../../db/terms/day.ts';
import { count, shortDay, yuanForChart } from '../lib/format.ts';
import { Chart, categoryAxis, valueAxis } from './chart.tsx';

export interface DayAmount {
  day: string | undefined;
  amountMicroCny: string;
}

/** `amounts` should keep its identity between renders: a new one draws the chart anew. */
export function DailyMoney(props: {
  amounts: readonly DayAmount[];
  /** What the bars are, for the tip. */
  name: string;
  from: string;
  to: string;
  label: string;
  height?: number;
}) {
  const { amounts, name, from, to, label, height } = props;
  const option = useMemo(() => {
    const byDay = new Map(
      amounts.map(({ day, amountMicroCny }) => [day ?? '', yuanForChart(amountMicroCny)]),
    );
    const days: string[] = [];
    for (let day = from; day <= to; day = addDays(day, 1)) days.push(day);
    return {
      xAxis: categoryAxis(days.map(shortDay)),
      yAxis: valueAxis((v) => `¥${count(v)}`),
      series: [
        {
          type: 'bar',
          name,
          data: days.map((day) => byDay.get(day) ?? 0),
          barMaxWidth: 34,
          itemStyle: { borderRadius: [3, 3, 0, 0] },
          tooltip: { valueFormatter: (v: number) => `¥${v.toFixed(2)}` },
        },
      ],
    };
  }, [amounts, name, from, to]);
  return <Chart option={option} label={label} height={height} />;
}
