import fc from 'fast-check';
import { expect, test } from 'vitest';
import { clausesOf, holds } from '../../../../bidding/engine/clause.ts';
import { fits } from '../../../../bidding/engine/fit.ts';
import { placeOf } from '../../../../bidding/engine/place.ts';
import type { Request } from '../../../../bidding/engine/request.ts';
import { type Logged, logOf } from '../../../../bidding/engine/requestLog.ts';
import { decodeSample, encodeSample } from '../../../../bidding/wire/sample.ts';
import { newRandom } from '../../../kit/random.ts';
import { wildRequest, wildSnapshot, wildTarget } from '../../../kit/wildMarket.ts';

const random = newRandom(11);
const market = wildSnapshot(random, 0);

function loggedOf(request: Request): Logged[] {
  return request.imps.flatMap((imp) => {
    const placement = market.placements.find((it) => it.id === imp.placementId);
    const outlet = market.outlets.find((it) => it.id === placement?.outletId);
    if (!placement || !outlet) return [];
    const property = market.properties.find((it) => it.id === placement.propertyId);
    const place = placeOf(request, placement, property, outlet);
    const sizes = imp.sizes.length > 0 ? imp.sizes : placement.sizes;
    return [{ place, format: placement.format, sizes, weight: 1, isOfSampledUser: true }];
  });
}

const requests = Array.from({ length: 400 }, (_, n) => wildRequest(random, n));
const logged = requests.flatMap(loggedOf);
const log = logOf(logged);

test('columns find exactly the requests at which the clauses hold', () => {
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const clauses = clausesOf(wildTarget(newRandom(seed)));
      const truth = logged.map((it) => (clauses.every((c) => holds(c, it.place)) ? 1 : 0));
      expect([...log.match(clauses)]).toEqual(truth);
    }),
    { numRuns: 300 },
  );
});

test('a shape narrows to the imps it fits, and readers are counted once', () => {
  const shape = { format: 'banner' as const, w: 640, h: 100 };
  const matching = log.match([], shape);
  const truth = logged.filter((it) => fits(shape, it.format, it.sizes));
  const users = new Set(truth.map((it) => it.place.request.userHash).filter((it) => it !== ''));
  expect(log.tally(matching)).toMatchObject({ requests: truth.length, users: users.size });
});

test('a logged request is read as it was written, its place rounded to a hundred metres', () => {
  for (const request of requests) {
    const text = encodeSample({ request, weight: 20, isOfSampledUser: true });
    const read = decodeSample(text);
    expect(read?.weight).toBe(20);
    const again = loggedOf(read?.request as Request);
    expect(again.map((it) => it.place.divisions)).toEqual(
      loggedOf(request).map((it) => it.place.divisions),
    );
    expect(encodeSample(read as NonNullable<typeof read>)).toBe(text);
  }
  expect(decodeSample('[1,2]')).toBeUndefined();
  expect(decodeSample('nothing')).toBeUndefined();
});
