/**
 * The files of a creative against what we know of them: each the advertiser's own, a video as long as the creative says, and its
 * other renditions the same film in another size or bitrate. Owns writing down what the file says; a client's word of it counts
 * for nothing.
 */
import { and, eq, inArray } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { asset } from '../../db/schema/creatives.ts';
import type { FailureDetail } from '../../db/terms/failure.ts';
import type { CreativeContent, VideoRendition } from '../../db/terms/market.ts';
import { ASSET_PATH, assetsIn } from './content.ts';

type Asset = typeof asset.$inferSelect;

/** A film cut to another size keeps its length but for a frame or two, and its shape but for a line or two. */
const LENGTH_MS = 500;
const SHAPE = 0.02;

export interface Checked {
  content: CreativeContent;
  problems: FailureDetail[];
}

async function assetsOf(
  db: Db,
  advertiserId: number,
  names: string[],
): Promise<Map<string, Asset>> {
  if (names.length === 0) return new Map();
  const rows = await db
    .select()
    .from(asset)
    .where(and(eq(asset.advertiserId, advertiserId), inArray(asset.sha256, names)));
  return new Map(rows.map((row) => [row.sha256, row]));
}

/** The content with its renditions as their files are, and what is wrong with it. */
export async function checkFiles(
  db: Db,
  advertiserId: number,
  content: CreativeContent,
): Promise<Checked> {
  const named = assetsIn(content);
  const names = named.map(({ sha256 }) => sha256);
  const known = await assetsOf(db, advertiserId, names);
  const unknown = named.filter(({ sha256 }) => !known.has(sha256));
  if (unknown.length > 0) {
    const zh = '素材不存在或不属于该广告主，请先上传';
    const en = 'no such asset of this advertiser; upload it first';
    return { content, problems: unknown.map(({ pointer }) => ({ pointer, zh, en })) };
  }
  const fileOf = (url: string | undefined): Asset | undefined =>
    known.get(ASSET_PATH.exec(url ?? '')?.[1] ?? '');
  const film = fileOf(content.videoUrl);
  const problems = lengthProblems(content, film);
  const videoRenditions = content.videoRenditions?.map(({ url }, i): VideoRendition => {
    const file = fileOf(url);
    problems.push(...renditionProblems(`/content/videoRenditions/${i}/url`, film, file));
    const { width, height, bitrateKbps } = file ?? {};
    return { url, w: width ?? 0, h: height ?? 0, bitrateKbps: bitrateKbps ?? 0 };
  });
  return { content: videoRenditions ? { ...content, videoRenditions } : content, problems };
}

function lengthProblems({ durationMs }: CreativeContent, film: Asset | undefined): FailureDetail[] {
  const real = film?.durationMs;
  if (!real || durationMs === undefined || Math.abs(real - durationMs) <= 2 * LENGTH_MS) return [];
  const seconds = (real / 1_000).toFixed(1);
  return [
    {
      pointer: '/content/durationMs',
      zh: `视频实际时长 ${seconds} 秒`,
      en: `the video runs ${seconds} s`,
    },
  ];
}

function renditionProblems(
  pointer: string,
  film: Asset | undefined,
  file: Asset | undefined,
): FailureDetail[] {
  const at = (zh: string, en: string): FailureDetail[] => [{ pointer, zh, en }];
  const isMeasured = (one: Asset | undefined): one is Asset & Measured =>
    !!one?.durationMs && !!one.width && !!one.height && !!one.bitrateKbps;
  if (!isMeasured(film)) return at('须先有主视频', 'there is no main video it could be one of');
  if (!isMeasured(file))
    return at('不是视频，或需重新上传', 'it is no video, or was uploaded too long ago');
  if (file.sha256 === film.sha256) return at('与主视频相同', 'it is the main video itself');
  if (Math.abs(file.durationMs - film.durationMs) > LENGTH_MS)
    return at('时长与主视频不同', 'it is not as long as the main video');
  const shapes = [file.width / file.height, film.width / film.height] as const;
  if (Math.abs(shapes[0] / shapes[1] - 1) > SHAPE)
    return at('画面比例与主视频不同', 'its picture has another shape than the main video’s');
  return [];
}

interface Measured {
  durationMs: number;
  width: number;
  height: number;
  bitrateKbps: number;
}
