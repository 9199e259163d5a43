import { expect, test } from 'vitest';
import { targetProblems } from '../../../../bidding/engine/targetProblems.ts';
import type { Target } from '../../../../db/terms/target.ts';

const known = {
  hasDivision: (code: string) => code.startsWith('33'),
  hasOutlet: (id: number) => id < 100,
};
const found = (target: Target): [string, string][] =>
  targetProblems(target, known).map((it) => [it.code, it.pointer]);

test('a plain target has no problems, and neither has everywhere', () => {
  expect(found({ all: [] })).toEqual([]);
  expect(
    found({
      all: [
        { attribute: 'division', in: ['330100'] },
        { not: { attribute: 'division', in: ['330106'] } },
        {
          any: [
            { attribute: 'os', in: ['ios'] },
            { attribute: 'device', in: ['desktop'] },
          ],
        },
      ],
    }),
  ).toEqual([]);
});

test('divisions and outlets that do not exist are named by their pointer', () => {
  const target: Target = {
    all: [
      { attribute: 'division', in: ['330100', '990100'] },
      { not: { attribute: 'outlet', in: [500] } },
    ],
  };
  expect(found(target)).toEqual([
    ['unknown_division', '/all/0/in/1'],
    ['unknown_inventory', '/all/1/not/in/0'],
  ]);
});

test('what is both targeted and excluded is an overlap', () => {
  const target: Target = {
    all: [{ attribute: 'outlet', in: [1, 2] }, { not: { attribute: 'outlet', in: [2] } }],
  };
  expect(found(target)).toEqual([['overlap', '/all/1/not/in/0']]);
});

test.each<[string, Target]>([
  ['two devices at once', { all: [{ attribute: 'device', in: ['tv'] }, { attribute: 'device', in: ['mobile'] }] }],
  ['a county and not its city', { all: [{ attribute: 'division', in: ['330106'] }, { not: { attribute: 'division', in: ['330100'] } }] }],
  ['two counties at once', { all: [{ attribute: 'division', in: ['330106'] }, { attribute: 'division', in: ['330110'] }] }],
  ['no hour left', { all: [{ attribute: 'hourOfWeek', in: [1] }, { not: { attribute: 'hourOfWeek', in: [1, 2] } }] }],
  ['not everything', { not: { all: [] } }],
  ['every outlet excluded', { all: [{ attribute: 'outlet', in: [1] }, { not: { attribute: 'outlet', in: [1] } }] }],
])('a target that nothing can match is impossible: %s', (_name, target) => {
  expect(found(target).map(([code]) => code)).toContain('impossible');
}); // biome-ignore format: one target a line
