import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  auctionIds,
  type BilledOn,
  openToken,
  sealToken,
  type Token,
  tokenKey,
} from '../../../../bidding/wire/token.ts';

const key = tokenKey(randomBytes(32).toString('hex'));
const id = fc.nat({ max: 2 ** 31 });
const base64url = (bytes: number) =>
  fc
    .uint8Array({ minLength: bytes, maxLength: bytes })
    .map((array) => Buffer.from(array).toString('base64url'));

const tokens: fc.Arbitrary<Token> = fc
  .record({
    auctionId: base64url(12),
    impOrdinal: fc.nat({ max: 63 }),
    issuedAtMs: fc.integer({ min: Date.UTC(2025, 0, 1), max: Date.UTC(2100, 0, 1) }),
    ttl: fc.nat({ max: 30 * 86_400_000 }),
    outletId: id,
    placementId: id,
    divisionCode: fc.constantFrom('', '330106', '330106005', '330000', '110101'),
    advertiserId: id,
    campaignId: id,
    lineItemId: id,
    creativeId: id,
    device: fc.nat({ max: 4 }),
    billedOn: fc.constantFrom<BilledOn>(0, 1, 2),
    priceMicroCny: fc.nat({ max: Number.MAX_SAFE_INTEGER }),
    leaseId: fc.nat({ max: Number.MAX_SAFE_INTEGER }),
    dealId: fc.oneof(fc.constant(0), fc.nat({ max: Number.MAX_SAFE_INTEGER })),
    userHash: fc.oneof(fc.constant(''), base64url(12)),
  })
  .map(({ ttl, ...rest }) => ({ ...rest, expiresAtMs: rest.issuedAtMs + ttl }));

test('a token opens to exactly what was sealed', () => {
  fc.assert(
    fc.property(tokens, (token) => {
      expect(openToken(key, sealToken(key, token))).toEqual(token);
    }),
  );
});

test('a token with one changed character is refused, whichever it is', () => {
  fc.assert(
    fc.property(tokens, fc.nat(), fc.nat({ max: 62 }), (token, position, step) => {
      const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
      const sealed = sealToken(key, token);
      const at = position % sealed.length;
      const other = alphabet[(alphabet.indexOf(sealed[at] as string) + 1 + step) % 64];
      const tampered = sealed.slice(0, at) + other + sealed.slice(at + 1);
      expect(typeof openToken(key, tampered)).toBe('string');
    }),
    { numRuns: 500 },
  );
});

test('any other text, and a token of another key, is refused', () => {
  const stranger = tokenKey(randomBytes(32).toString('hex'));
  fc.assert(
    fc.property(tokens, fc.string({ maxLength: 300 }), (token, text) => {
      expect(['malformed', 'forged']).toContain(openToken(key, text));
      expect(openToken(key, sealToken(stranger, token))).toBe('forged');
    }),
  );
});

test('auction ids never repeat, and a new prefix is drawn when the counter is used up', () => {
  let draws = 0;
  const next = auctionIds((bytes) => Buffer.alloc(bytes, ++draws));
  const seen = new Set(Array.from({ length: 10_000 }, next));
  expect(seen.size).toBe(10_000);
  expect(draws).toBe(1);
});
