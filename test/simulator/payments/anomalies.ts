/**
 * A day's book and bill with seeded anomalies, each with the verdict it must get. Pure: the same seed gives the same day.
 * Owns the meaning of each anomaly apart from the code that finds it.
 */
import type { CashItem, CashItemKind } from '../../../api/payments/payments.ts';
import type { StoredLine } from '../../../api/reconciliation/match.ts';
import type { Discrepancy } from '../../../db/schema/reconciliation.ts';
import { type Day, dayEndMs, dayStartMs } from '../../../db/terms/day.ts';

export const ANOMALIES = [
  'long',
  'short_expense',
  'short_missing',
  'long_missing',
  'amount',
  'status',
  'status_amount',
  'duplicate_row',
  'duplicate_payment',
  'duplicate_amount',
  'cross_period',
  'cross_amount',
  'awaited',
  'status_split',
  'status_duplicate',
  'status_amount_duplicate',
  'amount_duplicate',
  'amount_duplicate_cross',
  'row_amount',
] as const;
export type Anomaly = (typeof ANOMALIES)[number];

export interface Verdict {
  outNo: string;
  kinds: Discrepancy[];
  differenceFen: bigint;
}

export interface SeededDay {
  lines: StoredLine[];
  items: CashItem[];
  known: CashItem[];
  /** What must be found: nothing else is a difference. */
  verdicts: Verdict[];
}

const BILL_KIND: Record<CashItemKind, string> = {
  topUp: '在线支付',
  refund: '交易退款',
  payout: '转账',
  payoutReturn: '转账退回',
};
const OPEN = { settled: false, atMs: 0 };

export function seedDay(
  day: Day,
  rows: number,
  anomalies: readonly Anomaly[],
  random: () => number,
): SeededDay {
  const seeded: SeededDay = { lines: [], items: [], known: [], verdicts: [] };
  let ids = 0;
  const add = (kind: CashItemKind, changes: Partial<CashItem> = {}): CashItem => {
    ids += 1;
    const size = 1n + BigInt(Math.floor(random() * 1_000_000));
    const sign = kind === 'topUp' || kind === 'payoutReturn' ? 1n : -1n;
    const atMs = dayStartMs(day) + Math.floor(random() * 23 * 3_600_000);
    const base = { kind, id: ids, outNo: `NO${ids}`, amountFen: sign * size, atMs };
    const item: CashItem = { ...base, settled: true, reconciledOn: null, ...changes };
    seeded.known.push(item);
    if (item.settled && !item.reconciledOn) seeded.items.push(item);
    return item;
  };
  const list = (item: Pick<CashItem, 'kind' | 'outNo' | 'amountFen'>): StoredLine => {
    const n = seeded.lines.length + 1;
    const line: StoredLine = {
      id: n,
      lineNo: n,
      serial: `S${n}`,
      outNo: item.outNo,
      kind: BILL_KIND[item.kind],
      amountFen: item.amountFen,
    };
    seeded.lines.push(line);
    return line;
  };
  const expect = (outNo: string, kinds: Discrepancy[], differenceFen: bigint) =>
    void seeded.verdicts.push({ outNo, kinds, differenceFen });
  const tools = { day, add, list, expect, seeded };
  for (let n = 0; n < rows; n += 1)
    list(add(random() < 0.8 ? 'topUp' : random() < 0.5 ? 'payout' : 'refund'));
  for (const anomaly of anomalies) SEEDERS[anomaly](tools);
  return seeded;
}

interface Tools {
  day: Day;
  add: (kind: CashItemKind, changes?: Partial<CashItem>) => CashItem;
  list: (item: Pick<CashItem, 'kind' | 'outNo' | 'amountFen'>) => StoredLine;
  expect: (outNo: string, kinds: Discrepancy[], differenceFen: bigint) => void;
  seeded: SeededDay;
}

/** A line of a number that our book has never heard of. */
function unknown({ list, expect, seeded }: Tools, kind: CashItemKind, amountFen: bigint) {
  const outNo = `UNKNOWN${seeded.lines.length}`;
  list({ kind, outNo, amountFen });
  expect(outNo, [amountFen > 0n ? 'long' : 'short'], amountFen);
}

/** An item that the bill lacks. */
function missing({ add, expect }: Tools, kind: CashItemKind) {
  const item = add(kind);
  expect(item.outNo, [item.amountFen > 0n ? 'short' : 'long'], -item.amountFen);
}

