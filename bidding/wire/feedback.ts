/**
 * What readers say of an ad through its menu, on the stream `keys.feedback`. Owns the record's form. Consumers: nodes keep the ad
 * away from the reader (`muted`); the review desk works off reports.
 */

export const FEEDBACK_KINDS = ['notInterested', 'report', 'why', 'close'] as const;
export type FeedbackKind = (typeof FEEDBACK_KINDS)[number];

/** Why an ad is reported; the menu offers these and no free text. */
export const REPORT_REASONS = [
  'misleading',
  'offensive',
  'illegal',
  'minors',
  'repetitive',
  'irrelevant',
  'other',
] as const;
export type ReportReason = (typeof REPORT_REASONS)[number];

export interface Feedback {
  /** `${auctionId}:${impOrdinal}:${kind}`: said twice, it is one. */
  key: string;
  kind: FeedbackKind;
  /** Null unless a report or a dislike says why. */
  reason: ReportReason | null;
  atMs: number;
  outletId: number;
  placementId: number;
  divisionCode: string;
  advertiserId: number;
  campaignId: number;
  lineItemId: number;
  /** 0: a partner's ad. */
  creativeId: number;
  /** Pseudonym of the reader; empty where nobody is known. */
  userHash: string;
}

/** One stream field, `f`. */
export const encodeFeedback = (feedback: Feedback): string => JSON.stringify(feedback);

/** Undefined for what is not such a record. */
export function decodeFeedback(text: string): Feedback | undefined {
  try {
    const value = JSON.parse(text) as Feedback;
    const isOne = typeof value.key === 'string' && FEEDBACK_KINDS.includes(value.kind);
    return isOne ? value : undefined;
  } catch {
    return undefined;
  }
}
