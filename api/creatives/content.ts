/**
 * What a creative may hold: fields by format, files from our own store only (what a reviewer saw must be what is shown),
 * and the hash that approval is bound to. Pure.
 */
import { createHash } from 'node:crypto';
import { isIP } from 'node:net';
import { z } from 'zod';
import { daySchema } from '../../db/terms/day.ts';
import type { FailureDetail } from '../../db/terms/failure.ts';
import { CATEGORIES, type CreativeContent, FORMATS, type Format } from '../../db/terms/market.ts';

const line = (max: number) => z.string().trim().min(1).max(max);
/** `/api/assets/<sha-256>.<extension>`. */
export const ASSET_PATH = /^\/api\/assets\/([0-9a-f]{64})\.(png|jpg|gif|webp|svg|mp4|mp3)$/;
const asset = z.string().regex(ASSET_PATH, '须使用已上传的素材|must be an uploaded asset');

/** Absolute http(s), a public host name, no credentials, no odd ports. */
export const landingUrlSchema = z
  .string()
  .trim()
  .max(2000)
  .refine((text) => {
    if (!URL.canParse(text)) return false;
    const url = new URL(text);
    const host = url.hostname.toLowerCase();
    return (
      (url.protocol === 'https:' || url.protocol === 'http:') &&
      url.username === '' &&
      url.port === '' &&
      isIP(host.replace(/^\[|\]$/g, '')) === 0 &&
      host.includes('.') &&
      !/(^|\.)(localhost|local|internal|lan|home\.arpa)$/.test(host)
    );
  }, '须为公网网站地址|must be the address of a public web site');

/** What a client says beside the address, as it reads it back, is written anew from the file. */
const fact = z.number().int().min(0).max(1_000_000).optional();
const renditionSchema = z
  .strictObject({ url: asset, w: fact, h: fact, bitrateKbps: fact })
  .transform(({ url }) => ({ url, w: 0, h: 0, bitrateKbps: 0 }));

export const contentSchema = z.strictObject({
  title: line(60).optional(),
  description: line(200).optional(),
  brandName: line(30).optional(),
  callToAction: line(20).optional(),
  imageUrl: asset.optional(),
  iconUrl: asset.optional(),
  videoUrl: asset.optional(),
  audioUrl: asset.optional(),
  durationMs: z.number().int().min(1000).max(120_000).optional(),
  videoRenditions: z.array(renditionSchema).min(1).max(5).optional(),
  impressionMonitor: landingUrlSchema.optional(),
  clickMonitor: landingUrlSchema
    .refine(
      (url) => url.includes('__LANDING__'),
      '点击监测须含 __LANDING__|a click monitor must lead on to __LANDING__',
    )
    .optional(),
  html: z.string().max(20_000).optional(),
});

const side = z.number().int().min(1).max(8192);
const fields = {
  name: line(100),
  format: z.enum(FORMATS),
  w: side.nullable(),
  h: side.nullable(),
  content: contentSchema,
  landingUrl: landingUrlSchema,
  category: z.enum(CATEGORIES),
  approvalNo: line(80).nullable(),
  approvalExpiresOn: daySchema.nullable(),
  aiGenerated: z.boolean(),
  isPsa: z.boolean(),
};

export const newCreativeSchema = z.strictObject({
  ...fields,
  advertiserId: z.number().int().positive(),
  w: fields.w.default(null),
  h: fields.h.default(null),
  approvalNo: fields.approvalNo.default(null),
  approvalExpiresOn: fields.approvalExpiresOn.default(null),
  aiGenerated: fields.aiGenerated.default(false),
  isPsa: fields.isPsa.default(false),
});

const { format: _fixed, ...editable } = fields;
export const creativeEditSchema = z.strictObject({
  ...z.strictObject(editable).partial().shape,
  version: z.number().int().positive(),
});

type Field = keyof CreativeContent;
/** One of each group must be there. */
const REQUIRED: Record<Format, readonly (readonly Field[])[]> = {
  banner: [['imageUrl', 'html']],
  native: [['title'], ['imageUrl']],
  video: [['videoUrl'], ['durationMs']],
  splash: [['imageUrl', 'videoUrl']],
  audio: [['audioUrl'], ['durationMs']],
  dooh: [['imageUrl', 'videoUrl']],
  post: [['title'], ['description']],
  spot: [['videoUrl', 'audioUrl'], ['durationMs']],
  print: [['imageUrl']],
};
const SIZED: readonly Format[] = ['banner', 'splash', 'dooh', 'print'];

export function contentProblems(creative: {
  format: Format;
  w: number | null;
  h: number | null;
  content: CreativeContent;
}): FailureDetail[] {
  const { format, content } = creative;
  const problems = REQUIRED[format]
    .filter((group) => group.every((field) => content[field] === undefined))
    .map(
      (group): FailureDetail => ({
        pointer: `/content/${group[0]}`,
        zh: `此形式必须有：${group.join(' 或 ')}`,
        en: `this format needs ${group.join(' or ')}`,
      }),
    );
  if (SIZED.includes(format) && (creative.w === null || creative.h === null)) {
    problems.push({ pointer: '/w', zh: '必须填写尺寸', en: 'this format needs its size' });
  }
  return problems;
}

/** The database gives back an object's names in an order of its own. */
const inOrder = (_name: string, value: unknown): unknown =>
  value !== null && typeof value === 'object' && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value;

/** SHA-256 over what is shown, where it leads and under which permit; what is not there does not count. */
export function contentHashOf(creative: {
  content: CreativeContent;
  landingUrl: string;
  category: string;
  approvalNo: string | null;
}): string {
  const sorted = Object.entries(creative.content)
    .filter(([, value]) => value !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const whole = [sorted, creative.landingUrl, creative.category, creative.approvalNo];
  return createHash('sha256').update(JSON.stringify(whole, inOrder)).digest('hex');
}

/** SHA-256 names of the files a content shows. */
export function assetsIn(content: CreativeContent): { pointer: string; sha256: string }[] {
  const fields = (['imageUrl', 'iconUrl', 'videoUrl', 'audioUrl'] as const).map(
    (field) => [`/content/${field}`, content[field]] as const,
  );
  const others = (content.videoRenditions ?? []).map(
    ({ url }, i) => [`/content/videoRenditions/${i}/url`, url] as const,
  );
  return [...fields, ...others].flatMap(([pointer, url]) => {
    const match = ASSET_PATH.exec(url ?? '');
    return match?.[1] ? [{ pointer, sha256: match[1] }] : [];
  });
}
