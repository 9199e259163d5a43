import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { forecastTarget } from '../../../../api/delivery/forecast.ts';
import { seed } from '../../../../run/seed/seed.ts';
import { openTestDatabase } from '../../../kit/database.ts';

const { db } = await openTestDatabase();
const assetsDir = mkdtempSync(join(tmpdir(), 'hongze-assets-'));
afterAll(() => rmSync(assetsDir, { recursive: true }));
const nowMs = Date.parse('2026-03-18T10:00:00+08:00');
const ctx = { db, clock: () => nowMs, config: { assetsDir } };

beforeAll(async () => {
  await seed(ctx);
  await forecastTarget(ctx, { all: [] });
});

test('a wider target finds at least as much, and the interval holds the expectation', async () => {
  const all = await forecastTarget(ctx, { all: [] });
  const city = await forecastTarget(ctx, { attribute: 'division', in: ['330100'] });
  const county = await forecastTarget(ctx, { attribute: 'division', in: ['330106'] });
  expect(all.basis).toBe('sums');
  expect(all.avails.expected).toBeGreaterThan(city.avails.expected);
  expect(city.avails.expected).toBeGreaterThanOrEqual(county.avails.expected);
  for (const { avails, reach } of [all, city, county]) {
    expect(avails.low).toBeLessThanOrEqual(avails.expected);
    expect(avails.high).toBeGreaterThanOrEqual(avails.expected);
    expect(reach.expected).toBeLessThanOrEqual(avails.expected);
  }
});

test('what the samples cannot know is named, not guessed', async () => {
  const plain = await forecastTarget(ctx, { attribute: 'division', in: ['330100'] });
  const narrow = await forecastTarget(ctx, {
    all: [
      { attribute: 'division', in: ['330100'] },
      { attribute: 'os', in: ['harmony'] },
    ],
  });
  expect(narrow).toMatchObject({ ignored: ['os'], avails: plain.avails });
});

test('a creative that fits nowhere finds nothing', async () => {
  const none = await forecastTarget(ctx, { all: [] }, { format: 'banner', w: 7, h: 7 });
  expect(none.avails.expected).toBe(0);
});
