/**
 * What a file really is, by its bytes; its name and the browser's word count for nothing. Owns the list of accepted
 * types, their limits and the checks that refuse a file that is two things at once. Pure.
 */
import { Failure } from '../../db/terms/failure.ts';
import { readMp4 } from './mp4.ts';
import { looksLikeSvg, readSvg } from './svg.ts';

export const MEDIA_TYPES = [
  { extension: 'png', mediaType: 'image/png', maxBytes: 5_000_000 },
  { extension: 'jpg', mediaType: 'image/jpeg', maxBytes: 5_000_000 },
  { extension: 'gif', mediaType: 'image/gif', maxBytes: 5_000_000 },
  { extension: 'webp', mediaType: 'image/webp', maxBytes: 5_000_000 },
  { extension: 'svg', mediaType: 'image/svg+xml', maxBytes: 300_000 },
  { extension: 'mp4', mediaType: 'video/mp4', maxBytes: 60_000_000 },
  { extension: 'mp3', mediaType: 'audio/mpeg', maxBytes: 10_000_000 },
] as const;
export type MediaType = (typeof MEDIA_TYPES)[number];

export interface Sniffed {
  type: MediaType;
  width: number | null;
  height: number | null;
  durationMs: number | null;
  /** Of a video. */
  codec: string | null;
  bitrateKbps: number | null;
}

const MAX_SIDE = 8192;

const refuse = (zh: string, en: string) =>
  new Failure('unsupported_media_type', { pointer: '/file', zh, en });

const ascii = (bytes: Uint8Array, from: number, to: number): string =>
  String.fromCharCode(...bytes.subarray(from, to));

/** Fails with `unsupported_media_type` or `payload_too_large`, saying what was found and what is accepted. */
export function sniff(bytes: Uint8Array): Sniffed {
  const read = READERS.find((reader) => reader.matches(bytes));
  if (!read) {
    throw refuse(
      '只接受 PNG、JPEG、GIF、WebP、SVG 图片，MP4 视频与 MP3 音频',
      'only PNG, JPEG, GIF, WebP and SVG pictures, MP4 video and MP3 audio are accepted',
    );
  }
  const type = MEDIA_TYPES.find((one) => one.extension === read.extension) as MediaType;
  if (bytes.length > type.maxBytes) {
    const megabytes = type.maxBytes / 1_000_000;
    throw new Failure('payload_too_large', {
      pointer: '/file',
      zh: `${type.extension} 文件不能超过 ${megabytes} MB`,
      en: `a ${type.extension} file may be ${megabytes} MB at most`,
    });
  }
  const found = read.read(bytes);
  if (found.end !== null) assertNothingBehind(bytes, found.end);
  assertSides(found.width, found.height);
  const { width, height, durationMs, codec = null, bitrateKbps = null } = found;
  return { type, width, height, durationMs, codec, bitrateKbps };
}

function assertSides(width: number | null, height: number | null): void {
  for (const side of [width, height]) {
    if (side !== null && (side < 1 || side > MAX_SIDE)) {
      throw refuse(
        `图片边长应在 1 至 ${MAX_SIDE} 像素之间`,
        `a picture's side must be 1 to ${MAX_SIDE} pixels`,
      );
    }
  }
}

/** A picture with something after its end is two files in one: a page, a script or an archive that hides. */
function assertNothingBehind(bytes: Uint8Array, end: number): void {
  for (let i = end; i < bytes.length; i++) {
    if (bytes[i] !== 0) {
      throw refuse(
        `文件在第 ${end} 字节处已结束，其后还藏有 ${bytes.length - end} 字节内容`,
        `the picture ends at byte ${end}, and ${bytes.length - end} bytes hide behind it`,
      );
    }
  }
}

interface Found {
  width: number | null;
  height: number | null;
  durationMs: number | null;
  codec?: string;
  bitrateKbps?: number;
  /** Where the format says the file ends; null where it does not say. */
  end: number | null;
}

interface Reader {
  extension: MediaType['extension'];
  matches(bytes: Uint8Array): boolean;
  read(bytes: Uint8Array): Found;
}

const view = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
const truncated = () => refuse('文件不完整', 'the file is cut off');

function readPng(bytes: Uint8Array): Found {
  const data = view(bytes);
  let at = 8;
  // Chunk by chunk to IEND: length, type, data, checksum.
  while (at + 12 <= bytes.length) {
    const length = data.getUint32(at);
    const type = ascii(bytes, at + 4, at + 8);
    at += 12 + length;
    if (type === 'IEND') {
      return { width: data.getUint32(16), height: data.getUint32(20), durationMs: null, end: at };
    }
  }
  throw truncated();
}

