/**
 * What a camera wrote into a JPEG: where and when it was taken (Exif 2.32: IFD0 → Exif IFD, GPS IFD). Pure; believes no
 * offset of the file, and gives up quietly where the structure is not what it claims.
 */

export interface Exif {
  /** WGS 84. */
  latitude?: number;
  longitude?: number;
  /** As the camera wrote it, `2026-03-02T10:00:00`; no zone is kept, people's cameras run on their own time. */
  takenAt?: string;
}

const TAGS = { exifIfd: 0x8769, gpsIfd: 0x8825, dateTimeOriginal: 0x9003, dateTime: 0x0132 };
const GPS = { latitudeRef: 1, latitude: 2, longitudeRef: 3, longitude: 4 };
const MAX_ENTRIES = 200;
const SIZE_OF_TYPE: Record<number, number> = { 1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 7: 1, 9: 4, 10: 8 };

interface Entry {
  type: number;
  count: number;
  at: number;
}

class Tiff {
  private readonly data: DataView;
  private readonly little: boolean;
  constructor(bytes: Uint8Array) {
    this.data = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.little = this.data.getUint16(0) === 0x4949;
  }
  u16 = (at: number): number => this.data.getUint16(at, this.little);
  u32 = (at: number): number => this.data.getUint32(at, this.little);

  entries(at: number): Map<number, Entry> {
    const found = new Map<number, Entry>();
    const count = Math.min(this.u16(at), MAX_ENTRIES);
    for (let i = 0; i < count; i++) {
      const start = at + 2 + i * 12;
      const [tag, type, n] = [this.u16(start), this.u16(start + 2), this.u32(start + 4)];
      const size = (SIZE_OF_TYPE[type] ?? 0) * n;
      if (size === 0 || size > 65_535) continue;
      found.set(tag, { type, count: n, at: size <= 4 ? start + 8 : this.u32(start + 8) });
    }
    return found;
  }

  text(entry: Entry | undefined): string {
    if (!entry) return '';
    let text = '';
    for (let i = 0; i < entry.count; i++)
      text += String.fromCharCode(this.data.getUint8(entry.at + i));
    return text.replace(/\0.*$/s, '').trim();
  }

  rationals(entry: Entry | undefined): number[] {
    if (entry?.type !== 5) return [];
    return Array.from({ length: entry.count }, (_, i) => {
      const at = entry.at + i * 8;
      return this.u32(at) / this.u32(at + 4);
    });
  }
}

/** Degrees, minutes, seconds and a hemisphere as one number. */
function degrees(parts: number[], ref: string): number | undefined {
  const [d, m = 0, s = 0] = parts;
  if (d === undefined || !/^[NSEW]$/.test(ref)) return undefined;
  const value = d + m / 60 + s / 3600;
  if (!Number.isFinite(value) || value > 180) return undefined;
  return ref === 'S' || ref === 'W' ? -value : value;
}

/** The TIFF part of a JPEG's Exif segment. */
function exifSegment(jpeg: Uint8Array): Uint8Array | undefined {
  for (let at = 2; at + 10 < jpeg.length && jpeg[at] === 0xff; ) {
    const marker = jpeg[at + 1];
    const length = ((jpeg[at + 2] ?? 0) << 8) | (jpeg[at + 3] ?? 0);
    if (marker === 0xda || length < 2) return undefined;
    const head = String.fromCharCode(...jpeg.subarray(at + 4, at + 10));
    if (marker === 0xe1 && head === 'Exif\0\0') return jpeg.subarray(at + 10, at + 2 + length);
    at += 2 + length;
  }
  return undefined;
}

export function readExif(jpeg: Uint8Array): Exif {
  const segment = exifSegment(jpeg);
  if (!segment || segment.length < 16) return {};
  try {
    const tiff = new Tiff(segment);
    const root = tiff.entries(tiff.u32(4));
    const sub = (tag: number) => {
      const entry = root.get(tag);
      return entry ? tiff.entries(tiff.u32(entry.at)) : new Map<number, Entry>();
    };
    const [exif, gps] = [sub(TAGS.exifIfd), sub(TAGS.gpsIfd)];
    const of = (value: number, ref: number) =>
      degrees(tiff.rationals(gps.get(value)), tiff.text(gps.get(ref)));
    const latitude = of(GPS.latitude, GPS.latitudeRef);
    const longitude = of(GPS.longitude, GPS.longitudeRef);
    const when = tiff.text(exif.get(TAGS.dateTimeOriginal)) || tiff.text(root.get(TAGS.dateTime));
    const [, y, mo, d, time] = /^(\d{4}):(\d\d):(\d\d) (\d\d:\d\d:\d\d)$/.exec(when) ?? [];
    return {
      ...(latitude === undefined || longitude === undefined ? {} : { latitude, longitude }),
      ...(y ? { takenAt: `${y}-${mo}-${d}T${time}` } : {}),
    };
  } catch {
    // An offset that leads out of the segment: the picture says nothing we can believe.
    return {};
  }
}

const EARTH_RADIUS_M = 6_371_008.8;
const rad = (deg: number): number => (deg * Math.PI) / 180;

/** Great-circle distance (haversine), metres. */
export function distanceM(
  a: { latitude: number; longitude: number },
  b: { latitude: number; longitude: number },
): number {
  const h =
    Math.sin(rad(b.latitude - a.latitude) / 2) ** 2 +
    Math.cos(rad(a.latitude)) *
      Math.cos(rad(b.latitude)) *
      Math.sin(rad(b.longitude - a.longitude) / 2) ** 2;
  return 2 * EARTH_RADIUS_M * Math.asin(Math.min(1, Math.sqrt(h)));
}
