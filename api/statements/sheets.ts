/**
 * A statement as a table, for CSV and XLSX. Amounts are yuan text to the µCNY in CSV, numbers in XLSX (a statement stays
 * far below the 2^53 at which those would stop being exact); refuses to let any text become a formula.
 */
import { stringify } from 'csv-stringify/sync';
import writeExcelFile from 'write-excel-file/node';
import { formatYuan } from '../../db/terms/money.ts';
import { fateOf } from './promised.ts';
import type { StatementDetail } from './queries.ts';

const HEAD = [
  '序号 No.',
  '日期 Day',
  '广告位 Placement',
  '合同版本 Contract',
  '计费量 Units',
  '广告消耗（元） Spend',
  '分成（元） Share',
  '计费笔数 Charges',
];

const GUARANTEES = '保量投放 Guaranteed impressions';
const GUARANTEE_HEAD = [
  '订单行 Line',
  '截止 Ends',
  '广告位 Placement',
  '订单 Order',
  '实际展现 Shown',
  '承诺展现 Promised',
  '缺量 Short',
  '处理 Remedy',
];

const guaranteeRows = ({ guarantees }: StatementDetail): (string | number)[][] =>
  guarantees.map((line) => [
    line.bookingLineId,
    line.endsOn,
    line.placementId,
    line.orderId,
    line.delivered ?? '',
    line.promised,
    line.short ?? '',
    fateOf(line),
  ]);

/** Excel reads a cell that starts so as a formula. */
const defused = (text: string): string => (/^[=+\-@\t\r]/.test(text) ? `'${text}` : text);

const titleOf = ({ statement }: StatementDetail): string =>
  `${statement.outletName} ${statement.month} 结算单（第 ${statement.revision} 版）`;

/** UTF-8 with a byte order mark, which is what makes Excel read Chinese. */
export function statementCsv(detail: StatementDetail): string {
  const { statement, lines, adjustments } = detail;
  const rows: (string | number)[][] = [
    [defused(titleOf(detail))],
    ['内容指纹 SHA-256', statement.contentHash ?? '草稿 draft'],
    HEAD,
    ...lines.map((line) => [
      line.ordinal,
      line.day,
      line.placementId,
      line.contractVersionId,
      line.quantity,
      formatYuan(line.grossMicroCny),
      formatYuan(line.shareMicroCny),
      line.charges,
    ]),
    ...adjustments
      .filter((adjustment) => adjustment.journalKey !== null)
      .map((adjustment) => [
        `调整 ${adjustment.id}`,
        '',
        defused(adjustment.reason),
        '',
        '',
        '',
        formatYuan(adjustment.amountMicroCny),
        '',
      ]),
    [
      '合计 Total',
      '',
      '',
      '',
      statement.quantity,
      formatYuan(statement.grossMicroCny),
      formatYuan(statement.totalMicroCny),
      '',
    ],
    ...(detail.guarantees.length > 0
      ? [[GUARANTEES], GUARANTEE_HEAD, ...guaranteeRows(detail)]
      : []),
  ];
  return `\uFEFF${stringify(rows, { record_delimiter: 'windows' })}`;
}

const yuan = (amount: bigint) => ({
  type: Number,
  value: Number(amount) / 1e6,
  format: '#,##0.00####',
});

const text = (value: string) => ({ type: String, value });
const bold = (value: string) => ({ type: String, value, fontWeight: 'bold' as const });

/** An Office Open XML workbook of one sheet. */
export async function statementXlsx(detail: StatementDetail): Promise<Buffer> {
  const { statement, lines, adjustments } = detail;
  const rows = [
    [bold(titleOf(detail))],
    [text('内容指纹 SHA-256'), text(statement.contentHash ?? '草稿 draft')],
    HEAD.map(bold),
    ...lines.map((line) => [
      line.ordinal,
      text(line.day),
      line.placementId,
      line.contractVersionId,
      line.quantity,
      yuan(line.grossMicroCny),
      yuan(line.shareMicroCny),
      line.charges,
    ]),
    ...adjustments
      .filter((adjustment) => adjustment.journalKey !== null)
      .map((adjustment) => [
        text(`调整 ${adjustment.id}`),
        null,
        text(adjustment.reason),
        null,
        null,
        null,
        yuan(adjustment.amountMicroCny),
      ]),
    [
      bold('合计 Total'),
      null,
      null,
      null,
      statement.quantity,
      yuan(statement.grossMicroCny),
      yuan(statement.totalMicroCny),
    ],
    ...(detail.guarantees.length > 0
      ? [
          [bold(GUARANTEES)],
          GUARANTEE_HEAD.map(bold),
          ...guaranteeRows(detail).map((row) =>
            row.map((cell) => (typeof cell === 'string' ? text(cell) : cell)),
          ),
        ]
      : []),
  ];
  const columns = [12, 12, 16, 12, 14, 20, 20, 12].map((width) => ({ width }));
  return writeExcelFile(rows, { columns, sheet: statement.month }).toBuffer();
}
