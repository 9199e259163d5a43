/**
 * Matches a day's bill with our own book, n:m, and names every difference. Pure. Owns the six kinds:
 *
 * | kind | 中文 | when |
 * |---|---|---|
 * | long | 长款 | the bank's account has more than ours: income we know nothing of, or an expense of ours that it has not |
 * | short | 短款 | it has less: an expense we know nothing of, or income of ours that it has not |
 * | amount | 金额不符 | both know the number, the amounts differ |
 * | status | 状态不符 | it moved at the bank; our book says not (yet), failed, or not come back |
 * | duplicate | 重复 | one movement listed twice, or moved twice for one item |
 * | cross_period | 跨期 | it moved on either side of midnight |
 *
 * They mix: a line can be of another day and another amount, and moved twice. `differenceFen` is always bank minus book.
 */
import { DISCREPANCIES, type Discrepancy } from '../../db/schema/reconciliation.ts';
import { addDays, type Day, dayEndMs, dayOf, dayStartMs } from '../../db/terms/day.ts';
import type { CashItem, CashItemKind } from '../payments/payments.ts';
import type { BillLine } from './parse.ts';

/** What of a stored bill line the comparison looks at. */
export interface StoredLine
  extends Pick<BillLine, 'lineNo' | 'serial' | 'outNo' | 'kind' | 'amountFen'> {
  id: number;
}

export interface Match {
  lines: StoredLine[];
  items: CashItem[];
}

export interface Difference {
  kinds: Discrepancy[];
  differenceFen: bigint;
  outNo: string;
  lines: StoredLine[];
  items: CashItem[];
  remedy: Remedy;
  /** Nothing is missing on either side: recorded, and closed at once. */
  explained: boolean;
}

/** What to do, for a person: see `remedies` in the console. */
export type Remedy =
  | 'none' // explained by the neighbouring day
  | 'await_next_bill' // near midnight: tomorrow's bill should have it
  | 'ask_alipay' // query the number: credit, settle or record the return
  | 'find_owner' // money without an owner: suspend, then supplement or refund
  | 'claim' // the bank took or lost money: suspend and claim it
  | 'refund_duplicate' // paid twice: refund one
  | 'ignore_duplicate' // listed twice, moved once
  | 'correct_amount'; // find out which side is right, adjust by a journal

export interface Comparison {
  matches: Match[];
  fees: StoredLine[];
  differences: Difference[];
}

/** 业务类型 → what it is in our book. Fees are booked from the bill; what else there is belongs to nobody. */
const FLOW: Record<string, CashItemKind | 'fee'> = {
  在线支付: 'topUp',
  交易退款: 'refund',
  转账: 'payout',
  转账退回: 'payoutReturn',
  收费: 'fee',
};

/** Clocks differ and a day ends between request and booking: so near to midnight the other day's bill is awaited. */
export const CROSS_PERIOD_MS = 15 * 60_000;

interface Group {
  outNo: string;
  lines: StoredLine[];
  items: CashItem[];
}

/**
 * @param items unreconciled items of the day and its neighbours
 * @param known every item of the numbers in the bill, moved or not, reconciled or not
 */
export function compare(
  day: Day,
  lines: readonly StoredLine[],
  items: readonly CashItem[],
  known: readonly CashItem[],
): Comparison {
  const result: Comparison = { matches: [], fees: [], differences: [] };
  const byNo = groupBy(known, (item) => `${item.kind}:${item.outNo}`);
  const feeNos = new Set(known.filter((item) => item.kind === 'topUp').map((item) => item.outNo));
  const groups = new Map<string, Group>();
  const groupOf = (key: string, outNo: string): Group => {
    const group = groups.get(key) ?? { outNo, lines: [], items: [] };
    groups.set(key, group);
    return group;
  };
  for (const line of firstsOf(lines, result)) {
    const flow = FLOW[line.kind];
    if (flow === 'fee' && feeNos.has(line.outNo) && line.amountFen < 0n) result.fees.push(line);
    else groupOf(`${flow ?? 'other'}:${line.outNo || line.serial}`, line.outNo).lines.push(line);
  }
  for (const item of pool(items, known))
    groupOf(`${item.kind}:${item.outNo}`, item.outNo).items.push(item);
  for (const [key, group] of groups) compareGroup(day, group, byNo.get(key) ?? [], result);
  return result;
}

/** What may be matched: the days around, and whatever older is named by the bill and still unmatched. */
function pool(items: readonly CashItem[], known: readonly CashItem[]): CashItem[] {
  const seen = new Set(items.map((item) => `${item.kind}:${item.id}`));
  const late = known.filter(
    (item) => item.settled && !item.reconciledOn && !seen.has(`${item.kind}:${item.id}`),
  );
  return [...items, ...late];
}

/** A serial is one movement: a second line of it is the bill's own mistake. */
function firstsOf(lines: readonly StoredLine[], result: Comparison): StoredLine[] {
  const seen = new Map<string, bigint>();
  const inOrder = [...lines].sort((a, b) => a.lineNo - b.lineNo);
  return inOrder.filter((line) => {
    const first = seen.get(line.serial);
    if (first === undefined) {
      seen.set(line.serial, line.amountFen);
      return true;
    }
    const same = first === line.amountFen;
    // Listed twice but moved once: the accounts agree, so the difference is nothing.
    result.differences.push({
      kinds: kindsOf({ duplicate: true, amount: !same }),
      differenceFen: 0n,
      outNo: line.outNo,
      lines: [line],
      items: [],
      remedy: same ? 'ignore_duplicate' : 'correct_amount',
      explained: false,
    });
    return false;
  });
}

