/**
 * A demand partner as this node knows it: how often it may be asked, and what it has been like lately. Owns the gate: a quota of
 * calls a second, throttling with the rate of errors, a breaker that opens when a partner keeps failing and lets a single call
 * through to see whether it is back; and trust, which says whether an auction waits for it.
 */
import type { PartnerHealth, SnapshotDemandPartner } from '../wire/partner.ts';

export type Partner = SnapshotDemandPartner;

/** Why a partner was not asked, or what its answer was worth. */
export type PartnerOutcome =
  | 'bid'
  | 'no_bid'
  | 'timed_out'
  | 'failed'
  | 'garbage'
  | 'over_quota'
  /** All its connections wait for answers. */
  | 'saturated'
  | 'breaker_open'
  | 'throttled'
  | 'not_wanted'
  | 'too_late';

/** What became of asking it, for an auction's trace. */
export interface PartnerTrace {
  partnerId: number;
  /** Its code. */
  partner: string;
  outcome: PartnerOutcome;
  /** Milliseconds until it answered or was given up; absent where it was not asked. */
  tookMs?: number;
}

const WINDOW_MS = 10_000;
const OPEN_AFTER = 10;
const OPEN_MS = 5_000;
/** Having been late so often on end, a partner is still asked, but nobody waits for it until it has been in time once. */
const SUSPECT_AFTER = 2;
const MIN_CONNECTIONS = 4;
const MAX_CONNECTIONS = 256;
/** Latencies kept for percentiles. */
const SAMPLES = 256;
/** What an impression may cost it before it has bid: sizes its first lease. */
const USUAL_BID_MICRO_CNY = 20_000;

export class Gate {
  partner: Partner;
  readonly outcomes = new Map<PartnerOutcome, number>();
  readonly refusals = new Map<string, number>();
  readonly losses = new Map<string, number>();
  wins = 0;
  /** Of its last bid, µCNY an impression. */
  lastBidMicroCny = USUAL_BID_MICRO_CNY;
  private tokens: number;
  private filledAtMs = 0;
  private failures = 0;
  private late = 0;
  private openUntilMs = 0;
  private recent = { sinceMs: 0, calls: 0, errors: 0 };
  private readonly tookMs = new Float32Array(SAMPLES);
  private taken = 0;
  private openedKey: { sealed: string; key: string } | undefined;

  constructor(partner: Partner) {
    this.partner = partner;
    this.tokens = partner.qps;
  }

  /** The key by which another deployment lets us in, opened once; empty: it wants none. */
  callKey(open: (sealed: string) => string): string {
    const { callKey = '' } = this.partner;
    if (this.openedKey?.sealed !== callKey)
      this.openedKey = { sealed: callKey, key: callKey === '' ? '' : open(callKey) };
    return this.openedKey.key;
  }

  /** Connections it may have: twice what its quota keeps busy when it answers at the last moment. */
  get connections(): number {
    const { qps, timeoutMs } = this.partner;
    const busy = Math.ceil((2 * qps * timeoutMs) / 1_000);
    return Math.max(MIN_CONNECTIONS, Math.min(MAX_CONNECTIONS, busy));
  }

  /** An auction waits for its answer; not for the one call that shows whether an open breaker may close. */
  get isTrusted(): boolean {
    return this.late < SUSPECT_AFTER && this.failures < OPEN_AFTER;
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
    add(this.outcomes, outcome);
  }

  refuseBid(reason: string): void {
    add(this.refusals, reason);
  }

  lost(reason: string): void {
    add(this.losses, reason);
  }

  /** `isOurs`: this node was late itself, which does not count against anybody's standing. */
  answered(outcome: PartnerOutcome, tookMs: number, nowMs: number, isOurs = false): void {
    this.count(outcome);
    this.recent.calls++;
    this.tookMs[this.taken++ % SAMPLES] = tookMs;
    if (outcome !== 'timed_out') this.late = 0;
    else if (!isOurs) this.late++;
    const isError = outcome === 'failed' || outcome === 'garbage' || outcome === 'timed_out';
    if (!isError) {
      this.failures = 0;
      this.openUntilMs = 0;
      return;
    }
    this.recent.errors++;
    if (++this.failures >= OPEN_AFTER) this.openUntilMs = nowMs + OPEN_MS;
  }

  /** `monotonicMs` is the gate's own time, `atMs` the clock's. */
  health(nodeId: string, monotonicMs: number, atMs: number): PartnerHealth {
    const sorted = this.tookMs.slice(0, Math.min(this.taken, SAMPLES)).sort();
    const at = (share: number): number =>
      Math.round(sorted[Math.floor(share * sorted.length)] ?? 0);
    return {
      partnerId: this.partner.id,
      code: this.partner.code,
      nodeId,
      atMs,
      outcomes: Object.fromEntries(this.outcomes),
      refusals: Object.fromEntries(this.refusals),
      losses: Object.fromEntries(this.losses),
      wins: this.wins,
      p50Ms: at(0.5),
      p99Ms: at(0.99),
      breaker: monotonicMs < this.openUntilMs ? 'open' : 'closed',
    };
  }
}

function add<K>(counts: Map<K, number>, key: K): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
