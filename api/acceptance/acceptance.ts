/**
 * An outlet's word on what runs on its media: approved once for all, each outlet may still refuse a creative for itself. Owns the
 * list of what was shown there and the refusal, which is a stop like any other, of this creative at this outlet.
 */
import { sql } from 'drizzle-orm';
import { z } from 'zod';
import type { Database, Db } from '../../db/client.ts';
import { houseOf } from '../../db/scope.ts';
import type { Clock } from '../../db/terms/day.ts';
import { Failure } from '../../db/terms/failure.ts';
import { idSchema } from '../../db/terms/id.ts';
import type { CreativeContent } from '../../db/terms/market.ts';
import { liftStop, placeStop } from '../delivery/delivery.ts';
import { assertActsFor } from '../http/auth.ts';
import type { Actor } from '../identity/actor.ts';

type AcceptanceContext = { db: Database; clock: Clock };

const SHOWN_DAYS = 14;

export const shownQuery = z.object({
  outletId: idSchema,
  state: z.enum(['running', 'refused']).optional(),
});
export const refusalSchema = z.strictObject({
  outletId: z.number().int().positive(),
  creativeId: z.number().int().positive(),
  reason: z.string().trim().min(2).max(200),
});
export const acceptanceSchema = z.strictObject({
  outletId: z.number().int().positive(),
  creativeId: z.number().int().positive(),
});

interface Shown extends Record<string, unknown> {
  creativeId: string;
  name: string;
  format: string;
  content: CreativeContent;
  landingUrl: string;
  category: string;
  advertiserName: string;
  impressions: string | null;
  refusedAt: string | null;
  refusedBecause: string | null;
}

/** Creatives of the last two weeks on this outlet's media, and those it refused; the most shown first. */
export async function listShown(
  ctx: Pick<AcceptanceContext, 'clock'> & { db: Db },
  actor: Actor,
  { outletId, state }: z.infer<typeof shownQuery>,
) {
  assertActsFor(actor, { outletId });
  const hour = Math.floor((ctx.clock() - SHOWN_DAYS * 86_400_000) / 3_600_000);
  // Over the wall: an outlet sees by name who was shown on its pages.
  const rows = await houseOf(ctx.db).execute<Shown>(sql`
    WITH shown AS (SELECT creative_id, sum(impressions) AS impressions FROM rollup_hour
      WHERE outlet_id = ${outletId} AND hour >= ${hour} AND creative_id > 0 GROUP BY 1),
    refused AS (SELECT DISTINCT ON (subject) subject::bigint AS creative_id, created_at, reason FROM stop
      WHERE scope = 'creative' AND outlet_id = ${outletId} AND lifted_at IS NULL ORDER BY subject, id DESC)
    SELECT c.id AS "creativeId", c.name, c.format, c.content, c.landing_url AS "landingUrl", c.category,
      a.name AS "advertiserName", s.impressions, r.created_at AS "refusedAt", r.reason AS "refusedBecause"
    FROM creative c JOIN advertiser a ON a.id = c.advertiser_id
      LEFT JOIN shown s ON s.creative_id = c.id LEFT JOIN refused r ON r.creative_id = c.id
    WHERE (s.creative_id IS NOT NULL OR r.creative_id IS NOT NULL)
      AND (${state ?? ''} = '' OR (${state ?? ''} = 'refused') = (r.creative_id IS NOT NULL))
    ORDER BY s.impressions DESC NULLS LAST, c.id DESC LIMIT 500`);
  const items = rows.map((row) => ({
    ...row,
    creativeId: Number(row.creativeId),
    impressions: Number(row.impressions ?? 0),
  }));
  return { items, nextCursor: null };
}

/** Off this outlet's media within two seconds; elsewhere it runs on. */
export async function refuseCreative(
  ctx: AcceptanceContext,
  actor: Actor,
  { outletId, creativeId, reason }: z.infer<typeof refusalSchema>,
) {
  assertActsFor(actor, { outletId });
  const { items } = await listShown(ctx, actor, { outletId });
  const known = items.find((one) => one.creativeId === creativeId);
  if (!known) {
    throw new Failure('not_found', {
      pointer: '/creativeId',
      zh: '该创意没有在您的媒体上投放',
      en: 'this creative was not shown on your media',
    });
  }
  if (known.refusedAt !== null) {
    throw new Failure('conflict', { zh: '已拒绝过', en: 'it is refused already' });
  }
  const where = { divisionCode: null, outletId };
  const what = {
    scope: 'creative' as const,
    subject: String(creativeId),
    reason: `媒体拒绝：${reason}`,
  };
  const { id, createdAt } = await placeStop(ctx, { ...what, ...where }, actor);
  return { stopId: id, creativeId, outletId, refusedAt: createdAt };
}

/** Takes the refusal back; harmless when there is none. Stops that the platform placed stay. */
export async function acceptCreative(
  ctx: AcceptanceContext,
  actor: Actor,
  { outletId, creativeId }: z.infer<typeof acceptanceSchema>,
) {
  assertActsFor(actor, { outletId });
  const rows = await ctx.db.execute<{ id: string }>(sql`
    SELECT id FROM stop WHERE scope = 'creative' AND subject = ${String(creativeId)} AND outlet_id = ${outletId}
      AND lifted_at IS NULL AND reason LIKE '媒体拒绝：%'`);
  for (const { id } of rows) await liftStop(ctx, Number(id), actor);
  return { creativeId, outletId, lifted: rows.length };
}
