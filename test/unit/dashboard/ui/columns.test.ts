import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fenColumn, moneyColumn } from '../../../../dashboard/ui/columns.tsx';

describe('columns of money', () => {
  const row = { amountFen: 3_710, amountMicroCny: '37100000' };

  test('are worth µCNY whichever unit their rows have: what a file then shows in yuan', () => {
    const fen = fenColumn<typeof row>('fen', '', (one) => one.amountFen);
    const micro = moneyColumn<typeof row>('micro', '', (one) => one.amountMicroCny);
    expect([fen.value(row), micro.value(row)]).toEqual([37_100_000n, 37_100_000n]);
  });

  test('of fen are made by fenColumn alone: a bare number of fen would stand in a file as yuan', () => {
    const features = 'dashboard/features';
    const files = readdirSync(features, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.tsx'))
      .map((name) => join(features, name));
    expect(files.length).toBeGreaterThan(100);
    const bare = files.filter((file) =>
      /value: \(\w+\) => (BigInt\()?\w+\.\w*Fen\b/.test(readFileSync(file, 'utf8')),
    );
    expect(bare).toEqual([]);
  });
});
