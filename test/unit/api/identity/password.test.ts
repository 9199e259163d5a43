import { describe, expect, test } from 'vitest';
import { passwordProblem } from '../../../../api/identity/password.ts';

describe('a password', () => {
  test.each([
    'tidal marsh lantern', 'hongze-demo-2026', 'hongze-test-2026', '江南好风景旧曾谙日出江花', 'kR7!vQ2#pL9@',
    'correct horse battery staple',
  ])('%s will do', (password) => {
    expect(passwordProblem(password, ['owner@example.cn', 'Owner'])).toBeUndefined();
  }); // biome-ignore format: a list

  test.each([
    'elevenchars', 'aaaaaaaaaaaa', 'abababababab', '123456789012', 'password1234', 'Password-Password', 'qwertyuiopas',
    '1qaz2wsx3edc', 'woaini1314woaini1314', 'abcdefghijkl', 'P@ssw0rd.1234',
  ])('%s will not: it is short, or among the first to be guessed', (password) => {
    expect(passwordProblem(password)).toBeDefined();
  }); // biome-ignore format: a list

  test('is not made of what everybody knows of its owner', () => {
    expect(passwordProblem('westlake2026', ['westlake@example.cn'])).toBeDefined();
    expect(passwordProblem('westlake under the moon', ['westlake@example.cn'])).toBeUndefined();
  });

  test('of a megabyte is refused before anybody hashes it', () => {
    expect(passwordProblem('x1'.repeat(500_000))).toBeDefined();
  });
});
