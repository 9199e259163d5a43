/**
 * The demo's contracts: one an outlet, with volume tiers for city groups; the demo outlet has an older version behind it and the
 * draft of a next one before it, which waits for its second person.
 */
import { eq } from 'drizzle-orm';
import {
  activate,
  contractsFor,
  createDraft,
  createVersion,
} from '../../api/contracts/contracts.ts';
import type { ContractTier, Party } from '../../api/contracts/version.ts';
import type { Actor } from '../../api/identity/identity.ts';
import type { Database, Db } from '../../db/client.ts';
import { contract } from '../../db/schema/contracts.ts';
import { addDays, type Clock, type Day, dayOf, monthOf } from '../../db/terms/day.ts';
import { cityOf } from '../../db/terms/division.ts';
import { MICRO_CNY_PER_YUAN } from '../../db/terms/money.ts';
import { DEMO_OUTLET_DIVISION } from './logins.ts';
import type { SeedOutlet } from './outlets.ts';

const party = (outletId: number | null, sharePpm: number): Party => ({ outletId, sharePpm });

/** Tiers begin at yuan of a month's volume. */
const tiersOf = (...tiers: [fromYuan: bigint, parties: Party[]][]): ContractTier[] =>
  tiers.map(([yuan, parties]) => ({ fromMicroCny: yuan * MICRO_CNY_PER_YUAN, parties }));

/**
 * A county centre keeps 70 % of what it earns, its city's group 8 %, the provincial group 4 %, the platform the rest: what
 * those above bring is campaigns. A city group keeps 75 %, of what goes beyond 5,000 yuan a month 80 %; a provincial one 80 %.
 */
function termsOf(
  o: SeedOutlet,
  outletId: number,
  byCity: ReadonlyMap<string, number>,
  provincial: number,
): ContractTier[] {
  const flat = (...parties: Party[]) => tiersOf([0n, parties]);
  if (o.tier === 'province') return flat(party(outletId, 800_000), party(null, 200_000));
  if (o.tier === 'city') {
    const city = (own: number) => [
      party(outletId, own),
      party(provincial, 50_000),
      party(null, 950_000 - own),
    ];
    return tiersOf([0n, city(750_000)], [5_000n, city(800_000)]);
  }
  const city = byCity.get(cityOf(o.divisionCode));
  if (city === undefined) {
    return flat(party(outletId, 720_000), party(provincial, 80_000), party(null, 200_000));
  }
  return flat(
    party(outletId, 700_000),
    party(city, 80_000),
    party(provincial, 40_000),
    party(null, 180_000),
  );
}

const TRIAL_DAYS = 180;

export async function seedContracts(
  db: Db,
  clock: Clock,
  outlets: readonly SeedOutlet[],
  outletIds: readonly number[],
  effectiveFrom: Day,
): Promise<void> {
  const id = (i: number): number => outletIds[i] as number;
  const byCity = new Map<string, number>();
  for (const [i, o] of outlets.entries()) if (o.tier === 'city') byCity.set(o.divisionCode, id(i));
  const sign = (versionId: number) => activate({ db, clock }, { versionId, by: 'seed' });
  for (const [i, o] of outlets.entries()) {
    const outletId = id(i);
    const tiers = termsOf(o, outletId, byCity, id(0));
    const named = { name: `${o.name}入网合作协议`, outletId };
    if (o.tier === 'county' && o.divisionCode === DEMO_OUTLET_DIVISION) {
      const parties = [party(outletId, 600_000), party(null, 400_000)];
      const from = addDays(effectiveFrom, -TRIAL_DAYS);
      const trial = await createDraft(db, { ...named, effectiveFrom: from, parties });
      await sign(trial.id);
      await sign((await createVersion(db, trial.contractId, { effectiveFrom, tiers })).id);
    } else {
      await sign((await createDraft(db, { ...named, effectiveFrom, tiers })).id);
    }
  }
}

/** More for the demo outlet where it sells more, and a floor under it; drafted by finance's second person. */
export async function seedContractDraft(
  { db, clock }: { db: Database; clock: Clock },
  outletId: number,
  by: Actor,
): Promise<void> {
  const today = dayOf(clock());
  const [own] = await db
    .select({ id: contract.id })
    .from(contract)
    .where(eq(contract.outletId, outletId));
  if (!own) throw new Error(`outlet ${outletId} has no contract`);
  const [present] = await contractsFor(db, [{ outletId, propertyId: 0, placementId: 0 }], today);
  /** As they are now, with so much more for the outlet out of the platform's. */
  const shares = (more: number) =>
    (present?.parties ?? []).map(({ outletId: who, sharePpm }) =>
      party(who, who === outletId ? sharePpm + more : who === null ? sharePpm - more : sharePpm),
    );
  await createVersion(db, own.id, {
    effectiveFrom: `${monthOf(addDays(`${monthOf(today)}-01`, 31))}-01`,
    minimumMonthlyMicroCny: 1_500n * MICRO_CNY_PER_YUAN,
    tiers: tiersOf([0n, shares(0)], [2_000n, shares(40_000)], [5_000n, shares(80_000)]),
    by: by.userId,
  });
}
