import fc from 'fast-check';
import { expect, test } from 'vitest';
import { buildAutomaton, normalise } from '../../../../api/creatives/scan.ts';

const letter = fc.constantFrom('a', 'b', 'c', '最', '佳');
const text = (max: number) => fc.array(letter, { maxLength: max }).map((list) => list.join(''));

test('the automaton finds exactly what a plain search finds', () => {
  const words = fc.uniqueArray(
    text(4).filter((word) => word !== ''),
    { maxLength: 12 },
  );
  fc.assert(
    fc.property(words, text(60), (list, haystack) => {
      const expected = list.flatMap((word, index) =>
        Array.from({ length: haystack.length }, (_, start) => start)
          .filter((start) => haystack.startsWith(word, start))
          .map((start) => ({ word: index, start, end: start + word.length })),
      );
      const order = (a: { start: number; word: number }, b: { start: number; word: number }) =>
        a.start - b.start || a.word - b.word;
      expect(buildAutomaton(list).find(haystack).sort(order)).toEqual(expected.sort(order));
    }),
  );
});

test('every position of a normalised text leads back to the characters it came from', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 40 }), (original) => {
      const { text: folded, starts, ends } = normalise(original);
      expect(starts).toHaveLength(folded.length);
      for (let i = 0; i < folded.length; i++) {
        const from = starts[i] as number;
        const to = ends[i] as number;
        expect(from).toBeLessThan(to);
        expect(normalise(original.slice(from, to)).text).toContain(folded[i]);
      }
    }),
  );
});
