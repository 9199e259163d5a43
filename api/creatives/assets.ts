/**
 * The assets of advertisers: files named by the SHA-256 of their bytes. Owns the `asset` rows and the three ways in (uploaded,
 * fetched, cut from another); refuses what `sniff` refuses, and believes no file name and no media type that anybody sends.
 */
import { createHash } from 'node:crypto';
import { and, desc, eq, lt } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { asset } from '../../db/schema/creatives.ts';
import { Failure } from '../../db/terms/failure.ts';
import { record } from '../audit/audit.ts';
import type { Config } from '../env.ts';
import { openFiles } from '../files/files.ts';
import { notFound, type Ownership, ownedBy } from '../http/auth.ts';
import { OutboundRefused, reach } from '../http/outbound.ts';
import { decodeIdCursor, type PageQuery, pageOf } from '../http/paging.ts';
import type { Actor } from '../identity/actor.ts';
import { MEDIA_TYPES, sniff } from './sniff.ts';
import { type Cut, cutPicture } from './variants.ts';

export interface AssetContext {
  db: Db;
  config: Pick<Config, 'assetsDir' | 's3' | 'outboundAllow'>;
}

export const assetOwnership: Ownership = {
  table: asset,
  id: asset.id,
  advertiser: asset.advertiserId,
};

const FETCH = { timeoutMs: 30_000, maxBytes: 60_000_000, maxRedirects: 3 };

const extensionOf = (mediaType: string): string =>
  MEDIA_TYPES.find((one) => one.mediaType === mediaType)?.extension ?? 'bin';

export const assetUrl = (row: { sha256: string; mediaType: string }): string =>
  `/api/assets/${row.sha256}.${extensionOf(row.mediaType)}`;

/** The same bytes twice are one asset. Fails with `unsupported_media_type` or `payload_too_large`. */
export async function storeAsset(
  ctx: AssetContext,
  actor: Actor,
  advertiserId: number,
  bytes: Uint8Array,
  from: { variantOf?: number; sourceUrl?: string } = {},
) {
  const { type, ...measured } = sniff(bytes);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  await openFiles(ctx.config).put(`${sha256}.${type.extension}`, bytes, type.mediaType);
  return ctx.db.transaction(async (tx) => {
    const mine = and(eq(asset.advertiserId, advertiserId), eq(asset.sha256, sha256));
    const { mediaType } = type;
    const [fresh] = await tx
      .insert(asset)
      .values({
        advertiserId,
        sha256,
        mediaType,
        bytes: bytes.length,
        ...measured,
        ...from,
      })
      .onConflictDoNothing()
      .returning();
    const row = fresh ?? (await tx.select().from(asset).where(mine))[0];
    if (!row) throw new Error('no asset after insert');
    const subject = `asset:${row.id}` as const;
    if (fresh) await record(tx, { actor, action: 'asset.upload', subject, after: { sha256 } });
    return { ...row, url: assetUrl(row) };
  });
}

export async function listAssets(
  db: Db,
  actor: Actor,
  filter: PageQuery & { advertiserId?: number | undefined },
) {
  const before = decodeIdCursor(filter.cursor);
  const rows = await db
    .select()
    .from(asset)
    .where(
      and(
        ownedBy(actor, { advertiser: asset.advertiserId }),
        filter.advertiserId ? eq(asset.advertiserId, filter.advertiserId) : undefined,
        before === undefined ? undefined : lt(asset.id, before),
      ),
    )
    .orderBy(desc(asset.id))
    .limit(filter.limit + 1);
  return pageOf(
    rows.map((row) => ({ ...row, url: assetUrl(row) })),
    filter.limit,
    (row) => row.id,
  );
}

/** A file from the web instead of an upload; the same checks. Fails with `invalid_input` at `/url` for what may not be reached. */
export async function fetchAsset(
  ctx: AssetContext,
  actor: Actor,
  advertiserId: number,
  url: string,
) {
  const answer = await reach({ allow: ctx.config.outboundAllow }, { url, ...FETCH }).catch(
    (error: unknown) => {
      if (!(error instanceof OutboundRefused)) throw error;
      throw new Failure('invalid_input', error.detail('/url'));
    },
  );
  if (answer.status !== 200) {
    throw new Failure('invalid_input', {
      pointer: '/url',
      zh: `对方返回 ${answer.status}`,
      en: `the address answers ${answer.status}`,
    });
  }
  return storeAsset(ctx, actor, advertiserId, new Uint8Array(answer.body), { sourceUrl: url });
}

/** The picture in other sizes, each an asset of its own that must be reviewed like any other. */
export async function makeVariants(
  ctx: AssetContext,
  actor: Actor,
  id: number,
  cuts: readonly Cut[],
) {
  const [row] = await ctx.db.select().from(asset).where(eq(asset.id, id));
  if (!row) throw notFound();
  if (!row.mediaType.startsWith('image/')) {
    throw new Failure('unsupported_media_type', {
      pointer: '/id',
      zh: '只有图片可以生成其他尺寸',
      en: 'only pictures are cut to other sizes',
    });
  }
  const bytes = await openFiles(ctx.config).get(`${row.sha256}.${extensionOf(row.mediaType)}`);
  if (!bytes) throw notFound();
  const made = [];
  for (const cut of cuts) {
    const picture = await cutPicture(bytes, row.mediaType, cut);
    made.push(await storeAsset(ctx, actor, row.advertiserId, picture, { variantOf: row.id }));
  }
  return { items: made, nextCursor: null };
}
