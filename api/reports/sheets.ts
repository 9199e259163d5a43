/** Reports as tables for a file. Owns headings and how amounts are written. */
import { formatYuan } from '../../db/terms/money.ts';
import { type Sheet, safe } from '../http/sheetFile.ts';
import type { IncomeDimension, SpendDimension } from './dimensions.ts';
import type { DimensionValue } from './grouped.ts';
import type { IncomeReport } from './income.ts';
import type { Metric, SpendMetrics } from './metrics.ts';
import type { SpendReport } from './spend.ts';

const HEADINGS: Record<SpendDimension | IncomeDimension, string> = {
  day: '日期', hour: '小时', month: '月份', division: '区县', city: '设区市', advertiser: '广告主',
  campaign: '推广计划', lineItem: '投放单元', creative: '创意', outlet: '媒体', property: '站点/应用',
  placement: '广告位', device: '设备', tier: '层级', source: '收入来源', advertiserCategory: '行业', deal: '私有交易',
}; // biome-ignore format: a word list

const label = (value: DimensionValue | undefined): string =>
  safe(value?.nameZh ? `${value.nameZh}（${value.key}）` : (value?.key ?? ''));

const yuan = (amount: bigint | null): string => (amount === null ? '' : formatYuan(amount));
/** A rate as Excel reads it: the number, to be shown as the reader likes. */
const rate = (value: number | null): string | number => value ?? '';

const COLUMNS: Record<Metric, [heading: string, cell: (m: SpendMetrics) => string | number]> = {
  impressions: ['展现', (m) => m.impressions],
  viewables: ['可见曝光', (m) => m.viewables],
  clicks: ['点击', (m) => m.clicks],
  conversions: ['转化', (m) => m.conversions],
  invalid: ['异常流量', (m) => m.invalid],
  spend: ['消耗（元）', (m) => formatYuan(m.spendMicroCny)],
  viewability: ['可见率', (m) => rate(m.viewability)],
  ctr: ['点击率', (m) => rate(m.ctr)],
  cvr: ['转化率', (m) => rate(m.cvr)],
  ecpm: ['千次展现成本（元）', (m) => yuan(m.ecpmMicroCny)],
  cpc: ['点击成本（元）', (m) => yuan(m.cpcMicroCny)],
  cpa: ['转化成本（元）', (m) => yuan(m.cpaMicroCny)],
};
const USUAL: readonly Metric[] = [
  'impressions',
  'viewables',
  'clicks',
  'conversions',
  'invalid',
  'spend',
];

export function spendSheet(
  report: SpendReport,
  by: readonly SpendDimension[],
  metrics: readonly Metric[] = [],
): Sheet {
  const columns = (metrics.length > 0 ? metrics : USUAL).map((metric) => COLUMNS[metric]);
  const line = (m: SpendMetrics): (string | number)[] => columns.map(([, cell]) => cell(m));
  return {
    headings: [...by.map((d) => HEADINGS[d]), ...columns.map(([heading]) => heading)],
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
