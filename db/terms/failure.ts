/**
 * Failures: what can be expected to go wrong, as a closed list of codes. `api/http/problem.ts` maps
 * each to an RFC 9457 problem; a bug is an assertion, never a Failure; a no-bid is neither.
 */

export const FAILURE_CODES = [
  'invalid_input', // a field is wrong: `pointer` names it
  'unauthenticated',
  'second_factor_required',
  'forbidden',
  'not_found', // also for what belongs to somebody else
  'conflict', // the state does not allow it
  'stale_version', // someone changed it first
  'idempotency_mismatch', // same key, other body
  'insufficient_funds',
  'period_closed',
  'four_eyes', // the maker cannot be the checker
  'limit_exceeded', // a rate: the same will do later
  'too_many', // a count or a size: the same will never do
  'unsupported_media_type',
  'payload_too_large',
  'not_acceptable_creative', // refused by a rule of law
  'signature_invalid',
  'not_on_edge', // needs a Node process, and this is a Cloudflare Worker
  'upstream_unavailable', // a payment gateway or partner did not answer
] as const;

export type FailureCode = (typeof FAILURE_CODES)[number];

export interface FailureDetail {
  /** JSON pointer (RFC 6901) to the offending field, `/lineItems/0/bidFen`. */
  pointer?: string;
  /** What is wrong, for a person, in Chinese and in English. */
  zh: string;
  en: string;
}

/** Thrown where an operation is refused for a reason its caller can understand and act upon. */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly code: FailureCode;
  readonly details: readonly FailureDetail[];

  constructor(code: FailureCode, ...details: [FailureDetail, ...FailureDetail[]]) {
    super(`${code}: ${details.map((detail) => detail.en).join('; ')}`);
    this.code = code;
    this.details = details;
  }
}

/** Throws unless `condition` holds: a bug, not bad input. Stays on in production. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`assertion failed: ${message}`);
}
