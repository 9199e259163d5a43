/**
 * How today's traffic of the last minutes compares with its forecast, by county: what pacing must know to tell a rush of readers
 * from winning too much. One for each day. A day that is busier as a whole is no rush: its rest will be busier too, and the
 * ratio is taken to the level of the day so far. Owns the comparison; who counts requests and where the forecast comes from is the caller's matter.
 */

/** The window forgets with this time constant. */
const MEMORY_MS = 120_000;
/** Requests' worth of trust in the province's ratio, for a county with few; and in 1, for the province. */
const PRIOR_COUNTY = 30;
const PRIOR_PROVINCE = 100;
/** Share of a day's requests with which the level of a day is presumed to be that of the forecast. */
const PRIOR_LEVEL = 0.5;
/**
 * A rush is believed up to this. Where a few counties hold all of one, theirs is seven times the usual; cut at four, who sells there
 * alone missed its better half, at a cost of 0.2 points.
 */
const MOST = 12;

/** A line item's shares of traffic by county, as numbers of counties. */
interface Mix {
  counties: Int32Array;
  shares: Float64Array;
}

export class Surge {
  private readonly numberOf = new Map<string, number>();
  private readonly seen: number[] = [];
  private readonly due: number[] = [];
  private ratios: number[] = [];
  private province = 1;
  private seenToday = 0;
  private dueToday = 0;
  private level = 1;
  private readonly mixes = new WeakMap<object, Mix>();

  /**
   * A step of `elapsedMs` is over: requests seen in it by county, and those that were forecast for it (`requestsADay` by county,
   * of which `share` fell into the step).
   */
  step(
    elapsedMs: number,
    seen: ReadonlyMap<string, number>,
    requestsADay: ReadonlyMap<string, number>,
    share: number,
  ): void {
    const fade = Math.exp(-elapsedMs / MEMORY_MS);
    for (let c = 0; c < this.seen.length; c++) {
      this.seen[c] = (this.seen[c] as number) * fade;
      this.due[c] = (this.due[c] as number) * fade;
    }
    let aDay = 0;
    for (const [county, requests] of requestsADay) {
      const c = this.number(county);
      this.due[c] = (this.due[c] as number) + requests * share;
      aDay += requests;
    }
    this.dueToday += aDay * share;
    for (const [county, requests] of seen) {
      const c = this.number(county);
      this.seen[c] = (this.seen[c] as number) + requests;
      this.seenToday += requests;
    }
    const prior = PRIOR_LEVEL * aDay;
    if (prior > 0) this.level = (this.seenToday + prior) / (this.dueToday + prior);
    const sum = (list: number[]): number => list.reduce((a, b) => a + b, 0);
    this.province = (sum(this.seen) + PRIOR_PROVINCE) / (sum(this.due) + PRIOR_PROVINCE);
    this.ratios = this.seen.map(
      (came, c) => (came + PRIOR_COUNTY * this.province) / ((this.due[c] as number) + PRIOR_COUNTY),
    );
  }

  private number(county: string): number {
    let c = this.numberOf.get(county);
    if (c === undefined) {
      c = this.seen.length;
      this.numberOf.set(county, c);
      this.seen.push(0);
      this.due.push(0);
    }
    return c;
  }

  /** Of a line item whose traffic has these shares by county; without shares the province's. Call after `step`. */
  of(countyShare: Readonly<Record<string, number>>): number {
    const { counties, shares } = this.mixOf(countyShare);
    let ratio = 0;
    let weight = 0;
    for (let i = 0; i < counties.length; i++) {
      const share = shares[i] as number;
      ratio += share * (this.ratios[counties[i] as number] ?? this.province);
      weight += share;
    }
    return Math.min(MOST, (weight > 0 ? ratio / weight : this.province) / this.level);
  }

  private mixOf(countyShare: Readonly<Record<string, number>>): Mix {
    const known = this.mixes.get(countyShare);
    if (known) return known;
    const entries = Object.entries(countyShare);
    const mix = {
      counties: Int32Array.from(entries, ([county]) => this.number(county)),
      shares: Float64Array.from(entries, ([, share]) => share),
    };
    this.mixes.set(countyShare, mix);
    return mix;
  }
}
