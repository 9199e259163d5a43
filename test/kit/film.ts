/** A small MP4 that says what a test wants it to: boxes as an editor writes them, and a picture of zeroes. */
export interface Film {
  durationMs?: number;
  w?: number;
  h?: number;
  codec?: string;
  audio?: string;
  bytes?: number;
}

export function box(type: string, ...parts: Buffer[]): Buffer {
  const head = Buffer.alloc(8);
  const content = Buffer.concat(parts);
  head.writeUInt32BE(8 + content.length);
  head.write(type, 4, 'latin1');
  return Buffer.concat([head, content]);
}

const full = (length: number, write: (content: Buffer) => void = () => {}): Buffer => {
  const content = Buffer.alloc(length);
  write(content);
  return content;
};

const track = (kind: string, codec: string, w: number, h: number): Buffer =>
  box(
    'trak',
    box(
      'tkhd',
      full(84, (it) => {
        it.writeUInt32BE(w << 16, 76);
        it.writeUInt32BE(h << 16, 80);
      }),
    ),
    box(
      'mdia',
      box(
        'hdlr',
        full(24, (it) => it.write(kind, 8, 'latin1')),
      ),
      box('minf', box('stbl', box('stsd', full(8), box(codec, full(8))))),
    ),
  );

export function film({
  durationMs = 15_000,
  w = 1280,
  h = 720,
  codec = 'avc1',
  audio = 'mp4a',
  bytes = 2_000,
}: Film = {}): Buffer {
  const mvhd = full(100, (it) => {
    it.writeUInt32BE(1_000, 12);
    it.writeUInt32BE(durationMs, 16);
  });
  const tracks = [
    ...(codec === '' ? [] : [track('vide', codec, w, h)]),
    ...(audio === '' ? [] : [track('soun', audio, 0, 0)]),
  ];
  return Buffer.concat([
    box('ftyp', Buffer.from('isom\0\0\0\0isom', 'latin1')),
    box('moov', box('mvhd', mvhd), ...tracks),
    box('mdat', Buffer.alloc(bytes)),
  ]);
}
