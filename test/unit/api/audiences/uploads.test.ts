import { expect, test } from 'vitest';
import { hashesIn } from '../../../../api/audiences/uploads.ts';
import { Failure } from '../../../../db/terms/failure.ts';

const hash = (digit: string) => digit.repeat(64);

test('a list may have a heading, a byte-order mark, quotes, blank lines, either case, and repeats', () => {
  const text = `\uFEFFid_sha256\r\n"${hash('a')}"\r\n\r\n${hash('A')}\n${hash('b')}\n`;
  expect(hashesIn(text)).toEqual([hash('a'), hash('b')]);
});

test('every line that is no SHA-256 is named, and nothing is taken', () => {
  const text = [hash('a'), '13800138000', 'someone@example.cn', hash('b'), 'abc'].join('\n');
  try {
    hashesIn(text);
    expect.unreachable();
  } catch (error) {
    expect((error as Failure).details.map((one) => one.pointer)).toEqual([
      '/file/lines/2', '/file/lines/3', '/file/lines/5',
    ]); // biome-ignore format: one line
  }
});

test('an empty list is refused', () => {
  expect(() => hashesIn('id\n')).toThrow(Failure);
});
