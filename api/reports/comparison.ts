/** Two ranges side by side: each row of the one with its counterpart of the other, days and hours laid upon each other. */
import type { Db } from '../../db/client.ts';
import { addDays, type Day } from '../../db/terms/day.ts';
import { comparedWith, type DayRange } from './asked.ts';
import type { SpendMetrics } from './metrics.ts';
import { type SpendQuery, type SpendReport, type SpendRow, spendReport } from './spend.ts';

export interface ComparedReport extends Omit<SpendReport, 'items'> {
  items: (SpendRow & { previous: SpendMetrics | null })[];
  /** Null: nothing was compared. */
  comparison: (DayRange & { totals: SpendReport['totals'] }) | null;
}

/** Rows of the other range looked through for counterparts. */
const MAX_ROWS = 50_000;
const DAY_MS = 86_400_000;

function keyOf(row: SpendRow, by: SpendQuery['by'], shiftDays: number): string {
  const parts = by.map((dimension) => {
    const key = row.dimensions[dimension]?.key ?? '';
    if (dimension === 'day') return addDays(key as Day, shiftDays);
    if (dimension === 'hour') return String(Date.parse(key) + shiftDays * DAY_MS);
    return key;
  });
  return JSON.stringify(parts);
}

const figuresOf = ({ dimensions: _named, ...figures }: SpendRow): SpendMetrics => figures;

export async function comparedSpend(
  db: Db,
  q: SpendQuery,
  compare: 'previous' | 'lastYear' | undefined,
): Promise<ComparedReport> {
  const report = await spendReport(db, q);
  if (compare === undefined) {
    const items = report.items.map((row) => ({ ...row, previous: null }));
    return { ...report, items, comparison: null };
  }
  const { shiftDays, ...days } = comparedWith(q, compare);
  const other = await spendReport(db, { ...q, ...days, limit: MAX_ROWS });
  const before = new Map(other.items.map((row) => [keyOf(row, q.by, shiftDays), row]));
  const items = report.items.map((row) => {
    const counterpart = before.get(keyOf(row, q.by, 0));
    return { ...row, previous: counterpart ? figuresOf(counterpart) : null };
  });
  return { ...report, items, comparison: { ...days, totals: other.totals } };
}