const SEEDERS: Record<Anomaly, (tools: Tools) => void> = {
  long: (t) => unknown(t, 'topUp', 12_345n),
  short_expense: (t) => unknown(t, 'payout', -777n),
  short_missing: (t) => missing(t, 'topUp'),
  long_missing: (t) => missing(t, 'payout'),
  amount({ add, list, expect }) {
    const item = add('topUp');
    list({ ...item, amountFen: item.amountFen + 1n });
    expect(item.outNo, ['amount'], 1n);
  },
  status({ add, list, expect }) {
    const item = add('payout', OPEN);
    list(item);
    expect(item.outNo, ['status'], item.amountFen);
  },
  status_amount({ add, list, expect }) {
    const item = add('topUp', OPEN);
    const amountFen = item.amountFen + 5n;
    list({ ...item, amountFen });
    expect(item.outNo, ['amount', 'status'], amountFen);
  },
  duplicate_row({ add, list, expect, seeded }) {
    const line = list(add('topUp'));
    seeded.lines.push({ ...line, id: seeded.lines.length + 1, lineNo: seeded.lines.length + 1 });
    expect(line.outNo, ['duplicate'], 0n);
  },
  duplicate_payment({ add, list, expect }) {
    const item = add('payout');
    list(item);
    list(item);
    expect(item.outNo, ['duplicate'], item.amountFen);
  },
  duplicate_amount({ add, list, expect }) {
    const item = add('topUp', { reconciledOn: '2026-01-01' });
    list({ ...item, amountFen: item.amountFen + 3n });
    expect(item.outNo, ['amount', 'duplicate'], item.amountFen + 3n);
  },
  cross_period({ add, list, expect, day }) {
    const item = add('topUp', { atMs: dayStartMs(day) - 1 });
    list(item);
    expect(item.outNo, ['cross_period'], 0n);
  },
  cross_amount({ add, list, expect, day }) {
    const item = add('payout', { atMs: dayEndMs(day) });
    list({ ...item, amountFen: item.amountFen - 1n });
    expect(item.outNo, ['amount', 'cross_period'], -1n);
  },
  awaited({ add, expect, day }) {
    const item = add('topUp', { atMs: dayEndMs(day) - 1 });
    expect(item.outNo, ['cross_period'], -item.amountFen);
  },
  // Two refunds of one trade, neither known to have moved, listed in other pieces.
  status_split({ add, list, expect }) {
    const first = add('refund', { ...OPEN, amountFen: -30n });
    add('refund', { ...OPEN, outNo: first.outNo, amountFen: -70n });
    list({ ...first, amountFen: -55n });
    list({ ...first, amountFen: -45n });
    expect(first.outNo, ['status'], -100n);
  },
  status_duplicate({ add, list, expect }) {
    const item = add('topUp', OPEN);
    list(item);
    list(item);
    expect(item.outNo, ['status', 'duplicate'], 2n * item.amountFen);
  },
  status_amount_duplicate({ add, list, expect }) {
    const item = add('payout', OPEN);
    const amountFen = item.amountFen - 1n;
    list({ ...item, amountFen });
    list({ ...item, amountFen });
    expect(item.outNo, ['amount', 'status', 'duplicate'], 2n * amountFen);
  },
  amount_duplicate({ add, list, expect }) {
    const item = add('topUp');
    const amountFen = item.amountFen + 1n;
    list({ ...item, amountFen });
    list({ ...item, amountFen });
    expect(item.outNo, ['amount', 'duplicate'], 2n * amountFen - item.amountFen);
  },
  amount_duplicate_cross({ add, list, expect, day }) {
    const item = add('payout', { atMs: dayStartMs(day) - 1 });
    const amountFen = item.amountFen - 1n;
    list({ ...item, amountFen });
    list({ ...item, amountFen });
    const differenceFen = 2n * amountFen - item.amountFen;
    expect(item.outNo, ['amount', 'duplicate', 'cross_period'], differenceFen);
  },
  row_amount({ add, list, expect, seeded }) {
    const line = list(add('topUp'));
    const n = seeded.lines.length + 1;
    seeded.lines.push({ ...line, id: n, lineNo: n, amountFen: line.amountFen + 1n });
    expect(line.outNo, ['amount', 'duplicate'], 0n);
  },
};
