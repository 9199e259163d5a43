import { describe, expect, test } from 'vitest';
import {
  exactMoney,
  fenMoney,
  instant,
  money,
  monthName,
  percent,
  shortCount,
} from '../../../../dashboard/lib/format.ts';

describe('money for people', () => {
  test('is yuan with two places and grouped thousands', () => {
    expect(money('1234567890000')).toBe('¥1,234,567.89');
    expect(money('0')).toBe('¥0.00');
  });

  test('rounds half a fen away from zero, and never shows minus nothing', () => {
    expect(money('5000')).toBe('¥0.01');
    expect(money('4999')).toBe('¥0.00');
    expect(money('-5000')).toBe('−¥0.01');
    expect(money('-4999')).toBe('¥0.00');
  });

  test('is exact beyond what a float can hold', () => {
    expect(money('9007199254740993000000')).toBe('¥9,007,199,254,740,993.00');
    expect(exactMoney('10')).toBe('¥0.00001');
  });

  test('reads integer fen', () => {
    expect(fenMoney(1234)).toBe('¥12.34');
    expect(fenMoney('5')).toBe('¥0.05');
  });
});

test('an instant is told by Shanghai’s clock, whatever the host’s', () => {
  expect(instant('2026-11-22T16:30:00Z')).toBe('2026-11-23 00:30');
  expect(instant('not a time')).toBe('—');
});

test('a rate with nothing to divide by is a dash, not a zero', () => {
  expect(percent(0, 0)).toBe('—');
  expect(percent(1, 3, 1)).toBe('33.3%');
});

test('large counts are short in the manner of each language', () => {
  expect(shortCount(123_456, 'zh')).toBe('12万');
  expect(shortCount(123_456, 'en')).toBe('123k');
  expect(shortCount(15_000, 'zh')).toBe('1.5万');
});

test('a month has its name in both languages', () => {
  expect(monthName('2026-11', 'zh')).toBe('2026年11月');
  expect(monthName('2026-11', 'en')).toBe('Nov 2026');
});
