import { expect, test } from 'vitest';
import { billedMicroCny, multiplierOf } from '../../../../bidding/http/limits.ts';
import { newImp } from '../../../../bidding/openrtb/imp.ts';
import { aPlacement } from '../../../kit/snapshot.ts';

const match = (format: 'dooh' | 'banner') => ({ placement: aPlacement({ format }) }) as never;

test('a play-out costs its price by the people it reaches: 2.50 × 30.3 is 0.07575 yuan', () => {
  const imp = { ...newImp(), multiplier: '30.3' };
  expect(billedMicroCny(2_500, multiplierOf(imp, match('dooh')))).toBe(75_750);
});

test('what one reader looks at is one impression, whatever a caller says; nonsense multiplies by one', () => {
  const times = (multiplier: string, format: 'dooh' | 'banner') =>
    multiplierOf({ ...newImp(), multiplier }, match(format));
  expect(times('30.3', 'banner')).toBe(1);
  for (const odd of ['', '0', '-1', '1e9', 'NaN']) expect(times(odd, 'dooh')).toBe(1);
});
