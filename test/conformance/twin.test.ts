import { expect, test } from 'vitest';
import { Malformed } from '../../bidding/openrtb/malformed.ts';
import { readBidRequest } from '../../bidding/openrtb/read.ts';
import { bodyOf, casesOf } from './run.ts';
import { twinReads } from './twin.ts';

/** Limits are the reader's own: the twin has none. */
const isLimit = (fault: Malformed): boolean => /more than|too deeply/.test(fault.message);

test('the reader and its twin agree on every case: what reads, and what it says', () => {
  let compared = 0;
  for (const folder of ['exemplary', 'supplemental'] as const)
    for (const { cases } of casesOf(folder))
      for (const each of cases) {
        const body = bodyOf(each);
        const read = readBidRequest(Buffer.from(body));
        if (read instanceof Malformed && isLimit(read)) continue;
        const twin = twinReads(body);
        expect(read instanceof Malformed, `${each.name}: ${body.slice(0, 200)}`).toBe(
          twin === undefined,
        );
        compared++;
        if (read instanceof Malformed || !twin) continue;
        expect(read.id).toBe(twin.id ?? '');
        expect(read.imps.map((imp) => imp.id)).toEqual((twin.imp ?? []).map((imp) => imp.id ?? ''));
        expect(read.tmaxMs).toBe(twin.tmax ?? 0);
        expect(read.cur).toEqual(twin.cur ?? []);
        expect(read.badv).toEqual(twin.badv ?? []);
        expect(read.userId).toBe(twin.user?.id ?? '');
        expect(read.ua).toBe(twin.device?.ua ?? '');
      }
  expect(compared).toBeGreaterThan(300);
});
