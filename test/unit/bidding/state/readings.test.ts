import fc from 'fast-check';
import { expect, test } from 'vitest';
import { OpenReadings, Reading } from '../../../../bidding/state/readings.ts';

/** The first three share a shelf. */
const USERS = ['abc', 'abd', 'ab', 'xyz'];
const step = fc.record({
  what: fc.constantFrom('open', 'close', 'tell' as const),
  user: fc.constantFrom(...USERS),
  which: fc.nat(),
});

test('a reading is told what is counted for its user while it is open, and nothing else', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const open = new OpenReadings();
      const all: { reading: Reading; isOpen: boolean; expected: string }[] = [];
      for (const [n, { what, user, which }] of steps.entries()) {
        if (what === 'open') {
          const reading = new Reading(user, 0, '', open);
          open.add(reading);
          all.push({ reading, isOpen: true, expected: '' });
        } else if (what === 'tell') {
          open.tell(user, `${n};`);
          for (const each of all)
            if (each.isOpen && each.reading.userHash === user) each.expected += `${n};`;
        } else if (all.length > 0) {
          // Twice is as good as once.
          const closed = all[which % all.length] as (typeof all)[number];
          closed.reading.close();
          closed.isOpen = false;
        }
      }
      expect(all.map(({ reading }) => reading.counted)).toEqual(
        all.map(({ expected }) => expected),
      );
    }),
  );
});
