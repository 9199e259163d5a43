import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mediaRoutes } from '../../../../api/creatives/media.ts';
import { openFiles } from '../../../../api/files/files.ts';
import { newAdvertiser, openTestApi, type TestApi } from '../../../kit/actors.ts';
import { openTestDatabase } from '../../../kit/database.ts';
import { PIXEL_PNG, upload } from '../../../kit/market.ts';
import { openTestRedis } from '../../../kit/redis.ts';
import { openS3, type S3Server } from '../../../simulator/s3.ts';

let s3: S3Server;
let api: TestApi;
beforeAll(async () => {
  s3 = await openS3();
  const { db } = await openTestDatabase();
  api = openTestApi({ db, redis: await openTestRedis(), config: { s3: settings() } });
});
afterAll(() => s3.close());

const settings = (over = {}) => {
  const { bucketUrl, accessKeyId, secretAccessKey, region } = s3;
  return { bucketUrl, accessKeyId, secretAccessKey, region, ...over };
};
const store = (over = {}) => openFiles({ assetsDir: '/nowhere', s3: settings(over) });
const bytes = new Uint8Array([0, 1, 254, 255, 10, 13]);

describe('an S3-compatible store', () => {
  test('keeps what was put, byte for byte and under its type; removes it; knows nothing else', async () => {
    const files = store();
    await files.put('evidence/plan-1.pdf', bytes, 'application/pdf');
    expect(s3.objects.get('evidence/plan-1.pdf')?.mediaType).toBe('application/pdf');
    expect(await files.get('evidence/plan-1.pdf')).toEqual(bytes);
    await files.put('evidence/plan-1.pdf', bytes.slice(0, 2), 'application/pdf');
    expect(await files.get('evidence/plan-1.pdf')).toEqual(bytes.slice(0, 2));
    await files.remove('evidence/plan-1.pdf');
    expect(await files.get('evidence/plan-1.pdf')).toBeUndefined();
    await files.remove('evidence/plan-1.pdf');
  });

  test('refuses a wrong secret, a wrong key, another region; and has no other bucket', async () => {
    const wrong = [
      { secretAccessKey: 'other' },
      { accessKeyId: 'AKIAOTHER' },
      { region: 'us-east-1' },
    ];
    for (const over of wrong)
      await expect(store(over).put('a.png', bytes, 'image/png')).rejects.toThrow('answered 403');
    const elsewhere = { bucketUrl: s3.bucketUrl.replace('/hongze', '/none') };
    await expect(store(elsewhere).put('a.png', bytes, 'image/png')).rejects.toThrow(
      'no such bucket',
    );
    expect(s3.objects.has('a.png')).toBe(false);
  });

  test('a request altered on its way is nobody’s', async () => {
    const { pathname, origin } = new URL(s3.bucketUrl);
    const signed: RequestInit[] = [];
    const { fetch: real } = globalThis;
    globalThis.fetch = async (input, init) => {
      const request = new Request(input, init);
      signed.push({ method: request.method, headers: Object.fromEntries(request.headers) });
      return real(request);
    };
    try {
      await store().put('mine.png', bytes, 'image/png');
    } finally {
      globalThis.fetch = real;
    }
    const [put] = signed;
    const other = await fetch(`${origin}${pathname}/theirs.png`, { ...put, body: bytes });
    expect(other.status).toBe(403);
    expect(await other.text()).toContain('SignatureDoesNotMatch');
  });

  test('a moment of overload is tried again', async () => {
    s3.failNext(2);
    await store().put('busy.png', bytes, 'image/png');
    expect(s3.objects.has('busy.png')).toBe(true);
  });

  test('an uploaded picture lies there under its hash, and the public reads it through us', async () => {
    const buyer = await newAdvertiser(api);
    const made = await upload(buyer, buyer.advertiserId, PIXEL_PNG);
    expect(made.status).toBe(201);
    const name = `${createHash('sha256').update(PIXEL_PNG).digest('hex')}.png`;
    expect(s3.objects.get(name)?.bytes.equals(PIXEL_PNG)).toBe(true);
    const media = mediaRoutes(api.ctx.config);
    const seen = await media.request(new URL(made.body.url, 'http://house').pathname);
    expect(seen.status).toBe(200);
    expect(seen.headers.get('content-type')).toBe('image/png');
    expect(seen.headers.get('content-security-policy')).toContain('sandbox');
    expect(Buffer.from(await seen.arrayBuffer()).equals(PIXEL_PNG)).toBe(true);
    expect((await media.request(`/api/assets/${'0'.repeat(64)}.png`)).status).toBe(404);
  });
});
