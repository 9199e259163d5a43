import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readQuery } from '../../../../bidding/http/query.ts';

const piece = fc.constantFrom(
  't',
  'e',
  'tt',
  '=',
  '&',
  'abc',
  '==',
  '&&',
  '%41',
  '+',
  '-_',
  'é',
  '?',
);

test('a query is read as URLSearchParams reads it', () => {
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 10 }), (pieces) => {
      const text = pieces.join('');
      // A leading question mark is URLSearchParams' to drop; an HTTP target has none after the first.
      if (text.startsWith('?')) return;
      for (const name of ['t', 'e', 'tt', 'abc', 'A']) {
        expect(readQuery(text).get(name)).toBe(new URLSearchParams(text).get(name));
        expect(readQuery(text).has(name)).toBe(new URLSearchParams(text).has(name));
      }
    }),
    { numRuns: 2_000 },
  );
});
