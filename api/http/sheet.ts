/**
 * Rows of a spreadsheet as typed input. Owns the meeting of headings and columns, and that whatever is wrong is named by
 * its cell: a row is checked by the same zod schema that a form's request passes, and each issue finds its column.
 */
import { z } from 'zod';
import { Failure, type FailureDetail } from '../../db/terms/failure.ts';
import { parseYuan } from '../../db/terms/money.ts';
import { sayIssue } from './issues.ts';
import type { Sheet } from './sheetFile.ts';
import { cellFault, cellName, type Grid } from './workbook.ts';

export interface Column {
  /** The field of the row's schema that it fills. */
  key: string;
  zh: string;
  en: string;
  /** Must be in the heading; each cell's own need is the schema's. */
  required?: boolean;
  example: string | number;
}

export interface SheetRow {
  /** From zero, the heading's row being 0. */
  row: number;
  /** Text of each cell that is filled, by column key. */
  values: Record<string, string>;
  /** The cell's name of a field, for faults found later; the first column's where the field has none. */
  cellOf(key: string): string;
}

/** A cell of yuan, `1,234.50`, as µCNY. */
export const yuanCell = z.string().transform((text, context) => {
  const amount = parseYuan(text.replaceAll(',', ''));
  if (amount !== undefined) return amount;
  context.addIssue({ code: 'custom', message: '应为金额（元）|must be an amount in yuan' });
  return z.NEVER;
});

const folded = (text: string): string => text.normalize('NFKC').replace(/\s+/g, '').toLowerCase();

/** `名称` or `Name` or `名称 Name` or the key itself, however spaced. */
function columnOf(heading: string, columns: readonly Column[]): Column | undefined {
  const text = folded(heading.replace(/[*＊]/g, ''));
  return columns.find((one) =>
    [one.zh, one.en, one.key, `${one.zh}${one.en}`, `${one.zh} ${one.en}`].some(
      (name) => folded(name) === text,
    ),
  );
}

/** @throws Failure `invalid_input` naming the heading's cells that are unknown, doubled or missing, or that nothing follows. */
export function rowsOf(grid: Grid, columns: readonly Column[]): SheetRow[] {
  const headings = grid[0] ?? [];
  const faults: FailureDetail[] = [];
  const at = new Map<string, number>();
  for (const [c, heading] of headings.entries()) {
    if (heading === '') continue;
    const column = columnOf(heading, columns);
    const cell = cellName(c, 0);
    if (!column) {
      faults.push(cellFault(cell, `没有「${heading}」这一列`, `there is no column “${heading}”`));
    } else if (at.has(column.key)) {
      faults.push(cellFault(cell, `「${heading}」重复`, `“${heading}” is there twice`));
    } else at.set(column.key, c);
  }
  for (const column of columns) {
    if (column.required && !at.has(column.key)) {
      faults.push(
        cellFault(
          cellName(headings.length, 0),
          `缺少「${column.zh}」列`,
          `the column “${column.en}” is missing`,
        ),
      );
    }
  }
  if (faults.length === 0 && grid.length < 2) {
    faults.push(cellFault('A2', '没有数据', 'there are no rows'));
  }
  const [first, ...rest] = faults;
  if (first) throw new Failure('invalid_input', first, ...rest);
  return grid.slice(1).flatMap((cells, i): SheetRow[] => {
    if (cells.every((cell) => cell === '')) return [];
    const row = i + 1;
    const values: Record<string, string> = {};
    for (const [key, c] of at) if (cells[c]) values[key] = cells[c];
    return [{ row, values, cellOf: (key) => cellName(at.get(key) ?? 0, row) }];
  });
}

export interface Checked<T> {
  row: SheetRow;
  value: T;
}

/** Every row through the schema: those that pass, and the faults of the others by cell. */
export function checkRows<Schema extends z.ZodType>(
  rows: readonly SheetRow[],
  schema: Schema,
): { good: Checked<z.infer<Schema>>[]; faults: FailureDetail[] } {
  const good: Checked<z.infer<Schema>>[] = [];
  const faults: FailureDetail[] = [];
  for (const row of rows) {
    const result = schema.safeParse(row.values);
    if (result.success) good.push({ row, value: result.data });
    else faults.push(...result.error.issues.map((issue) => faultAt(row, issue)));
  }
  return { good, faults };
}

function faultAt(row: SheetRow, issue: z.core.$ZodIssue): FailureDetail {
  const { zh, en } = sayIssue(issue);
  return cellFault(row.cellOf(String(issue.path[0] ?? '')), zh, en);
}

/** A refusal of one row by a verb, brought to its cell: `/bidFen` → the cell of the column that `keyOf` names. */
export function atCell(
  row: SheetRow,
  detail: FailureDetail,
  keyOf: (field: string) => string = (field) => field,
): FailureDetail {
  const field = detail.pointer?.split('/')[1] ?? '';
  return cellFault(row.cellOf(keyOf(field)), detail.zh, detail.en);
}

/** The headings with rows below: examples in a template, what there is in an export. */
export const sheetOf = (
  columns: readonly Column[],
  rows: readonly Record<string, string | number | undefined>[],
): Sheet => ({
  headings: columns.map(({ zh, en, required }) => `${zh}${required ? '*' : ''} ${en}`),
  rows: rows.map((row) => columns.map(({ key }) => row[key] ?? '')),
});

export const templateOf = (columns: readonly Column[]): Sheet =>
  sheetOf(columns, [Object.fromEntries(columns.map(({ key, example }) => [key, example]))]);
