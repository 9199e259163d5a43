/** The whole line in order. Returns what came out wrong: nothing, or the story is not true. */
import { addDays, dayOf, dayStartMs, monthOf } from '../../../db/terms/day.ts';
import { charge, meter, showAds, TOP_UP_FEN, topUpWallet } from './buying.ts';
import { gatherCast } from './cast.ts';
import { closeBooks, payOut, reconcile, settle } from './settling.ts';
import { openStage } from './stage.ts';
import { createTeller } from './teller.ts';

/** Shanghai, a Friday morning: the month ends two days later. */
const START_MS = Date.parse('2026-10-30T09:40:00+08:00');

export interface StoryOptions {
  databaseUrl: string;
  redisUrl: string;
  impressions: number;
  write: (line: string) => void;
}

export async function playStory(options: StoryOptions): Promise<string[]> {
  const stage = await openStage({ ...options, startMs: START_MS });
  const tell = createTeller(options.write, () => stage.now());
  try {
    const firstDay = dayOf(START_MS);
    const cast = await gatherCast(stage.ctx, firstDay, addDays(firstDay, 30));
    await topUpWallet(stage, cast, tell);
    const spent = await showAds(stage, cast, tell, options.impressions);
    await meter(stage, tell, options.impressions, spent);
    await charge(stage, cast, tell, spent);
    stage.set(dayStartMs(addDays(firstDay, 3)) + 10 * 3_600_000);
    const statements = await settle(stage, cast, tell, monthOf(firstDay));
    const payDay = dayOf(stage.now());
    await payOut(stage, cast, tell, statements);
    await reconcile(stage, tell, [firstDay, payDay]);
    await closeBooks(stage, cast, tell, BigInt(TOP_UP_FEN) * 10_000n);
    return tell.wrongs();
  } finally {
    await stage.close();
  }
}
