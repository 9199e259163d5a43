import { expect, test } from 'vitest';
import { Combos } from '../../../../bidding/engine/combos.ts';
import type { Place } from '../../../../bidding/engine/place.ts';

const rows = (count: number) => Array.from({ length: count }, () => new Int32Array(4).fill(-1));
const place = { device: 0, os: 0, tier: 0 } as Place;

test('when there are too many rows the oldest goes for the one that comes, and the others stay', () => {
  const combos = new Combos();
  const [small, shapes] = [rows(32), rows(1)];
  const rowOf = (id: number) => combos.rowFor(place, { id, shapes: [0] }, 1, small, shapes);
  const made = Array.from({ length: 300 }, (_, id) => rowOf(id));
  expect(combos.size).toBe(256);
  for (let id = 299; id >= 44; id--) expect(rowOf(id), `${id} stayed`).toBe(made[id]);
  expect(rowOf(0), 'the oldest is made anew').not.toBe(made[0]);
  expect(rowOf(44), 'and the next oldest went for it').not.toBe(made[44]);
  expect(combos.size).toBe(256);
  combos.rowFor(place, { id: 1, shapes: [0] }, 2, small, shapes);
  expect(combos.size, 'another market keeps nothing').toBe(1);
});
