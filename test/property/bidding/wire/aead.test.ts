import { createCipheriv } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { aeadKey, open, seal, TAG_BYTES } from '../../../../bidding/wire/aead.ts';

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
/** Runs of ones carry furthest in the arithmetic, so they come often. */
const any = (maxLength: number) =>
  fc.oneof(
    fc.uint8Array({ maxLength }),
    fc.nat({ max: maxLength }).map((length) => new Uint8Array(length).fill(255)),
  );
const messages = fc.record({ key: bytes(32), nonce: bytes(12), head: any(48), body: any(200) });

function sealed(m: { key: Uint8Array; nonce: Uint8Array; head: Uint8Array; body: Uint8Array }) {
  const whole = Buffer.concat([m.head, m.body, Buffer.alloc(TAG_BYTES)]);
  seal(aeadKey(m.key), m.nonce, whole, m.head.length, m.head.length + m.body.length);
  return whole;
}

test('what is sealed is, bit for bit, what OpenSSL seals', () => {
  fc.assert(
    fc.property(messages, (m) => {
      const cipher = createCipheriv('chacha20-poly1305', m.key, m.nonce, { authTagLength: 16 });
      cipher.setAAD(m.head, { plaintextLength: m.body.length });
      const text = Buffer.concat([cipher.update(m.body), cipher.final()]);
      expect(sealed(m)).toEqual(Buffer.concat([m.head, text, cipher.getAuthTag()]));
    }),
    { numRuns: 1_000 },
  );
});

test('RFC 8439 §2.8.2: the ladies and gentlemen of the class of ’99', () => {
  const text =
    "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it.";
  const whole = sealed({
    key: Uint8Array.from({ length: 32 }, (_, i) => 0x80 + i),
    nonce: Buffer.from('070000004041424344454647', 'hex'),
    head: Buffer.from('50515253c0c1c2c3c4c5c6c7', 'hex'),
    body: Buffer.from(text),
  });
  expect(whole.subarray(-16).toString('hex')).toBe('1ae10b594f09e26a7e902ecbd0600691');
  expect(whole.subarray(12, 20).toString('hex')).toBe('d31a8d34648e60db');
});

test('what was sealed opens; with one bit changed anywhere, or another key or nonce, it does not', () => {
  fc.assert(
    fc.property(messages, fc.nat(), (m, bit) => {
      const { length } = m.head;
      const end = length + m.body.length;
      const whole = sealed(m);
      const opens = (text: Buffer, key: Uint8Array = m.key, nonce: Uint8Array = m.nonce): boolean =>
        open(aeadKey(key), nonce, Buffer.from(text), length, end);
      const flipped = (text: Uint8Array): Buffer => {
        const copy = Buffer.from(text);
        const at = bit % (8 * copy.length);
        copy[at >> 3] = (copy[at >> 3] as number) ^ (1 << (at & 7));
        return copy;
      };
      expect(opens(flipped(whole))).toBe(false);
      expect(opens(whole, flipped(m.key))).toBe(false);
      expect(opens(whole, m.key, flipped(m.nonce))).toBe(false);
      expect(open(aeadKey(m.key), m.nonce, whole, length, end)).toBe(true);
      expect(whole.subarray(0, end)).toEqual(Buffer.concat([m.head, m.body]));
    }),
    { numRuns: 500 },
  );
});
