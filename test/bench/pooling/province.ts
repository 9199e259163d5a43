/**
 * The same demand twice: every advertiser was signed by one outlet. Alone, it can only be shown there; pooled, it reaches the
 * people it asks for on any outlet of the province. Bids and budgets are the same.
 */
import type { Snapshot, SnapshotLineItem, SnapshotOutlet } from '../../../bidding/wire/snapshot.ts';
import { CATEGORIES } from '../../../db/terms/market.ts';
import type { Target } from '../../../db/terms/target.ts';
import type { Random } from '../../kit/random.ts';
import { smallLineItem } from '../../kit/smallMarket.ts';
import { BENCH_DAY_MS, benchSnapshot, CITIES } from '../kit/market.ts';

/** Line items signed by an outlet of each tier, and the mean daily budget of one, yuan. */
const SIGNED = { province: 150, city: 24, county: 5 } as const;
const BUDGET_YUAN = { province: 60, city: 25, county: 12 } as const;
const YEAR_MS = 365 * 86_400_000;

export interface Signed {
  item: SnapshotLineItem;
  home: SnapshotOutlet;
  budgetMicroCny: number;
}

export interface Province {
  base: Snapshot;
  signed: Signed[];
}

export function newProvince(random: Random): Province {
  const base = benchSnapshot(random, 0, 1);
  const signed: Signed[] = [];
  for (const home of base.outlets) {
    // Some centres have a sales desk and some have hardly any.
    const count = Math.round(SIGNED[home.tier] * (0.3 + 1.4 * random.next()));
    for (let n = 0; n < count; n++) signed.push(sign(random, base, home, signed.length + 1));
  }
  return { base, signed };
}

function sign(random: Random, base: Snapshot, home: SnapshotOutlet, id: number): Signed {
  const creativeIds = Array.from(
    { length: 1 + random.below(3) },
    () => 1 + random.below(base.creatives.length),
  );
  const item = smallLineItem(id, {
    category: CATEGORIES[id % 20] as (typeof CATEGORIES)[number],
    bidFen: Math.round(700 * Math.exp(0.5 * random.normal())) + 200,
    startsAtMs: BENCH_DAY_MS - YEAR_MS,
    endsAtMs: BENCH_DAY_MS + YEAR_MS,
    target: wishOf(random, home),
    creativeIds,
  });
  const budgetMicroCny = Math.round(BUDGET_YUAN[home.tier] * Math.exp(0.7 * random.normal())) * 1e6;
  return { item, home, budgetMicroCny: Math.max(1e6, budgetMicroCny) };
}

/** The people an advertiser asks for: those of its outlet's jurisdiction, or a few cities of the province. */
function wishOf(random: Random, home: SnapshotOutlet): Target {
  if (home.tier === 'province' && random.chance(0.5)) {
    return { attribute: 'division', in: [random.pick(CITIES), random.pick(CITIES)] };
  }
  return { attribute: 'division', in: [home.divisionCode] };
}

/** The market as each outlet alone sees it, or as all see it together. */
export function marketOf(province: Province, pooled: boolean): Snapshot {
  const lineItems = province.signed.map(({ item, home }) => {
    const atHome: Target = { attribute: 'outlet', in: [home.id] };
    // At home it is shown to every reader, as it is today.
    return { ...item, target: pooled ? { any: [item.target, atHome] } : atHome };
  });
  return { ...province.base, lineItems };
}
