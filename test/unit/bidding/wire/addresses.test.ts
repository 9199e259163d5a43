import { isIP } from 'node:net';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isPublicAddress } from '../../../../bidding/wire/addresses.ts';

test.each([
  '0.0.0.0', '10.1.2.3', '100.64.0.1', '127.0.0.1', '127.255.255.254', '169.254.169.254', '172.16.0.1', '172.31.255.255',
  '192.0.0.8', '192.168.1.1', '198.18.0.1', '203.0.113.7', '224.0.0.1', '240.0.0.1', '255.255.255.255', '::', '::1',
  '::ffff:127.0.0.1', '::ffff:8.8.8.8', '64:ff9b::7f00:1', 'fe80::1', 'fc00::1', 'fd12:3456::1', 'ff02::1', '2001:db8::1',
  '2002:7f00:1::', '2001::1', '3fff::1', 'localhost', '127.1', '0x7f000001', '',
])('%s is nobody’s public address', (address) => {
  expect(isPublicAddress({ address: address, family: isIP(address) })).toBe(false);
}); // biome-ignore format: a list

test.each([
  '8.8.8.8',
  '114.114.114.114',
  '172.32.0.1',
  '192.167.255.255',
  '100.128.0.1',
  '2400:3200::1',
  '2606:4700:4700::1111',
])('%s is public', (address) => {
  expect(isPublicAddress({ address: address, family: isIP(address) })).toBe(true);
});

test('every IPv4 address of a private block is refused, however it is drawn', () => {
  const blocks = fc.constantFrom<[number, number]>(
    [10, 8],
    [127, 8],
    [172 * 256 + 16, 12],
    [192 * 256 + 168, 16],
  );
  fc.assert(
    fc.property(blocks, fc.nat(2 ** 24 - 1), ([head, bits], rest) => {
      const first = bits === 8 ? head * 2 ** 24 : head * 2 ** 16;
      const address = first + (rest % 2 ** (32 - bits));
      const text = [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.');
      return !isPublicAddress({ address: text, family: isIP(text) });
    }),
  );
});
