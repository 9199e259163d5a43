/**
 * One picture in other sizes. Owns the cutting; metadata (where a photo was taken, by whom) is left behind, and a picture that would
 * take more memory than it is worth is refused before it is decoded.
 */
import { Failure } from '../../db/terms/failure.ts';
import { loadNative } from '../http/native.ts';

export interface Cut {
  w: number;
  h: number;
  /** `cover` fills and crops towards what catches the eye, `contain` shows all of it on a ground. */
  fit: 'cover' | 'contain';
  /** Ground of `contain`, `#rrggbb`; left out: white. */
  background?: string | undefined;
}

const MAX_PIXELS = 64_000_000;

export async function cutPicture(
  bytes: Uint8Array,
  mediaType: string,
  { w, h, fit, background }: Cut,
): Promise<Uint8Array> {
  const sharp = loadNative<typeof import('sharp')['default']>('sharp');
  const picture = sharp(bytes, { limitInputPixels: MAX_PIXELS, failOn: 'error' })
    .rotate()
    .resize(w, h, { fit, position: sharp.strategy.attention, background: background ?? '#ffffff' });
  try {
    const out =
      mediaType === 'image/jpeg'
        ? picture.jpeg({ quality: 85, mozjpeg: true })
        : mediaType === 'image/webp'
          ? picture.webp({ quality: 85 })
          : picture.png({ compressionLevel: 9 });
    return new Uint8Array(await out.toBuffer());
  } catch {
    throw new Failure('unsupported_media_type', {
      pointer: '/id',
      zh: '图片无法解码或像素过多',
      en: 'the picture cannot be decoded, or has too many pixels',
    });
  }
}
