/** Reports as files people open: CSV with a byte-order mark for Excel, or XLSX. Owns headings and how amounts are written. */
import { stringify } from 'csv-stringify/sync';
import writeXlsxFile from 'write-excel-file/node';
import { formatYuan } from '../../db/terms/money.ts';
import type { IncomeDimension, SpendDimension } from './dimensions.ts';
import type { DimensionValue, IncomeReport, SpendReport } from './reports.ts';

export interface Sheet {
  headings: string[];
  /** Text or numbers; yuan amounts as text, for a binary float would lose them. */
  rows: (string | number)[][];
}

const HEADINGS: Record<SpendDimension | IncomeDimension, string> = {
  day: '日期', hour: '小时', month: '月份', division: '区县', city: '设区市', advertiser: '广告主',
  campaign: '推广计划', lineItem: '投放单元', creative: '创意', outlet: '媒体', property: '站点/应用',
  placement: '广告位', device: '设备', tier: '层级', source: '收入来源', advertiserCategory: '行业',
}; // biome-ignore format: a word list

/** Excel reads a cell that starts so as a formula. */
const safe = (text: string): string => (/^[=+\-@\t\r]/.test(text) ? `'${text}` : text);

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

const TYPES = {
  csv: 'text/csv; charset=utf-8',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
} as const;

/** The file's bytes and the headers to send with it. */
export async function sheetFile(sheet: Sheet, kind: 'csv' | 'xlsx') {
  const bytes =
    kind === 'csv'
      ? new TextEncoder().encode(`\uFEFF${stringify([sheet.headings, ...sheet.rows])}`)
      : await xlsx(sheet);
  return {
    bytes: bytes as Uint8Array<ArrayBuffer>,
    headers: (name: string): Record<string, string> => ({
      'content-type': TYPES[kind],
      'content-disposition': `attachment; filename="${name}.${kind}"`,
    }),
  };
}

async function xlsx(sheet: Sheet): Promise<Uint8Array> {
  const data = [
    sheet.headings.map((value) => ({ value, fontWeight: 'bold' as const })),
    ...sheet.rows.map((row) => row.map((value) => ({ value }))),
  ];
  return new Uint8Array(await writeXlsxFile(data, {}).toBuffer());
}
