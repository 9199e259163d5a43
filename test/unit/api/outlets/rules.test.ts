import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { judgeBooking } from '../../../../api/outlets/acceptance.ts';
import { airtimeFaults, psaSecondsOwed } from '../../../../api/outlets/airtime.ts';
import { placementProblems, unitProblems } from '../../../../api/outlets/media.ts';

describe('airtime (order 61)', () => {
  const at = (hour: number, seconds: number) => ({ hour, seconds });

  test('allows twelve minutes an hour and not a second more', () => {
    expect(airtimeFaults('tv', [at(9, 700)], [at(9, 20)])).toEqual([]);
    expect(airtimeFaults('tv', [at(9, 700)], [at(9, 21)])).toMatchObject([
      { hours: [9], limitSeconds: 720, bookedSeconds: 700, wantedSeconds: 21 },
    ]);
  });

  test('allows eighteen minutes in the two prime hours together: 19–21 on television, 11–13 on radio', () => {
    const booked = [at(19, 600), at(20, 470)];
    expect(airtimeFaults('tv', booked, [at(20, 10)])).toEqual([]);
    expect(airtimeFaults('tv', booked, [at(20, 15)])).toMatchObject([{ hours: [19, 20] }]);
    expect(airtimeFaults('radio', booked, [at(20, 15)])).toEqual([]);
    expect(airtimeFaults('radio', [at(11, 700)], [at(12, 390)])).toMatchObject([
      { hours: [11, 12], limitSeconds: 1080 },
    ]);
  });

  test('is not limited on media the order does not cover', () => {
    expect(airtimeFaults('loudspeaker', [at(6, 3600)], [at(6, 3600)])).toEqual([]);
  });

  test('never lets through a day that breaks a limit, whatever the order of booking', () => {
    const airing = fc.record({
      hour: fc.integer({ min: 17, max: 22 }),
      seconds: fc.integer({ min: 5, max: 400 }),
    });
    fc.assert(
      fc.property(fc.array(airing, { maxLength: 40 }), (wanted) => {
        const booked: { hour: number; seconds: number }[] = [];
        for (const one of wanted)
          if (airtimeFaults('tv', booked, [one]).length === 0) booked.push(one);
        const of = (...hours: number[]) =>
          booked.reduce((sum, one) => (hours.includes(one.hour) ? sum + one.seconds : sum), 0);
        for (let hour = 17; hour <= 22; hour++) expect(of(hour)).toBeLessThanOrEqual(720);
        expect(of(19, 20)).toBeLessThanOrEqual(1080);
      }),
    );
  });

  test('owes public-service seconds rounded up', () => {
    expect(psaSecondsOwed(1_000, 30_000)).toBe(30);
    expect(psaSecondsOwed(1_001, 30_000)).toBe(31);
  });
});

describe('an outlet’s acceptance', () => {
  const seller = {
    acceptance: { auto: true, leadDays: 3, categories: [], maxDiscountPpm: 100_000 },
    blockedCategories: ['medical'],
    blockedAdvertiserIds: [7],
    forMinors: false,
  };
  const asked = {
    advertiserId: 1,
    category: 'food' as const,
    startsOn: '2026-03-10',
    today: '2026-03-02',
    discountPpm: 0,
  };
  const answer = (
    s: Partial<typeof seller>,
    a: Partial<typeof asked> | { category: 'medical' | 'alcohol' },
  ) => judgeBooking({ ...seller, ...s }, { ...asked, ...a }).answer;

  test('takes by itself what its rules allow and asks for the rest', () => {
    expect(answer({}, {})).toBe('accept');
    expect(answer({}, { startsOn: '2026-03-04' })).toBe('ask');
    expect(answer({}, { discountPpm: 100_001 })).toBe('ask');
    expect(answer({ acceptance: { ...seller.acceptance, auto: false } }, {})).toBe('ask');
  });

  test('refuses whom and what it blocks, and what is barred from media for minors', () => {
    expect(answer({}, { advertiserId: 7 })).toBe('refuse');
    expect(answer({}, { category: 'medical' })).toBe('refuse');
    expect(answer({ forMinors: true }, { category: 'alcohol' })).toBe('refuse');
  });
});

describe('a placement', () => {
  const terms = { format: 'spot' as const, sizes: [], spotSeconds: 15, airHour: 18 };

  test('is of a form its medium has', () => {
    expect(placementProblems('newspaper', terms)).toMatchObject([{ pointer: '/format' }]);
    expect(placementProblems('tv', terms)).toEqual([]);
  });

  test('on air names its length and its hour; in a village only its length', () => {
    const bare = { ...terms, spotSeconds: null, airHour: null };
    expect(placementProblems('radio', bare).map((one) => one.pointer)).toEqual([
      '/spotSeconds',
      '/airHour',
    ]);
    expect(placementProblems('loudspeaker', bare).map((one) => one.pointer)).toEqual([
      '/spotSeconds',
    ]);
  });

  test('is priced by the units of its form', () => {
    expect(unitProblems('spot', 'CPM')).toMatchObject([{ pointer: '/unit' }]);
    expect(unitProblems('post', 'POST')).toEqual([]);
  });
});
