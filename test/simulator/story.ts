/**
 * `npm run story [-- --impressions 503]`: one advertiser's hundred yuan from the cashier page to the matched bill, on real
 * servers and a virtual clock. Ends with code 1 if a fen is out of place.
 */
import { parseArgs } from 'node:util';
import { playStory } from './story/play.ts';

const { values } = parseArgs({ options: { impressions: { type: 'string', default: '503' } } });
const startedMs = performance.now();
const wrongs = await playStory({
  databaseUrl: process.env.DATABASE_URL ?? '',
  redisUrl: process.env.REDIS_URL ?? '',
  impressions: Number(values.impressions),
  write: (line) => console.log(line),
});
const seconds = ((performance.now() - startedMs) / 1_000).toFixed(1);
console.log('');
if (wrongs.length === 0)
  console.log(`每一分钱都在该在的地方 · every fen is where it belongs (${seconds} s)`);
else for (const wrong of wrongs) console.log(`✗ ${wrong}`);
process.exit(wrongs.length === 0 ? 0 : 1);
