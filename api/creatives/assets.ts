/**
 * The asset store on local disk: files named by the SHA-256 of their bytes. Owns writing and the `asset` rows; refuses what
 * `sniff` refuses, and believes no file name and no media type that a browser sends.
 */
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { and, desc, eq, lt } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { asset } from '../../db/schema/creatives.ts';
import { record } from '../audit/audit.ts';
import { ownedBy } from '../http/auth.ts';
import { decodeIdCursor, type PageQuery, pageOf } from '../http/paging.ts';
import type { Actor } from '../identity/actor.ts';
import { MEDIA_TYPES, sniff } from './sniff.ts';

export interface AssetContext {
  db: Db;
  config: { assetsDir: string };
}

const extensionOf = (mediaType: string): string =>
  MEDIA_TYPES.find((one) => one.mediaType === mediaType)?.extension ?? 'bin';

export const assetUrl = (row: { sha256: string; mediaType: string }): string =>
  `/api/assets/${row.sha256}.${extensionOf(row.mediaType)}`;

/** Writes beside and renames, so that nobody ever reads half a file. */
async function keep(folder: string, name: string, bytes: Uint8Array): Promise<void> {
  const path = join(folder, name);
  const known = await stat(path).catch(() => undefined);
  if (known?.size === bytes.length) return;
  await mkdir(folder, { recursive: true });
  const partial = `${path}.${randomUUID()}`;
  await writeFile(partial, bytes);
  await rename(partial, path);
}

/** The same bytes twice are one asset. Fails with `unsupported_media_type` or `payload_too_large`. */
export async function storeAsset(
  ctx: AssetContext,
  actor: Actor,
  advertiserId: number,
  bytes: Uint8Array,
) {
  const { type, width, height, durationMs } = sniff(bytes);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  await keep(ctx.config.assetsDir, `${sha256}.${type.extension}`, bytes);
  return ctx.db.transaction(async (tx) => {
    const mine = and(eq(asset.advertiserId, advertiserId), eq(asset.sha256, sha256));
    const { mediaType } = type;
    const [fresh] = await tx
      .insert(asset)
      .values({ advertiserId, sha256, mediaType, bytes: bytes.length, width, height, durationMs })
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
