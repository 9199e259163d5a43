import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Aim,
  ALL_HOURS,
  aimOf,
  openAim,
  targetOf,
} from '../../../../dashboard/features/campaigns/target.ts';
import { bookOf } from '../../../../dashboard/ui/counties.ts';
import { DEVICES, TIERS } from '../../../../db/terms/market.ts';
import { targetSchema } from '../../../../db/terms/target.ts';

const division = (code: string) => ({
  code,
  nameZh: code,
  nameEn: code,
  level: code.endsWith('0000') ? 'province' : code.endsWith('00') ? 'city' : 'county',
  parentCode: null,
});
const counties = ['330102', '330106', '330782', '330784'];
const book = bookOf(['330000', '330100', '330700', ...counties].map(division));

const some = <T>(all: readonly T[], minLength = 0) => fc.subarray([...all], { minLength });
const segments = fc.uniqueArray(fc.integer({ min: 1, max: 99 }), { maxLength: 4 });
const aims: fc.Arbitrary<Aim> = fc.record({
  counties: some(counties, 1),
  devices: some(DEVICES),
  tiers: some(TIERS),
  hours: some(ALL_HOURS, 1),
  anyOf: segments,
  allOf: segments,
  noneOf: segments,
});

/** "In any of one" and "in all of one" are the same: the form shows it as the latter. */
const settled = (aim: Aim): Aim => {
  if (aim.anyOf.length !== 1) return aim;
  return { ...aim, anyOf: [], allOf: [...aim.anyOf, ...aim.allOf] };
};

describe('what a line item’s form aims at', () => {
  test('comes back from the API’s expression as it was, segments by any, all and none included', () => {
    fc.assert(
      fc.property(aims, (aim) => {
        const target = targetOf(aim, book);
        expect(targetSchema.parse(target)).toEqual(target);
        expect(aimOf(target, book)).toEqual(settled(aim));
      }),
    );
  });

  test('everything open is everywhere and everyone', () => {
    expect(targetOf(openAim(book), book)).toEqual({ all: [] });
  });

  test('a target that says more than the form is left alone', () => {
    const any = { attribute: 'segment', in: [1, 2] };
    expect(aimOf({ any: [any] }, book)).toBeUndefined();
    expect(aimOf({ all: [any, { attribute: 'segment', in: [3, 4] }] }, book)).toBeUndefined();
    expect(aimOf({ all: [{ not: { attribute: 'tier', in: ['city'] } }] }, book)).toBeUndefined();
  });
});
