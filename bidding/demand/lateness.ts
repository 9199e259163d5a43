/**
 * How late this node's own timers are, as deadlines show it: on a busy machine that much less time can be given to partners. Owns its
 * decay: it halves each second in which nothing was late.
 */

const HALF_LIFE_MS = 1_000;

export class Lateness {
  private worstMs = 0;
  private sinceMs = 0;

  note(lateMs: number, nowMs: number): void {
    if (lateMs < this.at(nowMs)) return;
    this.worstMs = lateMs;
    this.sinceMs = nowMs;
  }

  at(nowMs: number): number {
    return this.worstMs * 0.5 ** ((nowMs - this.sinceMs) / HALF_LIFE_MS);
  }
}