function readJpeg(bytes: Uint8Array): Found {
  const data = view(bytes);
  let at = 2;
  let size: { width: number; height: number } | undefined;
  while (at + 4 <= bytes.length) {
    if (bytes[at] !== 0xff) throw truncated();
    const marker = bytes[at + 1] as number;
    if (marker === 0xff) {
      at++;
      continue;
    }
    if (marker === 0xda) break;
    const length = data.getUint16(at + 2);
    // SOF0–SOF15 but DHT, JPG and DAC carry the frame's size.
    if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) {
      if (at + 9 > bytes.length) throw truncated();
      size = { height: data.getUint16(at + 5), width: data.getUint16(at + 7) };
    }
    at += 2 + length;
  }
  if (!size) throw truncated();
  return { ...size, durationMs: null, end: endOfJpeg(bytes, at) };
}

/** The end-of-image marker: in entropy-coded data 0xff is followed by 0 or a restart marker, else it is a marker. */
function endOfJpeg(bytes: Uint8Array, from: number): number {
  for (let i = from; i + 1 < bytes.length; i++) {
    if (bytes[i] === 0xff && bytes[i + 1] === 0xd9) return i + 2;
  }
  throw truncated();
}

function readGif(bytes: Uint8Array): Found {
  const data = view(bytes);
  const flags = bytes[10] ?? 0;
  let at = 13 + (flags & 0x80 ? 3 * 2 ** ((flags & 7) + 1) : 0);
  const skipBlocks = () => {
    while (at < bytes.length && bytes[at] !== 0) at += (bytes[at] as number) + 1;
    at++;
  };
  while (at < bytes.length) {
    const kind = bytes[at];
    if (kind === 0x3b) {
      return {
        width: data.getUint16(6, true),
        height: data.getUint16(8, true),
        durationMs: null,
        end: at + 1,
      };
    }
    if (kind === 0x21) at += 2;
    else if (kind === 0x2c) {
      const local = bytes[at + 9] ?? 0;
      at += 11 + (local & 0x80 ? 3 * 2 ** ((local & 7) + 1) : 0);
    } else break;
    skipBlocks();
  }
  throw truncated();
}

function readWebp(bytes: Uint8Array): Found {
  const data = view(bytes);
  if (bytes.length < 30) throw truncated();
  const end = 8 + data.getUint32(4, true);
  const kind = ascii(bytes, 12, 16);
  const none = { durationMs: null, end };
  if (kind === 'VP8X') {
    const three = (at: number) =>
      (bytes[at] as number) | ((bytes[at + 1] as number) << 8) | ((bytes[at + 2] as number) << 16);
    return { width: three(24) + 1, height: three(27) + 1, ...none };
  }
  if (kind === 'VP8L') {
    const bits = data.getUint32(21, true);
    return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1, ...none };
  }
  return {
    width: data.getUint16(26, true) & 0x3fff,
    height: data.getUint16(28, true) & 0x3fff,
    ...none,
  };
}

const unknownSize = (): Found => ({ width: null, height: null, durationMs: null, end: null });
const PNG = '\x89PNG\r\n\x1a\n';

const READERS: Reader[] = [
  { extension: 'png', matches: (b) => ascii(b, 0, 8) === PNG, read: readPng },
  { extension: 'jpg', matches: (b) => ascii(b, 0, 3) === '\xff\xd8\xff', read: readJpeg },
  { extension: 'gif', matches: (b) => /^GIF8[79]a$/.test(ascii(b, 0, 6)), read: readGif },
  {
    extension: 'webp',
    matches: (b) => ascii(b, 0, 4) === 'RIFF' && ascii(b, 8, 12) === 'WEBP',
    read: readWebp,
  },
  {
    extension: 'mp4',
    matches: (b) => ascii(b, 4, 8) === 'ftyp',
    read: (b) => ({ ...readMp4(b), end: null }),
  },
  {
    extension: 'mp3',
    matches: (b) => ascii(b, 0, 3) === 'ID3' || (b[0] === 0xff && ((b[1] ?? 0) & 0xe6) === 0xe2),
    read: unknownSize,
  },
  {
    extension: 'svg',
    matches: looksLikeSvg,
    read: (b) => ({ ...readSvg(b), durationMs: null, end: null }),
  },
];
