import { expect, test } from 'vitest';
import { findCandidates, newFound } from '../../../../bidding/engine/candidates.ts';
import { applyDelta } from '../../../../bidding/engine/delta.ts';
import { compileSnapshot, type Market } from '../../../../bidding/engine/market.ts';
import type { RequestImp } from '../../../../bidding/engine/request.ts';
import type { Snapshot, SnapshotDelta } from '../../../../bidding/wire/snapshot.ts';
import { newRandom, type Random } from '../../../kit/random.ts';
import { referenceCandidates } from '../../../kit/reference.ts';
import { wildLineItem, wildRequest, wildSnapshot } from '../../../kit/wildMarket.ts';

const LIMIT = 5;

/** Compares index and reference on `count` requests; returns how many imps had a candidate. */
function compare(market: Market, snapshot: Snapshot, random: Random, count: number): number {
  const creatives = new Map(snapshot.creatives.map((it) => [it.id, it]));
  const found = newFound();
  let filled = 0;
  for (let n = 0; n < count; n++) {
    const request = wildRequest(random, n);
    findCandidates(market, request, found, LIMIT);
    for (let i = 0; i < request.imps.length; i++) {
      const match = found.imps[i];
      const got = match?.candidates.slice(0, match.count).map((it) => ({
        lineItemId: it.item.source.id,
        creativeId: it.creative.id,
        score: it.score,
      }));
      const imp = request.imps[i] as RequestImp;
      const expected = referenceCandidates(snapshot, request, imp, LIMIT, creatives);
      if (expected.length > 0) filled += 1;
      if (JSON.stringify(got) !== JSON.stringify(expected)) {
        expect(got, `request ${n}: ${JSON.stringify(request)}`).toEqual(expected);
      }
    }
  }
  return filled;
}

test('the index finds exactly what the plain rules find, on 10,000 random requests', () => {
  let filled = 0;
  for (let seed = 1; seed <= 20; seed++) {
    const random = newRandom(seed);
    const snapshot = wildSnapshot(random, 200 + random.below(200));
    filled += compare(compileSnapshot(snapshot), snapshot, random, 500);
  }
  // The comparison means something: many have winners, and many have none.
  expect(filled).toBeGreaterThan(3000);
});

test('after any deltas the index is what compiling the new snapshot would give', () => {
  for (let seed = 100; seed < 110; seed++) {
    const random = newRandom(seed);
    const snapshot = wildSnapshot(random, 150);
    let market = compileSnapshot(snapshot);
    // Combos are made by traffic: they must be kept true by the deltas that follow.
    compare(market, snapshot, random, 100);
    for (let step = 0; step < 12; step++) {
      market = applyDelta(market, wildDelta(random, snapshot));
      compare(market, snapshot, random, 40);
    }
    expect(market.version).toBe(snapshot.version);
  }
});

/** A random delta, applied to the snapshot in place as well. */
function wildDelta(random: Random, snapshot: Snapshot): SnapshotDelta {
  const fresh = wildSnapshot(random, 150);
  const delta: SnapshotDelta = {
    fromVersion: snapshot.version,
    version: snapshot.version + 1,
    publishedAtMs: snapshot.publishedAtMs,
    upsert: {},
    remove: {},
  };
  snapshot.version += 1;
  const changed = Array.from({ length: 1 + random.below(60) }, () =>
    wildLineItem(random, 1 + random.below(700)),
  );
  delta.upsert.lineItems = [...new Map(changed.map((it) => [it.id, it])).values()];
  delta.remove.lineItems = [1 + random.below(150)].filter(
    (id) => !delta.upsert.lineItems?.some((it) => it.id === id),
  );
  if (random.chance(0.5)) delta.upsert.creatives = fresh.creatives.slice(0, 5);
  if (random.chance(0.3)) delta.remove.creatives = [50 + random.below(10)];
  if (random.chance(0.4)) delta.upsert.deals = fresh.deals.slice(0, 3);
  if (random.chance(0.2)) delta.remove.deals = ['d9'];
  if (random.chance(0.4)) delta.upsert.stops = fresh.stops.slice(0, 2);
  if (random.chance(0.4)) delta.upsert.placements = fresh.placements.slice(0, 5);
  if (random.chance(0.4)) delta.floorRules = fresh.floorRules;
  fold(snapshot, delta);
  if (random.chance(0.5)) {
    const item = snapshot.lineItems[random.below(snapshot.lineItems.length)];
    if (item) {
      item.rankMultiplier = random.next();
      delta.rankMultipliers = [[item.id, item.rankMultiplier]];
    }
  }
  return delta;
}

function fold(snapshot: Snapshot, delta: SnapshotDelta): void {
  for (const name of ['lineItems', 'creatives', 'deals', 'stops', 'placements'] as const) {
    const gone = new Set<unknown>(delta.remove[name] ?? []);
    const sent = delta.upsert[name] ?? [];
    for (const record of sent) gone.add(record.id);
    const kept = (snapshot[name] as { id: unknown }[]).filter((it) => !gone.has(it.id));
    Object.assign(snapshot, { [name]: [...kept, ...structuredClone(sent)] });
  }
  if (delta.floorRules) snapshot.floorRules = delta.floorRules;
}
