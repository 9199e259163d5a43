/**
 * How large a budget lease is, and when it is given back. Owns the sizes as pure rules; bidding/state takes and returns leases by
 * them, and the pacing bench runs the same code. A lease is a hold, so what is out can never be overspent, only idle.
 */

/** A CPM lease is never smaller than this many impressions, or one request in two would wait for Redis. */
const LEAST_IMPRESSIONS = 5;
/** Of what is left, shared by the nodes: the last yuan is spent in small steps. */
const SHARE = 0.1;
/** When less than this share of the budget is central, idle leases are called home … */
const SCARCE = 0.02;
/** … each minute. */
export const RETURN_IDLE_EVERY_MS = 60_000;
/** A node that was denied asks again after this. */
export const DENIED_BACKOFF_MS = 1_000;
/** A lease is renewed in advance when less than this share of it is left, so that requests need not wait. */
const RENEW_BELOW = 0.25;
/** Impressions a lease must still hold, whatever its size. */
const RENEW_IMPRESSIONS = 2;

/**
 * µCNY to ask for: the greater of five impressions at `unitMicroCny` and a tenth of what remains (0 where unknown) over the
 * nodes. The pool grants no more than it has.
 */
export function leaseSize(remainingMicroCny: number, nodes: number, unitMicroCny: number): number {
  const share = (SHARE * remainingMicroCny) / Math.max(1, nodes);
  return Math.max(LEAST_IMPRESSIONS * unitMicroCny, Math.floor(share), 1);
}

/** Whether an idle lease should go home: little is left centrally, and others may be able to use it. */
export const shouldReturn = (centralMicroCny: number, budgetMicroCny: number): boolean =>
  centralMicroCny < SCARCE * budgetMicroCny;

/** Whether to ask for the next lease now, while this one still serves. */
export const shouldRenew = (
  leftMicroCny: number,
  leaseMicroCny: number,
  unitMicroCny: number,
): boolean =>
  leftMicroCny < Math.max(RENEW_BELOW * leaseMicroCny, RENEW_IMPRESSIONS * unitMicroCny);

/** µCNY a click costs when little is left: the last click may be cheaper than its bid, never dearer than the budget. */
export const clickCharge = (clickMicroCny: number, remainingMicroCny: number): number =>
  Math.max(0, Math.min(clickMicroCny, remainingMicroCny));
