/**
 * A film in two bitrates and a spot to be heard, with a campaign of their own, so that the demo's players have something to play. Owns
 * the three files beside it, which are the house's own work: one of the demo pictures moved by a camera, and four notes.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { contentHashOf } from '../../api/creatives/content.ts';
import { type Sniffed, sniff } from '../../api/creatives/sniff.ts';
import type { Db } from '../../db/client.ts';
import { campaign, lineItem, lineItemCreative } from '../../db/schema/campaigns.ts';
import { asset } from '../../db/schema/creatives.ts';
import { addDays, type Day } from '../../db/terms/day.ts';
import type { CreativeContent } from '../../db/terms/market.ts';
import { MICRO_CNY_PER_YUAN } from '../../db/terms/money.ts';
import type { SeedAdvertiser } from './advertisers.ts';
import { RUNS_AFTER_DAYS } from './campaigns.ts';
import { addApproved, type KeepFile } from './creatives.ts';
import { PROVINCE } from './divisions.ts';

/** Seconds are the file's own; of a sound nothing is read from the bytes. */
const SPOT_MS = 5_000;
const BID_CPM_FEN = 6_000;
const DAILY_YUAN = 1_500n;

interface File extends Sniffed {
  url: string;
  sha256: string;
  bytes: number;
}

async function kept(keep: KeepFile, name: string): Promise<File> {
  const bytes = readFileSync(new URL(`media/${name}`, import.meta.url));
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const url = await keep(sha256, bytes, name.slice(-3));
  return { ...sniff(bytes), url, sha256, bytes: bytes.length };
}

export async function seedFilms(
  db: Db,
  keep: KeepFile,
  { id: advertiserId, who }: { id: number; who: SeedAdvertiser },
  today: Day,
  nowMs: number,
): Promise<void> {
  const [film, large, spot] = await Promise.all([
    kept(keep, 'tea-360.mp4'),
    kept(keep, 'tea-720.mp4'),
    kept(keep, 'tea.mp3'),
  ]);
  await db.insert(asset).values(
    [film, large, spot].map(({ type, url: _url, ...facts }) => ({
      advertiserId,
      mediaType: type.mediaType,
      ...facts,
    })),
  );
  const words = { title: who.headline, brandName: who.brand };
  const video: CreativeContent = {
    ...words,
    videoUrl: film.url,
    durationMs: film.durationMs ?? 0,
    videoRenditions: [
      {
        url: large.url,
        w: large.width ?? 0,
        h: large.height ?? 0,
        bitrateKbps: large.bitrateKbps ?? 0,
      },
    ],
  };
  const audio: CreativeContent = { ...words, audioUrl: spot.url, durationMs: SPOT_MS };
  const shown = [
    { format: 'video' as const, name: '视频', content: video, w: film.width, h: film.height },
    { format: 'audio' as const, name: '音频', content: audio, w: null, h: null },
  ].map(({ name, ...each }) => {
    const row = {
      ...each,
      landingUrl: `https://${who.domain}/?from=hongze`,
      category: who.category,
      approvalNo: null,
    };
    return {
      ...row,
      advertiserId,
      name: `${who.brand} ${name}`,
      status: 'approved' as const,
      contentHash: contentHashOf(row),
    };
  });
  const ids = await addApproved(db, nowMs, shown);
  await order(db, advertiserId, `${who.brand} · 视频与音频`, today, ids);
}

/** Bought everywhere, from today on. */
async function order(
  db: Db,
  advertiserId: number,
  name: string,
  startsOn: Day,
  creatives: readonly { id: number }[],
): Promise<void> {
  const endsOn = addDays(startsOn, RUNS_AFTER_DAYS);
  const daily = DAILY_YUAN * MICRO_CNY_PER_YUAN;
  const total = daily * BigInt(RUNS_AFTER_DAYS);
  const status = 'active' as const;
  const [made] = await db
    .insert(campaign)
    .values({ advertiserId, name, status, totalBudgetMicroCny: total, startsOn, endsOn })
    .returning({ id: campaign.id });
  const [line] = await db
    .insert(lineItem)
    .values({
      campaignId: made?.id as number,
      advertiserId,
      name: '贴片与口播',
      status,
      pricing: 'CPM',
      bidFen: BID_CPM_FEN,
      dailyBudgetMicroCny: daily,
      totalBudgetMicroCny: total,
      startsOn,
      endsOn,
      target: { all: [{ attribute: 'division', in: [PROVINCE] }] },
      frequencyCaps: [],
    })
    .returning({ id: lineItem.id });
  await db
    .insert(lineItemCreative)
    .values(creatives.map(({ id }) => ({ lineItemId: line?.id as number, creativeId: id })));
}
