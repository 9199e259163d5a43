/**
 * How much budget each line item's pool may be given now: pure arithmetic over limits and commitments. Owns the four
 * limits (line item's day and total, campaign's total, advertiser's wallet or the order's hold) and the size of a tranche. Nothing here is ever
 * rounded up.
 *
 * What counts against a limit is not what was billed but what may yet be billed: a yuan granted is as good as spent until
 * it has come back.
 */

export interface BudgetLine {
  lineItemId: number;
  campaignId: number;
  advertiserId: number;
  /** The order whose hold pays for guaranteed impressions; null: the wallet's free money does. */
  orderId: number | null;
  /** May serve today: active up to the advertiser, and within its dates. */
  active: boolean;
  dailyMicroCny: bigint;
  totalMicroCny: bigint;
  campaignTotalMicroCny: bigint;
  /** What one impression (CPM) or click (CPC) may cost. */
  unitMicroCny: bigint;
  /** Of all days. */
  billedMicroCny: bigint;
  /** Today's grants, of this life of Redis and earlier ones. */
  committedTodayMicroCny: bigint;
  /** Granted on whatever day and not yet billed. */
  outstandingMicroCny: bigint;
  /** In today's pool, not leased. */
  freeMicroCny: bigint;
}

/** Share of what remains that lies in Redis at a time: what a total loss of Redis makes idle for some minutes. */
const TRANCHE_DIVISOR = 5n;
/** A remainder worth fewer units than this is given whole. */
const SMALL_REST_UNITS = 50n;

const min = (...amounts: [bigint, ...bigint[]]): bigint =>
  amounts.reduce((a, b) => (a < b ? a : b));
const max = (a: bigint, b: bigint): bigint => (a > b ? a : b);

/** What the line's own limits still allow to be granted today; negative after a cut. */
export const headroom = (line: BudgetLine): bigint =>
  min(
    line.dailyMicroCny - line.committedTodayMicroCny,
    line.totalMicroCny - line.billedMicroCny - line.outstandingMicroCny,
  );

/** What a pool asks for: nothing while it is half full. */
function wanted(line: BudgetLine): bigint {
  const room = headroom(line);
  if (!line.active || room <= 0n) return 0n;
  const reach = room + max(line.freeMicroCny, 0n);
  const tranche =
    reach <= SMALL_REST_UNITS * line.unitMicroCny ? reach : max(reach / TRANCHE_DIVISOR, 1n);
  return line.freeMicroCny * 2n >= tranche ? 0n : min(tranche - line.freeMicroCny, room);
}

/** Whose money a line's grants come from. */
export type Purse = `wallet:${number}` | `order:${number}`;
export const purseOf = (line: Pick<BudgetLine, 'advertiserId' | 'orderId'>): Purse =>
  line.orderId === null ? `wallet:${line.advertiserId}` : `order:${line.orderId}`;

export const asks = (line: BudgetLine): boolean => wanted(line) > 0n;

/** Takes shares from a common purse: each asker gets at most an equal part of what is left. */
function purse(room: bigint, askers: number): { most(): bigint; take(amount: bigint): void } {
  let left = max(room, 0n);
  let waiting = BigInt(askers);
  return {
    most: () => (waiting > 0n ? left / waiting : 0n),
    take(amount) {
      left -= amount;
      waiting -= 1n;
    },
  };
}

function group<Key>(lines: readonly BudgetLine[], by: (line: BudgetLine) => Key) {
  const groups = new Map<Key, BudgetLine[]>();
  for (const line of lines) groups.set(by(line), [...(groups.get(by(line)) ?? []), line]);
  return groups;
}

/**
 * µCNY to move into (positive) or out of (negative) each line's pool of today. `purses`: what each wallet can
 * promise beyond its holds, which cover all that is granted already, and what each order's hold has left; those of
 * lines that ask for nothing may be left out.
 */
export function allocate(
  lines: readonly BudgetLine[],
  purses: ReadonlyMap<Purse, bigint>,
): Map<number, bigint> {
  const moves = new Map<number, bigint>();
  const asking = lines.filter(asks);
  const campaigns = new Map<number, ReturnType<typeof purse>>();
  for (const [id, members] of group(lines, (line) => line.campaignId)) {
    const used = members.reduce((sum, l) => sum + l.billedMicroCny + l.outstandingMicroCny, 0n);
    const total = members[0]?.campaignTotalMicroCny ?? 0n;
    const askers = asking.filter((line) => line.campaignId === id).length;
    campaigns.set(id, purse(total - used, askers));
  }
  for (const [name, members] of group(lines, purseOf)) {
    const askers = asking.filter((line) => purseOf(line) === name);
    const payer = purse(purses.get(name) ?? 0n, askers.length);
    for (const line of askers) {
      const campaign = campaigns.get(line.campaignId) as ReturnType<typeof purse>;
      const amount = min(wanted(line), payer.most(), campaign.most());
      payer.take(amount);
      campaign.take(amount);
      if (amount > 0n) moves.set(line.lineItemId, amount);
    }
    for (const line of members) {
      const back = line.active ? -headroom(line) : line.freeMicroCny;
      const most = min(back, line.freeMicroCny);
      if (most > 0n) moves.set(line.lineItemId, -most);
    }
  }
  return moves;
}
