import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sniff } from '../../../../api/creatives/sniff.ts';
import { film } from '../../../kit/film.ts';
import { PIXEL_PNG } from '../../../kit/market.ts';

const svg = (inside: string, attributes = '') =>
  Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 100" ${attributes}>${inside}</svg>`,
  );
const refused = (bytes: Uint8Array) => {
  try {
    sniff(bytes);
  } catch (error) {
    return (error as { details: { en: string }[] }).details[0]?.en ?? '';
  }
  throw new Error('accepted');
};

describe('pictures', () => {
  test('are known by their bytes, with their size', () => {
    expect(sniff(PIXEL_PNG)).toMatchObject({
      type: { mediaType: 'image/png' },
      width: 1,
      height: 1,
    });
    expect(sniff(svg('<rect width="1" height="1"/>'))).toMatchObject({ width: 640, height: 100 });
    const gif = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64');
    expect(sniff(gif)).toMatchObject({ type: { extension: 'gif' }, width: 1, height: 1 });
  });

  test('with a page or an archive behind their end are two files, and refused', () => {
    expect(refused(Buffer.concat([PIXEL_PNG, Buffer.from('<script>alert(1)</script>')]))).toContain(
      'hide behind it',
    );
    const gif = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64');
    expect(refused(Buffer.concat([gif, Buffer.from('PK\x03\x04')]))).toContain('hide behind it');
  });

  test('that are cut off are refused', () => {
    expect(refused(PIXEL_PNG.subarray(0, 40))).toContain('cut off');
  });

  test('of absurd size are refused', () => {
    const huge = Buffer.from(PIXEL_PNG);
    huge.writeUInt32BE(100_000, 16);
    expect(refused(huge)).toContain('8192');
  });
});

describe('a video', () => {
  test('tells its length, picture, codec and bitrate by its boxes', () => {
    const it = film({ durationMs: 10_000, w: 640, h: 360, bytes: 250_000 });
    expect(sniff(it)).toMatchObject({ durationMs: 10_000, width: 640, height: 360, codec: 'avc1' });
    expect(sniff(it).bitrateKbps).toBeGreaterThanOrEqual(200);
    expect(sniff(it).bitrateKbps).toBeLessThan(202);
    expect(sniff(film({ codec: 'hvc1', audio: '' })).codec).toBe('hvc1');
  });

  test.each([
    ['a codec that players do not play', film({ codec: 'mp4v' }), 'mp4v'],
    ['a sound that players do not play', film({ audio: 'ac-3' }), 'ac-3'],
    ['no picture', film({ codec: '' }), 'no picture'],
    ['no length', film({ durationMs: 0 }), 'how long'],
    ['too long', film({ durationMs: 121_000 }), '121.0 s'],
    ['too many bits a second', film({ durationMs: 1_000, bytes: 3_000_000 }), 'kbit/s'],
    ['a side beyond all screens', film({ w: 9_000 }), '8192'],
    ['an end that is missing', film().subarray(0, 400), 'cut off'],
    [
      'a box larger than the file',
      Buffer.concat([film(), Buffer.from([0, 0, 0, 99, 109, 111, 111, 102])]),
      'cut off',
    ],
    [
      'a page behind its end',
      Buffer.concat([film(), Buffer.from('<script>alert(1)</script>')]),
      'cut off',
    ],
  ])('with %s is refused, and says so', (_what, bytes, why) => {
    expect(refused(bytes)).toContain(why);
  });

  test('whatever its bytes say, it is read or refused by name', () => {
    const whole = film();
    fc.assert(
      fc.property(fc.nat({ max: whole.length - 1 }), fc.nat({ max: 255 }), (at, value) => {
        const bytes = Buffer.from(whole);
        bytes[at] = value;
        try {
          sniff(bytes);
        } catch (error) {
          expect((error as Error).message).toContain('unsupported_media_type');
        }
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('what is no picture', () => {
  test.each([
    ['a page', '<!doctype html><html><body>x</body></html>'],
    ['a program', 'MZ\x90\x00'],
    ['an archive', 'PK\x03\x04'],
    ['nothing', ''],
  ])('%s is refused whatever its name', (_what, text) => {
    expect(refused(Buffer.from(text, 'latin1'))).toContain('accepted');
  });
});

describe('an SVG', () => {
  test('that only draws is accepted', () => {
    const drawn = svg(
      '<defs><linearGradient id="g"><stop offset="0" stop-color="#fff"/></linearGradient></defs>' +
        '<rect width="9" height="9" fill="url(#g)"/><text x="1" y="2">龙井 &amp; 茶 > 咖啡</text><!-- note -->',
    );
    expect(sniff(drawn).type.extension).toBe('svg');
  });

  test.each([
    ['a script', svg('<script>alert(1)</script>')],
    ['a handler', svg('<rect onload="alert(1)"/>')],
    ['a handler on the root', svg('', 'onload="alert(1)"')],
    ['a script link', svg('<use href="javascript:alert(1)"/>')],
    ['an encoded script link', svg('<use href="&#106;avascript:alert(1)"/>')],
    ['foreign content', svg('<foreignObject><body/></foreignObject>')],
    ['an outside picture', svg('<image href="https://evil.example/x.png"/>')],
    ['an outside style', svg('<style>@import url(https://evil.example/x.css)</style>')],
    ['an entity', Buffer.from('<!DOCTYPE svg [<!ENTITY x "y">]><svg viewBox="0 0 1 1">&x;</svg>')],
    ['an animation of a link', svg('<animate attributeName="href" to="javascript:1"/>')],
    ['a link', svg('<a href="https://evil.example"><rect/></a>')],
    ['a nested SVG picture', svg('<image href="data:image/svg+xml,%3Csvg onload=1%3E"/>')],
    ['a second root', Buffer.concat([svg(''), Buffer.from('<script>1</script>')])],
  ])('with %s is refused', (_what, bytes) => {
    expect(() => sniff(bytes)).toThrow('unsupported_media_type');
  });
});
