import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  decodeEvent,
  type EventKind,
  encodeEvent,
  type TrackedEvent,
} from '../../../../bidding/wire/event.ts';

const id = fc.nat(Number.MAX_SAFE_INTEGER);
const text = fc.string({ unit: 'grapheme', maxLength: 40 }).map((s) => s.replaceAll('\t', ' '));
const event: fc.Arbitrary<TrackedEvent> = fc.record({
  eventKey: text,
  kind: fc.integer({ min: 1, max: 7 }) as fc.Arbitrary<EventKind>,
  atMs: id,
  outletId: id,
  placementId: id,
  divisionCode: text,
  advertiserId: id,
  campaignId: id,
  lineItemId: id,
  creativeId: id,
  device: fc.nat(9),
  priceMicroCny: id,
  leaseId: id,
  userHash: text,
  ivt: fc.nat(9),
  auctionAtMs: id,
  userAgent: text,
  ip: text,
  geometry: text,
  dealId: fc.oneof(fc.constant(0), id),
});

test('an event is read back as it was written, and what metering stores is its first fourteen fields', () => {
  fc.assert(
    fc.property(event, (written) => {
      const encoded = encodeEvent(written);
      const { stored, ...read } = decodeEvent(encoded) ?? { stored: '' };
      expect(read).toEqual(written);
      expect(encoded.startsWith(`${stored}\t`)).toBe(true);
      expect(stored.split('\t')).toHaveLength(14);
    }),
  );
});

/** What a number on the stream looks like, said in another way than the reader does. */
const isWhole = (spelt: string) =>
  /^(0|[1-9]\d*)$/.test(spelt) && Number.isSafeInteger(Number(spelt));
const TEXTS = new Set([0, 5, 13, 16, 17, 18]);

test('a text is read exactly where it has nineteen fields, or a deal as the twentieth, and its numbers are whole, plain and exact', () => {
  const field = fc.oneof(
    { weight: 20, arbitrary: fc.nat(99).map(String) },
    fc.constantFrom('', '00', '-1', '1.5', '1e3', ' 1', '1 ', 'NaN', '9007199254740992', '٣', 'a'),
  );
  const fields = fc.oneof(
    { weight: 9, arbitrary: fc.array(field, { minLength: 19, maxLength: 20 }) },
    fc.array(field, { maxLength: 25 }),
  );
  fc.assert(
    fc.property(fields, (spelt) => {
      const isLong = spelt.length === 20 && spelt[19] !== '0';
      const readable =
        (spelt.length === 19 || isLong) && spelt.every((f, i) => TEXTS.has(i) || isWhole(f));
      expect(decodeEvent(spelt.join('\t')) !== undefined).toBe(readable);
    }),
    { numRuns: 2_000 },
  );
});
