import { beforeAll, expect, test } from 'vitest';
import { newAdvertiser, newCaller, openTestApi, type TestApi } from '../../../kit/actors.ts';
import { openTestDatabase } from '../../../kit/database.ts';
import { type Film, film } from '../../../kit/film.ts';
import { approve, creativeInput, upload } from '../../../kit/market.ts';
import { openTestRedis } from '../../../kit/redis.ts';

let api: TestApi;
let buyer: Awaited<ReturnType<typeof newAdvertiser>>;

beforeAll(async () => {
  const { db } = await openTestDatabase();
  api = openTestApi({ db, redis: await openTestRedis() });
  buyer = await newAdvertiser(api);
});

async function put(what: Film, who = buyer): Promise<string> {
  const { status, body } = await upload(who, who.advertiserId, film(what), 'film.mp4');
  expect(status).toBe(201);
  return body.url;
}

const input = (videoUrl: string, renditions: unknown[], more = {}) =>
  creativeInput(buyer.advertiserId, {
    format: 'video',
    content: { videoUrl, durationMs: 15_000, videoRenditions: renditions, ...more },
  });

test('renditions of a video stand with what their files say, whatever the client says, and survive a round trip', async () => {
  const [main, small] = [
    await put({ bytes: 90_000 }),
    await put({ w: 640, h: 360, bytes: 30_000 }),
  ];
  const said = { url: small, w: 4_000, h: 9, bitrateKbps: 1 };
  const made = await buyer.call('POST', '/api/creatives', input(main, [said]));
  expect(made.status, JSON.stringify(made.body)).toBe(201);
  const [rendition] = made.body.content.videoRenditions;
  expect(rendition).toMatchObject({ url: small, w: 640, h: 360 });
  expect(rendition.bitrateKbps).toBeGreaterThan(10);
  const reviewer = await newCaller(api, 'platform', { roles: ['reviewer'] });
  await approve(buyer, reviewer, made.body);
  const { body: read } = await buyer.call('GET', `/api/creatives/${made.body.id}`);
  const { version, content, contentHash } = read;
  const kept = await buyer.call('PATCH', `/api/creatives/${made.body.id}`, { version, content });
  expect(kept.body, 'the same content keeps its approval').toMatchObject({
    status: 'approved',
    contentHash,
  });
  const { videoRenditions: _gone, ...without } = content;
  const edit = { version: kept.body.version, content: without };
  const changed = await buyer.call('PATCH', `/api/creatives/${made.body.id}`, edit);
  expect(changed.body.status, 'another set of files is another content').toBe('draft');
});

test('another film, another shape, the film itself, a stranger’s file and a wrong length are refused by name', async () => {
  const main = await put({ bytes: 60_000 });
  const other = await newAdvertiser(api);
  const url = '/content/videoRenditions/0/url';
  for (const [file, pointer] of [
    [await put({ durationMs: 12_000 }), url],
    [await put({ w: 400, h: 720 }), url],
    [main, url],
    [await put({ w: 960, h: 540 }, other), url],
  ] as const) {
    const answer = await buyer.call('POST', '/api/creatives', input(main, [{ url: file }]));
    expect(answer).toMatchObject({ status: 422, body: { errors: [{ pointer }] } });
  }
  const fine = await put({ w: 960, h: 540, bytes: 5_000 });
  const long = input(main, [{ url: fine }], { durationMs: 30_000 });
  expect(await buyer.call('POST', '/api/creatives', long)).toMatchObject({
    status: 422,
    body: { errors: [{ pointer: '/content/durationMs' }] },
  });
});
