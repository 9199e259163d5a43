/**
 * A spreadsheet's first sheet as text, cell by cell. Owns what a file must be to be read at all: XLSX, or CSV in UTF-8 or
 * GB 18030. Refuses merged cells and formulas by the name of the cell (what they show is not what they hold), archives
 * that unpack to more than they may, and more rows or columns than anybody fills in by hand.
 */
import { strFromU8, unzipSync, zipSync } from 'fflate';
import iconv from 'iconv-lite';
import { readSheet } from 'read-excel-file/node';
import { Failure, type FailureDetail } from '../../db/terms/failure.ts';

/** Row and column from zero; an empty cell is ''. */
export type Grid = string[][];

export const MAX_ROWS = 2_000;
const MAX_COLUMNS = 60;
const MAX_BYTES = 4_000_000;
const MAX_UNPACKED_BYTES = 40_000_000;
const MAX_ENTRIES = 200;
const MAX_CELL_CHARACTERS = 5_000;
const MAX_NAMED = 20;

/** `0, 2` → `A3`. */
export function cellName(column: number, row: number): string {
  let letters = '';
  for (let n = column + 1; n > 0; n = Math.floor((n - 1) / 26)) {
    letters = String.fromCharCode(65 + ((n - 1) % 26)) + letters;
  }
  return `${letters}${row + 1}`;
}

/** A fault of one cell; the pointer is its name: `/cells/C5`. */
export const cellFault = (cell: string, zh: string, en: string): FailureDetail => ({
  pointer: `/cells/${cell}`,
  zh: `单元格 ${cell}：${zh}`,
  en: `cell ${cell}: ${en}`,
});

const unreadable = (zh: string, en: string) =>
  new Failure('unsupported_media_type', { pointer: '/file', zh, en });

/** @throws Failure `unsupported_media_type`, `payload_too_large`, or `invalid_input` naming each cell. */
export async function readGrid(bytes: Uint8Array): Promise<Grid> {
  if (bytes.length > MAX_BYTES) {
    throw new Failure('payload_too_large', {
      pointer: '/file',
      zh: `表格文件不能超过 ${MAX_BYTES / 1_000_000} MB`,
      en: `a spreadsheet may be ${MAX_BYTES / 1_000_000} MB at most`,
    });
  }
  const isZip = bytes[0] === 0x50 && bytes[1] === 0x4b;
  return limited(isZip ? await readXlsx(bytes) : readCsv(decode(bytes)));
}

function limited(grid: Grid): Grid {
  while (grid.at(-1)?.every((cell) => cell === '')) grid.pop();
  if (grid.length > MAX_ROWS + 1) {
    throw new Failure('too_many', {
      pointer: `/cells/A${MAX_ROWS + 2}`,
      zh: `一次最多导入 ${MAX_ROWS} 行，文件有 ${grid.length - 1} 行，请分次导入`,
      en: `${MAX_ROWS} rows at most in one file; this one has ${grid.length - 1}`,
    });
  }
  for (const [r, row] of grid.entries()) {
    if (row.length > MAX_COLUMNS && row.slice(MAX_COLUMNS).some((cell) => cell !== '')) {
      const name = cellName(MAX_COLUMNS, r);
      throw new Failure(
        'too_many',
        cellFault(name, `最多 ${MAX_COLUMNS} 列`, `${MAX_COLUMNS} columns at most`),
      );
    }
    const long = row.findIndex((cell) => cell.length > MAX_CELL_CHARACTERS);
    if (long >= 0) {
      throw new Failure(
        'too_many',
        cellFault(
          cellName(long, r),
          `内容过长，最多 ${MAX_CELL_CHARACTERS} 个字符`,
          `${MAX_CELL_CHARACTERS} characters at most`,
        ),
      );
    }
  }
  return grid;
}

function decode(bytes: Uint8Array): string {
  if (bytes.includes(0)) {
    throw unreadable('只接受 XLSX 或 CSV 文件', 'only XLSX and CSV files are read');
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    // What Excel writes as CSV on a Chinese Windows.
    return iconv.decode(Buffer.from(bytes), 'gb18030');
  }
}

/** RFC 4180, and a lone line feed ends a row too. */
export function readCsv(text: string): Grid {
  const grid: Grid = [];
  let row: string[] = [];
  let cell = '';
  let quoted = false;
  const endCell = () => {
    row.push(cell.trim());
    cell = '';
  };
  const endRow = () => {
    endCell();
    grid.push(row);
    row = [];
  };
  const body = text.replace(/^\uFEFF/, '');
  for (let i = 0; i < body.length; i++) {
    const c = body[i] as string;
    if (quoted) {
      if (c !== '"') cell += c;
      else if (body[i + 1] === '"') cell += body[++i];
      else quoted = false;
    } else if (c === '"' && cell === '') quoted = true;
    else if (c === ',') endCell();
    else if (c === '\n') endRow();
    else if (c !== '\r') cell += c;
    // A file of commas alone must not become a million rows before it is refused.
    if (grid.length > MAX_ROWS + 1) break;
  }
  if (cell !== '' || row.length > 0) endRow();
  refuseFormulas(
    grid.flatMap((cells, r) =>
      cells.flatMap((one, c) => (/^=[^=]/.test(one) ? cellName(c, r) : [])),
    ),
  );
  return grid;
}

