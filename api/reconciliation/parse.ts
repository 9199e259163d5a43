/**
 * Reads Alipay's daily account bill (账务明细) strictly: zip with GBK names, gb18030 CSV, tab-padded numbers, totals in
 * `#` lines. Refuses, with the reason, what is damaged, truncated, in another encoding, of another day or seller, or
 * does not add up to its own totals: half a bill matched is worse than none.
 */
import iconv from 'iconv-lite';
import { type Entry, fromBuffer, type ZipFile } from 'yauzl';
import { type Day, dayOf } from '../../db/terms/day.ts';
import { Failure } from '../../db/terms/failure.ts';
import { alipayTimeMs, fenOfYuan } from '../payments/payments.ts';

export interface BillLine {
  /** Line of the CSV, from 1. */
  lineNo: number;
  /** 账务流水号: Alipay's number of the movement, unique. */
  serial: string;
  businessSerial: string;
  /** 商户订单号: our number. */
  outNo: string;
  /** 业务类型. */
  kind: string;
  /** Epoch ms. */
  atMs: number;
  counterparty: string;
  /** Income positive, expense negative. */
  amountFen: bigint;
  balanceFen: bigint;
  title: string;
  remark: string;
}

export interface Bill {
  day: Day;
  lines: BillLine[];
  incomeFen: bigint;
  expenseFen: bigint;
}

const HEADER =
  '账务流水号,业务流水号,商户订单号,商品名称,发生时间,对方账号,收入金额（+元）,支出金额（-元）,账户余额（元）,交易渠道,业务类型,备注';
const FIELDS = 12;
/** A bill is far smaller; more is not unpacked. */
const MAX_UNPACKED_BYTES = 512 * 1024 * 1024;

const refuse = (reason: string, zh: string, en: string): Failure =>
  new Failure('invalid_input', {
    pointer: `/${reason}`,
    zh: `账单被拒：${zh}`,
    en: `bill refused: ${en}`,
  });

/** @throws Failure `invalid_input`; `pointer` names the reason: /zip, /encoding, /truncated, /totals, /row, /day. */
export async function parseBill(zip: Buffer, day: Day): Promise<Bill> {
  return parseBillCsv(decode(await detailFile(zip)), day);
}

function decode(bytes: Buffer): string {
  // gb18030, a superset of GBK: with plain gbk rare characters of names were lost.
  const text = iconv.decode(bytes, 'gb18030');
  if (!text.startsWith('#支付宝账务明细查询') || text.includes('\uFFFD'))
    throw refuse('encoding', '不是 GB18030 编码的账务明细', 'it is not an account bill in GB18030');
  return text;
}

/** The one CSV of the zip that lists movements; the other is a summary. */
function detailFile(zip: Buffer): Promise<Buffer> {
  const damaged = (error: unknown) =>
    error instanceof Failure
      ? error
      : refuse('zip', `压缩包损坏（${String(error)}）`, `the zip is damaged (${String(error)})`);
  return new Promise((resolve, reject) => {
    fromBuffer(zip, { lazyEntries: true, decodeStrings: false }, (openError, file) => {
      if (openError || !file) return reject(damaged(openError));
      file.on('error', (error) => reject(damaged(error)));
      file.on('end', () =>
        reject(refuse('zip', '压缩包内没有账务明细', 'the zip holds no details')),
      );
      file.on('entry', (entry: Entry) => {
        const name = iconv.decode(entry.fileName as unknown as Buffer, 'gbk');
        if (!name.endsWith('账务明细.csv')) return file.readEntry();
        unpack(file, entry).then(resolve, (error: unknown) => reject(damaged(error)));
      });
      file.readEntry();
    });
  });
}

function unpack(file: ZipFile, entry: Entry): Promise<Buffer> {
  if (entry.uncompressedSize > MAX_UNPACKED_BYTES)
    throw refuse('zip', '账单过大', 'the bill is too large');
  return new Promise((resolve, reject) => {
    file.openReadStream(entry, (error, stream) => {
      if (error || !stream) return reject(error);
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => resolve(Buffer.concat(chunks)));
      stream.on('error', reject);
    });
  });
}

