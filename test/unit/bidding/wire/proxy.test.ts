import { expect, test } from 'vitest';
import { callerAddress } from '../../../../bidding/wire/proxy.ts';

const READER = '203.0.113.9';

test.each([
  ['none', '127.0.0.1', READER, '127.0.0.1'],
  ['loopback', '127.0.0.1', READER, READER],
  ['loopback', '::ffff:127.0.0.1', READER, READER],
  ['loopback', '::1', '2001:db8::1', '2001:db8::1'],
  ['loopback', '172.18.0.1', READER, '172.18.0.1'],
  ['private', '172.18.0.1', READER, READER],
  ['private', '172.32.0.1', READER, '172.32.0.1'],
  ['private', '8.8.8.8', READER, '8.8.8.8'],
  ['any', '8.8.8.8', READER, READER],
  ['loopback', '127.0.0.1', '', '127.0.0.1'],
  ['loopback', '127.0.0.1', ' , ', '127.0.0.1'],
] as const)('%s: of a connection from %s that says %j we take %s', (proxy, remote, said, taken) => {
  expect(callerAddress(proxy, remote, said)).toBe(taken);
});

test('what the caller claims in front of the proxy’s own word is not believed', () => {
  expect(callerAddress('loopback', '127.0.0.1', `6.6.6.6, ${READER}`)).toBe(READER);
});
