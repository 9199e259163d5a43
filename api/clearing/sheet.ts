/**
 * A partner's report as the spreadsheet its system gives out. Owns the columns; every wrong cell is named, a preview compares
 * without keeping, and the file is taken in whole, by the verb of the pasted report.
 */
import { z } from 'zod';
import { daySchema } from '../../db/terms/day.ts';
import type { FailureDetail } from '../../db/terms/failure.ts';
import { MAX_MICRO_CNY } from '../../db/terms/money.ts';
import { type Taken, takeIn } from '../http/intake.ts';
import { type Checked, type Column, checkRows, rowsOf, yuanCell } from '../http/sheet.ts';
import { cellFault, readGrid } from '../http/workbook.ts';
import { type ReportInput, receiveReport, reportDifferences } from './clearing.ts';

export const REPORT_COLUMNS: readonly Column[] = [
  { key: 'day', zh: '日期', en: 'Day', required: true, example: '2026-11-01' },
  { key: 'quantity', zh: '数量', en: 'Quantity', required: true, example: '120000' },
  { key: 'amount', zh: '金额（元）', en: 'Yuan', required: true, example: '960.00' },
]; // biome-ignore format: a table

const rowSchema = z.object({
  day: daySchema,
  quantity: z
    .string()
    .transform((text) => text.replaceAll(',', ''))
    .pipe(z.string().regex(/^\d{1,12}$/, '应为整数|must be a whole number'))
    .transform(Number),
  amount: yuanCell.refine(
    (amount) => amount <= MAX_MICRO_CNY && amount >= -MAX_MICRO_CNY,
    '超出范围|out of range',
  ),
});
type Row = z.infer<typeof rowSchema>;

export interface ReportTaken {
  /** Of the report as it was kept, or would be. */
  matchedDays: number;
  differences: Awaited<ReturnType<typeof reportDifferences>>;
}

/** @throws Failure `invalid_input` naming each cell; `not_found` (partner). */
export async function importReport(
  ctx: Parameters<typeof receiveReport>[0],
  input: Omit<ReportInput, 'rows'> & { file: Uint8Array; apply: boolean },
  by: string,
): Promise<Taken<ReportTaken>> {
  const { file, apply, ...report } = input;
  const rows = rowsOf(await readGrid(file), REPORT_COLUMNS);
  const { good, faults } = checkRows(rows, rowSchema);
  const outside = good.flatMap((one) => outsideOf(one, report));
  const head = rows[0];
  if (!head) return { applied: false, rows: 0, faults, items: [] };
  const options = { apply, faults: [...faults, ...outside], total: rows.length };
  // One thing is taken in, not one a row: a report of half the days would call the others missing.
  const whole = options.faults.length > 0 ? [] : [{ row: head, value: good }];
  return takeIn(ctx.db, whole, options, async (tx, found) => {
    const days = found.map(({ value: { amount, ...row } }) => ({ ...row, amountMicroCny: amount }));
    const kept = await receiveReport({ ...ctx, db: tx }, { ...report, rows: days }, by);
    return { matchedDays: kept.matchedDays, differences: await reportDifferences(tx, kept.id) };
  });
}

function outsideOf(
  { row, value }: Checked<Row>,
  { fromDay, toDay }: Pick<ReportInput, 'fromDay' | 'toDay'>,
): FailureDetail[] {
  if (value.day >= fromDay && value.day <= toDay) return [];
  const zh = `不在 ${fromDay} 至 ${toDay} 之间`;
  return [cellFault(row.cellOf('day'), zh, `it is not between ${fromDay} and ${toDay}`)];
}
