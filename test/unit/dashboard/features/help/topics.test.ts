import { expect, test } from 'vitest';
import { TOPICS } from '../../../../../dashboard/features/help/topics.ts';
import { DESKS } from '../../../../e2e/console/places.ts';

test('every screen of every desk has its help', () => {
  const screens = DESKS.flatMap(({ places }) => places.map(({ path }) => path));
  const without = screens.filter((path) => !TOPICS[path.split(/[/?]/)[1] ?? '']);
  expect(without).toEqual([]);
});
