/**
 * A statement as a PDF of A4 pages, with its own glyphs inside, so that Chinese shows on any machine. Every line is there;
 * a long month simply has many pages.
 */
import PDFDocument from 'pdfkit';
import { formatYuan } from '../../db/terms/money.ts';
import { fateOf } from './promised.ts';
import type { StatementDetail } from './queries.ts';
import { type Typeface, typefaceFor } from './typeface.ts';

const MARGIN = 48;
const BOTTOM = 780;
const ROW = 16;

interface Column {
  title: string;
  width: number;
  right?: boolean;
}

const COLUMNS: Column[] = [
  { title: '序号', width: 36 },
  { title: '日期', width: 70 },
  { title: '广告位', width: 60 },
  { title: '合同版本', width: 60 },
  { title: '计费量', width: 70, right: true },
  { title: '广告消耗（元）', width: 100, right: true },
  { title: '分成（元）', width: 100, right: true },
];

const STATUS: Record<string, string> = {
  draft: '草稿',
  frozen: '待媒体确认',
  outlet_confirmed: '媒体已确认',
  disputed: '有异议',
  superseded: '已重出',
  approved: '已审批',
  paying: '打款中',
  paid: '已打款',
  reconciled: '已对账',
};

function tableOf({ statement, lines, adjustments, guarantees }: StatementDetail): string[][] {
  return [
    ...lines.map((line) => [
      String(line.ordinal),
      line.day,
      String(line.placementId),
      String(line.contractVersionId),
      String(line.quantity),
      formatYuan(line.grossMicroCny),
      formatYuan(line.shareMicroCny),
    ]),
    ...adjustments
      .filter((adjustment) => adjustment.journalKey !== null)
      .map((adjustment) => [
        '调整',
        '',
        adjustment.reason.slice(0, 24),
        '',
        '',
        '',
        formatYuan(adjustment.amountMicroCny),
      ]),
    [
      '合计',
      '',
      '',
      '',
      String(statement.quantity),
      formatYuan(statement.grossMicroCny),
      formatYuan(statement.totalMicroCny),
    ],
    ...guarantees.map((line) => [
      '保量',
      line.endsOn,
      String(line.placementId),
      `订单 ${line.orderId}`,
      String(line.delivered ?? ''),
      `承诺 ${line.promised}`,
      fateOf(line),
    ]),
  ];
}

function headOf({ statement }: StatementDetail): string[] {
  return [
    `${statement.outletName} · ${statement.month} 结算单`,
    `第 ${statement.revision} 版 · 状态：${STATUS[statement.status] ?? statement.status} · 币种：人民币（元）`,
    `应付合计：¥${formatYuan(statement.totalMicroCny)}`,
    `内容指纹 SHA-256：${statement.contentHash ?? '草稿，尚未冻结'}`,
  ];
}

/** Writes runs of one text in the slices that hold its characters; returns its width in points. */
class Writer {
  readonly #doc: PDFKit.PDFDocument;
  readonly #face: Typeface;

  constructor(doc: PDFKit.PDFDocument, face: Typeface) {
    this.#doc = doc;
    this.#face = face;
    for (const slice of face.slices) doc.registerFont(slice.name, slice.font);
  }

  #runs(text: string): [slice: string, text: string][] {
    const runs: [string, string][] = [];
    for (const character of text) {
      const slice = this.#face.sliceOf(character);
      // A character that the face lacks becomes a blank rather than a box.
      const shown = slice === undefined ? ' ' : character;
      const last = runs.at(-1);
      if (last && (slice === undefined || last[0] === slice)) last[1] += shown;
      else if (slice !== undefined) runs.push([slice, shown]);
    }
    return runs;
  }

  write(
    text: string,
    x: number,
    y: number,
    size: number,
    box?: { width: number; right?: boolean },
  ) {
    const runs = this.#runs(text);
    const widths = runs.map(([slice, run]) => this.#doc.font(slice, size).widthOfString(run));
    const total = widths.reduce((sum, width) => sum + width, 0);
    let at = box?.right ? x + box.width - total : x;
    for (const [i, [slice, run]] of runs.entries()) {
      this.#doc.font(slice, size).text(run, at, y, { lineBreak: false });
      at += widths[i] ?? 0;
    }
  }
}

export async function statementPdf(detail: StatementDetail): Promise<Buffer> {
  const head = headOf(detail);
  const rows = tableOf(detail);
  const titles = COLUMNS.map((column) => column.title);
  const footer = '第页／ 0123456789 ';
  const face = await typefaceFor([...head, ...titles, ...rows.flat(), footer].join(''));
  const doc = new PDFDocument({
    size: 'A4',
    margin: MARGIN,
    info: { Title: head[0] ?? '', Author: 'Hongze' },
  });
  const parts: Buffer[] = [];
  doc.on('data', (part: Buffer) => parts.push(part));
  const ended = new Promise<void>((resolve) => doc.once('end', resolve));
  const writer = new Writer(doc, face);
  let page = 1;
  const number = () => writer.write(`第 ${page} 页`, MARGIN, BOTTOM + 14, 8);
  const row = (cells: readonly string[], y: number) => {
    let x = MARGIN;
    for (const [i, column] of COLUMNS.entries()) {
      writer.write(cells[i] ?? '', x, y, 9, column);
      x += column.width;
    }
  };
  writer.write(head[0] ?? '', MARGIN, MARGIN, 16);
  for (const [i, line] of head.slice(1).entries()) writer.write(line, MARGIN, 78 + i * 15, 9);
  let y = 136;
  row(titles, y);
  doc
    .moveTo(MARGIN, y + 13)
    .lineTo(547, y + 13)
    .lineWidth(0.5)
    .stroke();
  for (const cells of rows) {
    y += ROW;
    if (y > BOTTOM) {
      number();
      doc.addPage();
      page += 1;
      y = MARGIN;
      row(titles, y);
      y += ROW;
    }
    row(cells, y);
  }
  number();
  doc.end();
  await ended;
  return Buffer.concat(parts);
}