function refuseFormulas(cells: readonly string[]): void {
  refuse(
    cells
      .slice(0, MAX_NAMED)
      .map((cell) =>
        cellFault(cell, '含有公式，请粘贴为数值', 'holds a formula; paste it as a value'),
      ),
  );
}

function refuse([first, ...rest]: FailureDetail[]): void {
  if (first) throw new Failure('invalid_input', first, ...rest);
}

/**
 * The archive's parts, each no larger than it claims: the sizes are checked before anything is unpacked, and unpacking
 * stops at the claimed size.
 */
function unpack(bytes: Uint8Array): Record<string, Uint8Array> {
  let total = 0;
  let entries = 0;
  try {
    return unzipSync(bytes, {
      filter: ({ name, originalSize }) => {
        total += originalSize;
        entries++;
        if (total > MAX_UNPACKED_BYTES || entries > MAX_ENTRIES) throw new Error('too much');
        return /\.(xml|rels)$/i.test(name);
      },
    });
  } catch {
    throw unreadable(
      '文件已损坏或解压后过大，请另存为 XLSX 后重试',
      'the file is damaged or unpacks to too much; save it as XLSX again',
    );
  }
}

/** The first sheet's own part: what the workbook lists first, by its relation. */
function firstSheetPath(parts: Record<string, Uint8Array>): string | undefined {
  const workbook = strFromU8(parts['xl/workbook.xml'] ?? new Uint8Array());
  const relations = strFromU8(parts['xl/_rels/workbook.xml.rels'] ?? new Uint8Array());
  const id = /<(?:\w+:)?sheet\b[^>]*?\br:id="([^"]+)"/.exec(workbook)?.[1];
  for (const [tag] of relations.matchAll(/<(?:\w+:)?Relationship\b[^>]*>/g)) {
    if (/\bId="([^"]+)"/.exec(tag)?.[1] !== id) continue;
    const target = /\bTarget="([^"]+)"/.exec(tag)?.[1] ?? '';
    return target.startsWith('/') ? target.slice(1) : `xl/${target}`;
  }
  return undefined;
}

/**
 * The reader takes a merged range for its first cell and a formula for the value some program computed once, and says
 * nothing of either; so the sheet's own XML is looked through first.
 */
function refuseMergedAndComputed(xml: string): void {
  const merged: string[] = [];
  const computed: string[] = [];
  let cell = '?';
  for (const [, word, attributes = ''] of xml.matchAll(
    /<(?:\w+:)?(c|f|mergeCell)(?=[\s/>])([^<>]*)>/g,
  )) {
    if (word === 'c') cell = /\br="([A-Z]+\d+)"/.exec(attributes)?.[1] ?? '?';
    else if (word === 'f') computed.push(cell);
    else merged.push(/\bref="([A-Z]+\d+)/.exec(attributes)?.[1] ?? '?');
  }
  refuse(
    merged
      .slice(0, MAX_NAMED)
      .map((one) => cellFault(one, '是合并单元格，请取消合并', 'is merged; unmerge it')),
  );
  refuseFormulas(computed);
}

async function readXlsx(bytes: Uint8Array): Promise<Grid> {
  const parts = unpack(bytes);
  const path = firstSheetPath(parts);
  const sheet = path === undefined ? undefined : parts[path];
  if (!sheet) throw unreadable('不是 XLSX 表格', 'this is no XLSX workbook');
  refuseMergedAndComputed(strFromU8(sheet));
  try {
    // Repacked from the parts that were measured: the reader never meets the archive that came in.
    const rows = await readSheet(Buffer.from(zipSync(parts, { level: 0 })), {
      parseNumber: (text) => text,
    });
    return rows.map((row) => row.map(textOf));
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw unreadable('表格内容无法读取', 'the sheet cannot be read');
  }
}

const NUMBER = /^-?\d+(\.\d+)?(e[-+]?\d+)?$/i;

function textOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (value instanceof Date) return dayText(value);
  const text = String(value).trim();
  // Excel itself shows fifteen digits: what lies behind them is the noise of binary fractions.
  return NUMBER.test(text) && !/^-?0\d/.test(text) && text.length > 15
    ? String(Number(Number(text).toPrecision(15)))
    : text;
}

/** A sheet's date has no zone: it is the calendar day that the person saw. A time of day stays visible, to be refused. */
function dayText(date: Date): string {
  const iso = new Date(Math.round(date.getTime() / 1000) * 1000).toISOString();
  return iso.endsWith('T00:00:00.000Z') ? iso.slice(0, 10) : iso.slice(0, 19).replace('T', ' ');
}
