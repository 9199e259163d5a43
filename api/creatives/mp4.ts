/**
 * What an MP4 says of itself in its boxes (ISO/IEC 14496-12): how long it runs, how large its picture is, by which codecs, and so
 * at which bitrate. Owns what players of the market play, and the limits; refuses what is cut off, what says no length, what
 * has no picture. Pure, and believes no number before it has seen that the bytes are there.
 */
import { Failure } from '../../db/terms/failure.ts';

export interface Mp4 {
  durationMs: number;
  width: number;
  height: number;
  /** Sample entry of the picture: `avc1`, `hvc1` … */
  codec: string;
  bitrateKbps: number;
}

const VIDEO_CODECS = ['avc1', 'avc3', 'hvc1', 'hev1', 'av01', 'vp09'];
const AUDIO_CODECS = ['mp4a', 'Opus'];
const MAX_DURATION_MS = 120_000;
const MAX_BITRATE_KBPS = 20_000;
/** Containers are nested this deep at most, and hold so many boxes, in any file that a camera or an editor makes. */
const MAX_BOXES = 4_096;

const refuse = (zh: string, en: string) =>
  new Failure('unsupported_media_type', { pointer: '/file', zh, en });
const truncated = () => refuse('文件不完整', 'the file is cut off');

interface Box {
  type: string;
  /** Where its content stands. */
  from: number;
  to: number;
}

const ascii = (bytes: Uint8Array, from: number): string =>
  String.fromCharCode(...bytes.subarray(from, from + 4));

/** The boxes between two places, which they must fill. */
function boxesIn(bytes: Uint8Array, from: number, to: number): Box[] {
  const data = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const boxes: Box[] = [];
  let at = from;
  while (at + 8 <= to) {
    const short = data.getUint32(at);
    const isLong = short === 1 && at + 16 <= to;
    const length = short === 0 ? to - at : isLong ? Number(data.getBigUint64(at + 8)) : short;
    const head = isLong ? 16 : 8;
    if (length < head || at + length > to || boxes.length > MAX_BOXES) throw truncated();
    boxes.push({ type: ascii(bytes, at + 4), from: at + head, to: at + length });
    at += length;
  }
  if (at !== to) throw truncated();
  return boxes;
}

interface Track {
  kind: string;
  codec: string;
  width: number;
  height: number;
}

class Reader {
  private readonly data: DataView;
  constructor(private readonly bytes: Uint8Array) {
    this.data = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  inside(box: Box | undefined): Box[] {
    return box ? boxesIn(this.bytes, box.from, box.to) : [];
  }

  /** The box at the end of a path. */
  find(box: Box | undefined, ...path: string[]): Box | undefined {
    return path.reduce<Box | undefined>(
      (outer, type) => this.inside(outer).find((inner) => inner.type === type),
      box,
    );
  }

  private need(box: Box, bytes: number): void {
    if (box.to - box.from < bytes) throw truncated();
  }

  durationMs(mvhd: Box): number {
    const wide = this.bytes[mvhd.from] === 1;
    this.need(mvhd, wide ? 32 : 20);
    const scale = this.data.getUint32(mvhd.from + (wide ? 20 : 12));
    const units = wide
      ? Number(this.data.getBigUint64(mvhd.from + 24))
      : this.data.getUint32(mvhd.from + 16);
    return scale > 0 ? Math.round((units * 1_000) / scale) : 0;
  }

  track(trak: Box): Track {
    const tkhd = this.find(trak, 'tkhd');
    const hdlr = this.find(trak, 'mdia', 'hdlr');
    const stsd = this.find(trak, 'mdia', 'minf', 'stbl', 'stsd');
    if (!tkhd || !hdlr || !stsd) throw truncated();
    this.need(hdlr, 12);
    this.need(stsd, 16);
    this.need(tkhd, 84);
    return {
      kind: ascii(this.bytes, hdlr.from + 8),
      codec: ascii(this.bytes, stsd.from + 12),
      // 16.16 fixed point, the last two numbers of the box.
      width: this.data.getUint32(tkhd.to - 8) >>> 16,
      height: this.data.getUint32(tkhd.to - 4) >>> 16,
    };
  }
}

function assertCodecs(tracks: readonly Track[]): void {
  for (const { kind, codec } of tracks) {
    const accepted = kind === 'vide' ? VIDEO_CODECS : kind === 'soun' ? AUDIO_CODECS : undefined;
    if (accepted && !accepted.includes(codec)) {
      throw refuse(
        `编码 ${codec} 播放器不支持；视频请用 H.264、H.265、VP9 或 AV1，音频请用 AAC 或 Opus`,
        `players do not play ${codec}: use H.264, H.265, VP9 or AV1, and AAC or Opus`,
      );
    }
  }
}

/** Fails with `unsupported_media_type`, saying what was found and what is accepted. */
export function readMp4(bytes: Uint8Array): Mp4 {
  const reader = new Reader(bytes);
  const moov = boxesIn(bytes, 0, bytes.length).find(({ type }) => type === 'moov');
  const mvhd = reader.find(moov, 'mvhd');
  if (!moov || !mvhd) throw truncated();
  const tracks = reader
    .inside(moov)
    .filter(({ type }) => type === 'trak')
    .map((trak) => reader.track(trak));
  const picture = tracks.find(({ kind }) => kind === 'vide');
  if (!picture) throw refuse('文件中没有视频画面', 'there is no picture in the file');
  assertCodecs(tracks);
  const durationMs = reader.durationMs(mvhd);
  if (durationMs === 0) {
    throw refuse(
      '读不出时长；请导出为普通 MP4，不要分片',
      'it does not say how long it is: export it as a plain MP4, not in fragments',
    );
  }
  if (durationMs > MAX_DURATION_MS) {
    throw refuse(
      `时长 ${(durationMs / 1_000).toFixed(1)} 秒，最长 ${MAX_DURATION_MS / 1_000} 秒`,
      `it runs ${(durationMs / 1_000).toFixed(1)} s, and may run ${MAX_DURATION_MS / 1_000} at most`,
    );
  }
  const bitrateKbps = Math.round((bytes.length * 8) / durationMs);
  if (bitrateKbps > MAX_BITRATE_KBPS) {
    throw refuse(
      `码率 ${bitrateKbps} kbit/s，最高 ${MAX_BITRATE_KBPS}`,
      `it has ${bitrateKbps} kbit/s, and may have ${MAX_BITRATE_KBPS} at most`,
    );
  }
  const { width, height, codec } = picture;
  return { durationMs, width, height, codec, bitrateKbps };
}