/** The decoded text. Exported for tests and for bills that come without a zip. */
export function parseBillCsv(text: string, day: Day): Bill {
  const rows = text.split(/\r?\n/);
  const header = rows.indexOf(HEADER);
  if (header < 0)
    throw refuse('row', '表头与账务明细不符', 'the header is not that of an account bill');
  if (!rows.some((row) => row.startsWith('#') && row.includes('账务明细列表结束')))
    throw refuse('truncated', '账单不完整，缺少结束行', 'it is truncated: the end mark is missing');
  const lines: BillLine[] = [];
  for (let n = header + 1; n < rows.length; n += 1) {
    const row = rows[n] as string;
    if (row.startsWith('#')) break;
    if (row !== '') lines.push(parseRow(row, n + 1, day));
  }
  // Oldest first, whichever way it was exported: the last line's balance is the day's closing balance.
  if ((lines[0]?.atMs ?? 0) > (lines.at(-1)?.atMs ?? 0)) lines.reverse();
  const bill = {
    day,
    lines,
    incomeFen: sum(lines.filter((line) => line.amountFen > 0n)),
    expenseFen: sum(lines.filter((line) => line.amountFen < 0n)),
  };
  checkTotal(rows, '收入合计', lines.filter((line) => line.amountFen > 0n).length, bill.incomeFen);
  checkTotal(rows, '支出合计', lines.filter((line) => line.amountFen < 0n).length, bill.expenseFen);
  return bill;
}

const sum = (lines: readonly BillLine[]): bigint =>
  lines.reduce((total, line) => total + line.amountFen, 0n);

function checkTotal(rows: readonly string[], name: string, count: number, fen: bigint): void {
  const row = rows.find((text) => text.startsWith(`#${name}`));
  const match = row ? /：(\d+)笔，共(-?[\d.]+)元/.exec(row) : null;
  if (!match) throw refuse('truncated', `缺少${name}`, `it is truncated: ${name} is missing`);
  if (Number(match[1]) !== count || fenOfYuan(match[2] ?? '') !== fen)
    throw refuse(
      'totals',
      `${name}与明细不符：合计行 ${match[1]} 笔 ${match[2]} 元，明细 ${count} 笔 ${fen} 分`,
      `${name} says ${match[1]} rows, ${match[2]} yuan; the rows are ${count}, ${fen} fen`,
    );
}

function parseRow(row: string, lineNo: number, day: Day): BillLine {
  const fields = row.split(',').map((field) => field.trim());
  const [serial = '', businessSerial = '', outNo = '', title = '', time = '', counterparty = ''] =
    fields;
  const income = fenOfYuan(fields[6] ?? '');
  const expense = fenOfYuan(fields[7] ?? '');
  const balanceFen = fenOfYuan(fields[8] ?? '');
  const atMs = alipayTimeMs(time);
  const sound =
    fields.length === FIELDS &&
    serial !== '' &&
    income !== undefined &&
    expense !== undefined &&
    balanceFen !== undefined &&
    atMs !== undefined &&
    income >= 0n &&
    expense <= 0n &&
    (income === 0n) !== (expense === 0n);
  if (!sound) throw refuse('row', `第 ${lineNo} 行格式有误`, `line ${lineNo} is malformed`);
  if (dayOf(atMs) !== day)
    throw refuse('day', `第 ${lineNo} 行不属于 ${day}`, `line ${lineNo} is not of ${day}`);
  const [kind = '', remark = ''] = fields.slice(10);
  return {
    lineNo,
    serial,
    businessSerial,
    outNo,
    kind,
    atMs,
    counterparty,
    title,
    remark,
    amountFen: income + expense,
    balanceFen,
  };
}
