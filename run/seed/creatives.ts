/** The demo creatives: a picture in every format for each advertiser, reviewed and approved. */
import { createHash } from 'node:crypto';
import { contentHashOf } from '../../api/creatives/content.ts';
import type { Db } from '../../db/client.ts';
import { asset, creative, creativeReview } from '../../db/schema/creatives.ts';
import type { CreativeContent, Format, Size } from '../../db/terms/market.ts';
import type { SeedAdvertiser } from './advertisers.ts';
import { drawAd, drawIcon } from './pictures.ts';

/** Keeps a file where the API serves it; returns the URL to put into a creative. */
export type KeepFile = (sha256: string, bytes: Uint8Array, ending: string) => Promise<string>;

interface Cut {
  format: Format;
  size: Size;
}

const CUTS: readonly Cut[] = [
  { format: 'banner', size: { w: 640, h: 100 } },
  { format: 'banner', size: { w: 728, h: 90 } },
  { format: 'banner', size: { w: 300, h: 250 } },
  { format: 'native', size: { w: 640, h: 360 } },
  { format: 'splash', size: { w: 1080, h: 1920 } },
  { format: 'dooh', size: { w: 1920, h: 1080 } },
];

/** As the console names them. */
const FORMAT_NAMES: Partial<Record<Format, string>> = {
  banner: '横幅',
  native: '信息流',
  splash: '开屏',
  dooh: '户外屏',
};

interface Picture {
  sha256: string;
  bytes: Buffer;
  size: Size;
}

function picture(svg: string, size: Size): Picture {
  const bytes = Buffer.from(svg);
  return { bytes, size, sha256: createHash('sha256').update(bytes).digest('hex') };
}

interface Drawn {
  advertiserId: number;
  who: SeedAdvertiser;
  cut: Cut;
  main: Picture;
  icon: Picture;
}

function contentOf({ who, cut }: Drawn, imageUrl: string, iconUrl: string): CreativeContent {
  const content: CreativeContent = { imageUrl, brandName: who.brand };
  if (cut.format === 'native') {
    content.title = who.headline;
    content.description = who.line;
    content.callToAction = who.action;
    content.iconUrl = iconUrl;
  }
  return content;
}

async function keepAll(keep: KeepFile, pictures: Picture[]): Promise<Map<string, string>> {
  const unique = new Map(pictures.map((p) => [p.sha256, p]));
  const kept = [...unique.values()].map(
    async (p) => [p.sha256, await keep(p.sha256, p.bytes, 'svg')] as const,
  );
  return new Map(await Promise.all(kept));
}

/** Creatives that the rules have approved, with their word of it. */
export async function addApproved(
  db: Db,
  nowMs: number,
  rows: readonly (typeof creative.$inferInsert & { contentHash: string; status: 'approved' })[],
): Promise<{ id: number }[]> {
  const ids = await db
    .insert(creative)
    .values([...rows])
    .returning({ id: creative.id });
  await db.insert(creativeReview).values(
    rows.map((row, i) => ({
      creativeId: ids[i]?.id as number,
      contentHash: row.contentHash,
      verdict: 'approved' as const,
      reviewer: 'rules',
      reviewedAt: new Date(nowMs),
    })),
  );
  return ids;
}

/** Inserts assets, creatives and their reviews; returns creative ids by advertiser and format. */
export async function seedCreatives(
  db: Db,
  keep: KeepFile,
  advertisers: readonly { id: number; who: SeedAdvertiser }[],
  nowMs: number,
): Promise<Map<number, Map<Format, number[]>>> {
  const drawn: Drawn[] = advertisers.flatMap(({ id, who }) => {
    const icon = picture(drawIcon(who), { w: 96, h: 96 });
    return CUTS.map((cut) => {
      const main = picture(drawAd(who, cut.size.w, cut.size.h), cut.size);
      return { advertiserId: id, who, cut, main, icon };
    });
  });
  const urls = await keepAll(
    keep,
    drawn.flatMap((d) => [d.main, d.icon]),
  );
  await db
    .insert(asset)
    .values(
      drawn.flatMap((d) =>
        [d.main, d.icon].map((p) => ({
          advertiserId: d.advertiserId,
          sha256: p.sha256,
          mediaType: 'image/svg+xml',
          bytes: p.bytes.length,
          width: p.size.w,
          height: p.size.h,
        })),
      ),
    )
    .onConflictDoNothing();
  const rows = drawn.map((d) => {
    const content = contentOf(d, urls.get(d.main.sha256) ?? '', urls.get(d.icon.sha256) ?? '');
    const row = {
      content,
      landingUrl: `https://${d.who.domain}/?from=hongze`,
      category: d.who.category,
      approvalNo: null,
    };
    return {
      ...row,
      advertiserId: d.advertiserId,
      name: `${d.who.brand} ${FORMAT_NAMES[d.cut.format]} ${d.cut.size.w}×${d.cut.size.h}`,
      format: d.cut.format,
      w: d.cut.size.w,
      h: d.cut.size.h,
      isPsa: d.who.category === 'psa',
      status: 'approved' as const,
      contentHash: contentHashOf(row),
    };
  });
  const ids = await addApproved(db, nowMs, rows);
  const byAdvertiser = new Map<number, Map<Format, number[]>>();
  for (const [i, row] of rows.entries()) {
    const formats = byAdvertiser.get(row.advertiserId) ?? new Map<Format, number[]>();
    formats.set(row.format, [...(formats.get(row.format) ?? []), ids[i]?.id as number]);
    byAdvertiser.set(row.advertiserId, formats);
  }
  return byAdvertiser;
}