/** The kinds that hold, in the order in which they are always told. */
const kindsOf = (holds: Partial<Record<Discrepancy, boolean>>): Discrepancy[] =>
  DISCREPANCIES.filter((kind) => holds[kind]);

/** More lines than items, and an amount that comes twice: moved, or paid, twice. */
function isDoubled(lines: readonly StoredLine[], items: readonly CashItem[]): boolean {
  return lines.length > items.length && new Set(lines.map((l) => l.amountFen)).size < lines.length;
}

function compareGroup(
  day: Day,
  group: Group,
  known: readonly CashItem[],
  result: Comparison,
): void {
  const { lines, items } = pairOff(day, group, result);
  if (lines.length === 0) {
    for (const item of items) missingLine(day, item, result);
    return;
  }
  const lineFen = total(lines);
  if (items.length > 0) {
    const itemFen = total(items);
    const agree = lineFen === itemFen;
    if (agree) result.matches.push({ lines, items });
    const cross_period = crosses(day, items);
    const duplicate = !agree && isDoubled(lines, items);
    if (!agree || cross_period)
      result.differences.push({
        kinds: kindsOf({ amount: !agree, duplicate, cross_period }),
        differenceFen: lineFen - itemFen,
        outNo: group.outNo,
        lines,
        items,
        remedy: agree ? 'none' : 'correct_amount',
        explained: agree,
      });
    return;
  }
  unknownLines(group.outNo, lines, known, result);
}

/** One line to one item of the same amount; the rest is left to the sums. */
function pairOff(day: Day, group: Group, result: Comparison): Pick<Group, 'lines' | 'items'> {
  const items = [...group.items];
  const lines: StoredLine[] = [];
  for (const line of group.lines) {
    const at = items.findIndex((item) => item.amountFen === line.amountFen);
    const item = at < 0 ? undefined : items.splice(at, 1)[0];
    if (!item) {
      lines.push(line);
      continue;
    }
    result.matches.push({ lines: [line], items: [item] });
    if (crosses(day, [item]))
      result.differences.push({
        kinds: ['cross_period'],
        differenceFen: 0n,
        outNo: group.outNo,
        lines: [line],
        items: [item],
        remedy: 'none',
        explained: true,
      });
  }
  return { lines, items };
}

/** Lines for which our book has nothing that moved and is not yet matched. */
function unknownLines(
  outNo: string,
  lines: StoredLine[],
  known: readonly CashItem[],
  result: Comparison,
): void {
  const differenceFen = total(lines);
  const common = { differenceFen, outNo, lines, explained: false };
  const open = known.filter((item) => !item.settled);
  const done = known.filter((item) => item.settled);
  if (open.length > 0) {
    const duplicate = differenceFen !== total(open) && isDoubled(lines, open);
    const told = duplicate
      ? open.every((item) => lines.some((l) => l.amountFen === item.amountFen))
      : false;
    const amount = differenceFen !== total(open) && !told;
    const kinds = kindsOf({ status: true, amount, duplicate });
    result.differences.push({ ...common, kinds, items: open, remedy: 'ask_alipay' });
  } else if (done.length > 0) {
    const sameAmount = lines.every((line) => done.some((i) => i.amountFen === line.amountFen));
    const kinds = kindsOf({ duplicate: true, amount: !sameAmount });
    result.differences.push({ ...common, kinds, items: done, remedy: 'refund_duplicate' });
  } else {
    const long = differenceFen > 0n;
    result.differences.push({
      ...common,
      kinds: [long ? 'long' : 'short'],
      items: [],
      remedy: long ? 'find_owner' : 'claim',
    });
  }
}

/** Our book says that it moved, the bill does not. */
function missingLine(day: Day, item: CashItem, result: Comparison): void {
  // The day before has been dealt with by its own bill, except what was left to this one; the day after comes.
  const yesterday =
    dayOf(item.atMs) === addDays(day, -1) && item.atMs >= dayStartMs(day) - CROSS_PERIOD_MS;
  if (dayOf(item.atMs) !== day && !yesterday) return;
  const waits = !yesterday && item.atMs >= dayEndMs(day) - CROSS_PERIOD_MS;
  const differenceFen = -item.amountFen;
  const kind = differenceFen > 0n ? 'long' : 'short';
  result.differences.push({
    kinds: [waits ? 'cross_period' : kind],
    differenceFen,
    outNo: item.outNo,
    lines: [],
    items: [item],
    remedy: waits ? 'await_next_bill' : kind === 'long' ? 'ask_alipay' : 'claim',
    explained: false,
  });
}

const total = (list: readonly { amountFen: bigint }[]): bigint =>
  list.reduce((sum, { amountFen }) => sum + amountFen, 0n);

const crosses = (day: Day, items: readonly CashItem[]): boolean =>
  items.some((item) => dayOf(item.atMs) !== day);

function groupBy<T>(list: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of list) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}
