/** Which fields a format's creative has: the form's twin of the API's rules, so that nobody fills in what is not shown. */
import type { CreativeContent, Format } from '../../../db/terms/market.ts';

export type ContentField = keyof CreativeContent;

interface FormatFields {
  fields: readonly ContentField[];
  required: readonly ContentField[];
  sized: boolean;
}

export const FORMAT_FIELDS: Record<Format, FormatFields> = {
  banner: { fields: ['imageUrl'], required: ['imageUrl'], sized: true },
  native: {
    fields: ['title', 'description', 'brandName', 'callToAction', 'imageUrl', 'iconUrl'],
    required: ['title', 'imageUrl'],
    sized: false,
  },
  video: {
    fields: ['videoUrl', 'title', 'callToAction', 'imageUrl'],
    required: ['videoUrl'],
    sized: false,
  },
  splash: { fields: ['imageUrl', 'videoUrl'], required: [], sized: true },
  audio: { fields: ['audioUrl', 'title', 'imageUrl'], required: ['audioUrl'], sized: false },
  dooh: { fields: ['imageUrl', 'videoUrl'], required: [], sized: true },
  post: {
    fields: ['title', 'description', 'imageUrl', 'brandName'],
    required: ['title', 'description'],
    sized: false,
  },
  spot: { fields: ['videoUrl', 'audioUrl'], required: [], sized: false },
  print: { fields: ['imageUrl'], required: ['imageUrl'], sized: true },
};

/** Of each format the sizes that most outlets sell. */
export const USUAL_SIZES: Partial<Record<Format, readonly (readonly [w: number, h: number])[]>> = {
  banner: [
    [640, 100],
    [728, 90],
    [300, 250],
  ],
  splash: [[1080, 1920]],
  dooh: [[1920, 1080]],
};

/** Files by field. */
export const FILE_KIND = {
  imageUrl: 'image',
  iconUrl: 'image',
  videoUrl: 'video',
  audioUrl: 'audio',
} as const;

export const isFile = (field: ContentField): field is keyof typeof FILE_KIND => field in FILE_KIND;
