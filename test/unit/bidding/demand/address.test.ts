import { expect, test } from 'vitest';
import { lookUpPublic, mayBeCalled } from '../../../../bidding/demand/address.ts';

test('a literal address in a private network is not called, however it is written', () => {
  for (const url of [
    'http://127.0.0.1/', 'http://10.1.2.3:8080/x', 'http://169.254.169.254/latest/meta-data/', 'http://[::1]/', 'http://[fd00::1]/',
    'http://[::ffff:127.0.0.1]/', 'http://2130706433/', 'http://0x7f.1/', 'http://0/',
  ]) // biome-ignore format: a list to read along
    expect(mayBeCalled(url), url).toBe(false);
  expect(mayBeCalled('https://93.184.216.34/win')).toBe(true);
});

test('a name is judged by what it resolves to', async () => {
  const resolved = (all: boolean) =>
    new Promise<string>((resolve) =>
      lookUpPublic('localhost', { all }, (error) => resolve(error?.code ?? 'found')),
    );
  expect([await resolved(true), await resolved(false)]).toEqual(['EACCES', 'EACCES']);
});

test('a call goes to ports of the web and takes nobody’s credentials along', () => {
  for (const url of [
    'https://a.example/win',
    'http://a.example:8080/win',
    'https://a.example:8443/',
  ])
    expect(mayBeCalled(url), url).toBe(true);
  for (const url of [
    'http://a.example:22/',
    'http://a.example:25/',
    'http://a.example:6379/',
    'http://me:key@a.example/',
  ])
    expect(mayBeCalled(url), url).toBe(false);
});
