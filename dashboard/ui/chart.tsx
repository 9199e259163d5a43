/** Charts: echarts, fetched when the first one is shown. Owns the house style of axes, lines and tips. */

import type { EChartsCoreOption } from 'echarts/core';
import { useEffect, useRef } from 'react';
import { color, fontFamily, series } from './theme.ts';

interface Props {
  option: EChartsCoreOption;
  /** What the chart tells, for those who cannot see it. */
  label: string;
  height?: number;
  dark?: boolean;
}

export function Chart({ option, label, height = 240, dark }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const latest = useRef(option);
  latest.current = option;
  const draw = useRef<(option: EChartsCoreOption) => void>(undefined);

  useEffect(() => {
    let gone = false;
    let clean = () => {};
    void import('./chartEngine.ts').then(({ startChart }) => {
      if (gone || !box.current) return;
      const chart = startChart(box.current);
      const observer = new ResizeObserver(() => chart.resize());
      observer.observe(box.current);
      draw.current = (next) =>
        chart.setOption({ ...houseStyle(dark), ...next }, { notMerge: true });
      draw.current(latest.current);
      clean = () => {
        observer.disconnect();
        chart.dispose();
      };
    });
    return () => {
      gone = true;
      clean();
    };
  }, [dark]);

  useEffect(() => draw.current?.(option), [option]);

  return <div ref={box} role="img" aria-label={label} style={{ height, width: '100%' }} />;
}

const houseStyle = (dark = false): EChartsCoreOption => ({
  color: series,
  animationDuration: 250,
  textStyle: { fontFamily, color: dark ? color.nightFaint : color.inkFaint },
  grid: { left: 8, right: 12, top: 16, bottom: 4, containLabel: true },
  tooltip: {
    trigger: 'axis',
    confine: true,
    backgroundColor: color.ink,
    borderWidth: 0,
    textStyle: { color: '#fff', fontFamily, fontSize: 12 },
    axisPointer: { lineStyle: { color: color.lineStrong } },
  },
});

/** For charts of several series; one alone is named by its panel. */
export const legend = { top: 0, right: 0, icon: 'roundRect', itemWidth: 10, itemHeight: 10 };

/** Axis of days or hours. */
export const categoryAxis = (data: readonly string[], dark = false) => ({
  type: 'category',
  data,
  axisTick: { show: false },
  axisLine: { lineStyle: { color: dark ? color.nightLine : color.lineStrong } },
  axisLabel: { color: dark ? color.nightFaint : color.inkFaint, hideOverlap: true },
});

export const valueAxis = (format: (value: number) => string, dark = false) => ({
  type: 'value',
  splitNumber: 4,
  splitLine: { lineStyle: { color: dark ? color.nightLine : color.line } },
  axisLabel: { color: dark ? color.nightFaint : color.inkFaint, formatter: format },
});
