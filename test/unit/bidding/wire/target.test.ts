import { expect, test } from 'vitest';
import { targetSchema } from '../../../../db/terms/target.ts';

test('a list of ten thousand counties is refused at its place in the target', () => {
  const counties = Array.from({ length: 10_000 }, (_, i) => String(110_000 + i));
  const target = {
    all: [
      { attribute: 'tier', in: ['city'] },
      { attribute: 'division', in: counties },
    ],
  };
  const result = targetSchema.safeParse(target);
  expect(result.success).toBe(false);
  expect(
    targetSchema.safeParse({ attribute: 'division', in: counties.slice(0, 4_000) }).success,
  ).toBe(true);
});
