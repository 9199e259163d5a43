/**
 * What a winner pays. Owns first and second price, what is charged and on which event. First price pays the bid whatever the
 * pacing: discounting the price paid instead of the rank lost a fifth of the welfare in simulation.
 */
import { CLASS_STEP, isPsa, MICRO_PER_CPM_FEN, MICRO_PER_FEN } from './item.ts';
import type { Candidate } from './outcome.ts';

/** Second price adds one fen CPM to the runner-up (0.90 → 0.91 yuan). */
const INCREMENT_MICRO_CNY = MICRO_PER_CPM_FEN;

export interface Charge {
  priceMicroCny: number;
  billOn: 'impression' | 'click' | 'none';
  chargeMicroCny: number;
}

/**
 * Second price in terms of the winner's own worth: the least undiscounted price whose rank still beats the runner-up's,
 * `min(v, max(s₂ ÷ m + increment, floor))`. Both scores without their class; a runner-up of a lower class presses nothing.
 */
export function secondPrice(
  valueMicroCny: number,
  multiplier: number,
  runnerUpScore: number,
  floorMicroCny: number,
): number {
  const pressed =
    runnerUpScore > 0 && multiplier > 0 ? runnerUpScore / multiplier + INCREMENT_MICRO_CNY : 0;
  return Math.min(valueMicroCny, Math.max(pressed, floorMicroCny));
}

/** Score within its class, as pressed upon a winner of class `winnerClass`. */
export const scoreWithin = (score: number, winnerClass: number): number =>
  Math.max(0, score - winnerClass * CLASS_STEP);

export const classOfScore = (score: number): number => Math.floor(score / CLASS_STEP);

/**
 * The charge of one of our candidates at a price an impression. CPM and deals are charged on the impression; CPC and OCPC on
 * the click, at the bid scaled as the price was. Charges are whole µCNY, rounded down: never above the bid.
 */
export function chargeOf(candidate: Candidate, priceMicroCny: number): Charge {
  const { source } = candidate.item;
  // A booked day is charged for itself, by api/billing.
  if (isPsa(source) || source.priority === 'booked')
    return { priceMicroCny: 0, billOn: 'none', chargeMicroCny: 0 };
  const isFixed = candidate.deal !== undefined && candidate.deal.kind !== 'pmp';
  if (source.pricing === 'CPM' || isFixed) {
    return {
      priceMicroCny,
      billOn: 'impression',
      chargeMicroCny: Math.floor(priceMicroCny + ROUNDING),
    };
  }
  const perClick = source.bidFen * MICRO_PER_FEN * (source.pricing === 'OCPC' ? candidate.pcvr : 1);
  const share = candidate.valueMicroCny > 0 ? priceMicroCny / candidate.valueMicroCny : 1;
  return {
    priceMicroCny,
    billOn: 'click',
    chargeMicroCny: Math.floor(perClick * Math.min(1, share) + ROUNDING),
  };
}

/** A whole price that arrives as 1999.9999999998 through a division is 2000. */
const ROUNDING = 1e-6;
