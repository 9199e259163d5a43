import { expect, test } from 'vitest';
import { vastMarkup } from '../../../../bidding/render/vast.ts';
import { smallSnapshot } from '../../../kit/smallMarket.ts';

test('a player is given every rendition with its size and bitrate, the main file first', () => {
  const [creative] = smallSnapshot([]).creatives;
  if (!creative) throw new Error('no creative');
  const content = {
    videoUrl: '/api/assets/main.mp4',
    durationMs: 15_000,
    videoRenditions: [
      { url: '/api/assets/small.mp4', w: 640, h: 360, bitrateKbps: 600 },
      { url: 'javascript:alert(1)', w: 1, h: 1, bitrateKbps: 1 },
    ],
  };
  const links = { exchangeUrl: 'https://bid.example', assetsUrl: 'https://files.example' };
  const vast = vastMarkup({ ...creative, w: null, h: null, content }, links, {
    version: '4.2',
    w: 1280,
    h: 720,
  });
  const files = [...(vast ?? '').matchAll(/<MediaFile ([^>]*)><!\[CDATA\[([^\]]*)/g)];
  expect(files.map(([, attributes, url]) => [attributes, url])).toEqual([
    ['delivery="progressive" type="video/mp4" width="1280" height="720"', 'https://files.example/api/assets/main.mp4'],
    ['delivery="progressive" type="video/mp4" width="640" height="360" bitrate="600"', 'https://files.example/api/assets/small.mp4'],
  ]); // biome-ignore format: a file a line
});
