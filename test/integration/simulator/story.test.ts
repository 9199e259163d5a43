import { expect, it } from 'vitest';
import { openTestDatabase } from '../../kit/database.ts';
import { openTestRedisServer } from '../../kit/redis.ts';
import { playStory } from '../../simulator/story/play.ts';

it('a hundred yuan go from the cashier page to the matched bill, and no fen is lost on the way', async () => {
  const { url } = await openTestDatabase();
  const redis = await openTestRedisServer();
  const lines: string[] = [];
  const wrongs = await playStory({
    databaseUrl: url,
    redisUrl: redis.url,
    impressions: 120,
    write: (line) => lines.push(line),
  });
  expect(wrongs).toEqual([]);
  // A story that skipped an act would have nothing wrong in it either.
  expect(lines.filter((line) => /^\d+\. /.test(line))).toHaveLength(8);
  expect(lines.filter((line) => line.includes('✓')).length).toBeGreaterThanOrEqual(45);
});
