import { expect, test } from 'vitest';
import { grouped } from '../../../../db/terms/money.ts';

test('amounts are grouped by thousands, the decimals left as they are', () => {
  const cases = [
    ['0', '0'],
    ['999.00', '999.00'],
    ['1000', '1,000'],
    ['1234567.8912', '1,234,567.8912'],
    ['-100000.50', '-100,000.50'],
  ];
  for (const [plain, shown] of cases) expect(grouped(plain as string)).toBe(shown);
});
