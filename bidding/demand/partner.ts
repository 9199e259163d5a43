/**
 * A demand partner: where it is asked, how often, for how long, and what it has been like lately. Owns the gate: a quota of
 * calls a second, throttling with the rate of errors, a breaker that opens when a partner keeps failing and lets a single
 * call through to see whether it is back.
 */
import { z } from 'zod';
import { FORMATS } from '../../db/terms/market.ts';

export const partnerSchema = z.object({
  id: z.string().regex(/^[a-z0-9-]{1,40}$/),
  seat: z.string().min(1).max(64),
  url: z.url({ protocol: /^https?$/ }),
  timeoutMs: z.number().int().min(10).max(5_000).default(200),
  qps: z.number().int().min(1).max(100_000).default(1_000),
  gzip: z.boolean().default(false),
  /** Whose wallet its impressions charge; 0: settled outside, counted only. */
  advertiserId: z.number().int().min(0).default(0),
  /** Pretargeting: what it wants to be asked about; empty: everything. */
  formats: z.array(z.enum(FORMATS)).default([]),
  /** Division prefixes of readers it wants. */
  divisions: z.array(z.string().regex(/^\d{2,9}$/)).default([]),
  /** Percent kept by us: a bid of 10 at 20 % competes, and is billed, as 8. */
  discountPercent: z.number().min(0).max(90).default(0),
});
export type Partner = z.infer<typeof partnerSchema>;

export const partnersSchema = z.array(partnerSchema).max(200);

/** Why a partner was not asked, or what its answer was worth. */
export type PartnerOutcome =
  | 'bid'
  | 'no_bid'
  | 'timed_out'
  | 'failed'
  | 'garbage'
  | 'over_quota'
  | 'breaker_open'
  | 'throttled'
  | 'not_wanted'
  | 'too_late';

const WINDOW_MS = 10_000;
const OPEN_AFTER = 10;
const OPEN_MS = 5_000;

export interface PartnerHealth {
  id: string;
  seat: string;
  outcomes: Partial<Record<PartnerOutcome, number>>;
  /** Reasons of refused bids, by key. */
  refusals: Record<string, number>;
  averageMs: number;
  breaker: 'closed' | 'open';
}

export class Gate {
  readonly partner: Partner;
  readonly outcomes = new Map<PartnerOutcome, number>();
  readonly refusals = new Map<string, number>();
  private tokens: number;
  private filledAtMs = 0;
  private failures = 0;
  private openUntilMs = 0;
  private recent = { sinceMs: 0, calls: 0, errors: 0 };
  private averageMs = 0;

  constructor(partner: Partner) {
    this.partner = partner;
    this.tokens = partner.qps;
  }

  /** Whether it may be asked now; `chance` in [0, 1) decides for a throttled one. */
  admit(nowMs: number, chance: number): PartnerOutcome | undefined {
    const refused = this.refusal(nowMs, chance);
    if (refused) this.count(refused);
    return refused;
  }

  private refusal(nowMs: number, chance: number): PartnerOutcome | undefined {
    if (nowMs < this.openUntilMs) return 'breaker_open';
    const { calls, errors, sinceMs } = this.recent;
    if (nowMs - sinceMs >= WINDOW_MS) this.recent = { sinceMs: nowMs, calls: 0, errors: 0 };
    // A tenth of the calls always goes through: otherwise nobody would notice a recovery.
    else if (calls >= 20 && chance < Math.min(0.9, errors / calls - 0.2)) return 'throttled';
    const { qps } = this.partner;
    this.tokens = Math.min(qps, this.tokens + ((nowMs - this.filledAtMs) * qps) / 1000);
    this.filledAtMs = nowMs;
    if (this.tokens < 1) return 'over_quota';
    this.tokens -= 1;
    // One call decides whether an open breaker closes: until it is answered nobody else goes.
    if (this.failures >= OPEN_AFTER) this.openUntilMs = nowMs + OPEN_MS;
    return undefined;
  }

  count(outcome: PartnerOutcome): void {
    this.outcomes.set(outcome, (this.outcomes.get(outcome) ?? 0) + 1);
  }

  refuseBid(reason: string): void {
    this.refusals.set(reason, (this.refusals.get(reason) ?? 0) + 1);
  }

  answered(outcome: PartnerOutcome, tookMs: number, nowMs: number): void {
    this.count(outcome);
    this.recent.calls++;
    this.averageMs += (tookMs - this.averageMs) / 20;
    const isError = outcome === 'failed' || outcome === 'garbage' || outcome === 'timed_out';
    if (!isError) {
      this.failures = 0;
      this.openUntilMs = 0;
      return;
    }
    this.recent.errors++;
    if (++this.failures >= OPEN_AFTER) this.openUntilMs = nowMs + OPEN_MS;
  }

  health(nowMs: number): PartnerHealth {
    return {
      id: this.partner.id,
      seat: this.partner.seat,
      outcomes: Object.fromEntries(this.outcomes),
      refusals: Object.fromEntries(this.refusals),
      averageMs: Math.round(this.averageMs),
      breaker: nowMs < this.openUntilMs ? 'open' : 'closed',
    };
  }
}
