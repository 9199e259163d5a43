import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createLines } from '../../../../bidding/state/lines.ts';

const line = fc.string({ unit: 'grapheme' });

test('what was added is taken once, whole and in order, so many lines an entry', () => {
  fc.assert(
    fc.property(fc.array(fc.array(line)), fc.integer({ min: 1, max: 5 }), (times, anEntry) => {
      const lines = createLines(anEntry);
      for (const added of times) {
        for (const each of added) lines.add(each);
        expect(lines.count).toBe(added.length);
        const entries: string[] = [];
        for (let i = 0; i < added.length; i += anEntry)
          entries.push(added.slice(i, i + anEntry).join('\n'));
        expect(lines.take().map(String)).toEqual(entries);
        expect(lines.count).toBe(0);
      }
    }),
  );
});

test('more than there was room for finds room', () => {
  const lines = createLines(2);
  const added = Array.from({ length: 7 }, (_, i) => String(i).repeat(50_000));
  for (const each of added) lines.add(each);
  expect(lines.take().map(String).join('\n')).toBe(added.join('\n'));
});
