/** Reports as tables for a file. Owns headings and how amounts are written. */
import { formatYuan } from '../../db/terms/money.ts';
import { type Sheet, safe } from '../http/sheetFile.ts';
import type { IncomeDimension, SpendDimension } from './dimensions.ts';
import type { DimensionValue, IncomeReport, SpendReport } from './reports.ts';

const HEADINGS: Record<SpendDimension | IncomeDimension, string> = {
  day: '日期', hour: '小时', month: '月份', division: '区县', city: '设区市', advertiser: '广告主',
  campaign: '推广计划', lineItem: '投放单元', creative: '创意', outlet: '媒体', property: '站点/应用',
  placement: '广告位', device: '设备', tier: '层级', source: '收入来源', advertiserCategory: '行业',
}; // biome-ignore format: a word list

const label = (value: DimensionValue | undefined): string =>
  safe(value?.nameZh ? `${value.nameZh}（${value.key}）` : (value?.key ?? ''));

export function spendSheet(report: SpendReport, by: readonly SpendDimension[]): Sheet {
  const line = (m: SpendReport['items'][number] | SpendReport['totals']): (string | number)[] => [
    m.impressions,
    m.viewables,
    m.clicks,
    m.conversions,
    m.invalid,
    formatYuan(m.spendMicroCny),
  ];
  return {
    headings: [
      ...by.map((dimension) => HEADINGS[dimension]),
      '展现', '可见曝光', '点击', '转化', '异常流量', '消耗（元）',
    ], // biome-ignore format: one row
    rows: [
      ...report.items.map((item) => [...by.map((d) => label(item.dimensions[d])), ...line(item)]),
      [...by.map((_, i) => (i === 0 ? '合计' : '')), ...line(report.totals)],
    ],
  };
}

export function incomeSheet(report: IncomeReport, by: readonly IncomeDimension[]): Sheet {
  const line = (m: IncomeReport['totals']): (string | number)[] => [
    m.quantity,
    formatYuan(m.grossMicroCny),
    formatYuan(m.incomeMicroCny),
  ];
  return {
    headings: [
      ...by.map((dimension) => HEADINGS[dimension]),
      '计费量',
      '广告收入（元）',
      '分成收入（元）',
    ],
    rows: [
      ...report.items.map((item) => [...by.map((d) => label(item.dimensions[d])), ...line(item)]),
      [...by.map((_, i) => (i === 0 ? '合计' : '')), ...line(report.totals)],
    ],
  };
}
