/**
 * Public-service ads: what an outlet owes (Advertising Law 73; order 61 art. 16) and what it ran. Owns `psa_airing`, the
 * log of airings on radio and television; online, the exchange's own counts tell. Refuses airings of days to come.
 */
import { sql } from 'drizzle-orm';
import type { z } from 'zod';
import type { Db } from '../../db/client.ts';
import { property, psaAiring } from '../../db/schema/outlets.ts';
import { type Day, dayEndMs, dayOf, dayStartMs, hourOf } from '../../db/terms/day.ts';
import { Failure } from '../../db/terms/failure.ts';
import type { PropertyKind } from '../../db/terms/market.ts';
import { record } from '../audit/audit.ts';
import { assertOwned, ownedBy } from '../http/auth.ts';
import { lockRow } from '../http/versioned.ts';
import type { Actor } from '../identity/actor.ts';
import { isBroadcast, isPrime, PRIME_PSA_AIRINGS, psaSecondsOwed } from './airtime.ts';
import { type OutletContext, propertyOwnership } from './ownership.ts';
import type { psaAiringSchema } from './shapes.ts';

export async function logPsaAiring(
  ctx: OutletContext,
  actor: Actor,
  input: z.infer<typeof psaAiringSchema>,
) {
  return ctx.db.transaction(async (tx) => {
    await assertOwned(tx, actor, propertyOwnership, [input.propertyId], '/propertyId');
    const channel = await lockRow(tx, property, input.propertyId);
    const wrong = (pointer: string, zh: string, en: string) =>
      new Failure('invalid_input', { pointer, zh, en });
    if (!isBroadcast(channel.kind)) {
      throw wrong('/propertyId', '只登记广播与电视频道', 'only radio and television are logged');
    }
    if (input.day > dayOf(ctx.clock())) {
      throw wrong('/day', '尚未播出', 'that day has not come');
    }
    if (Math.sign(input.airings) !== Math.sign(input.seconds) || input.airings === 0) {
      throw wrong('/airings', '条次与秒数须同为正或同为负', 'airings and seconds share their sign');
    }
    const [row] = await tx
      .insert(psaAiring)
      .values({
        ...input,
        note: input.note ?? null,
        outletId: channel.outletId,
        loggedBy: actor.userId,
      })
      .returning();
    if (!row) throw new Error('insert returned nothing');
    const subject = `property:${channel.id}` as const;
    await record(tx, { actor, action: 'psa.log', subject, after: row });
    return row;
  });
}

export interface BroadcastQuota {
  outletId: number;
  propertyId: number;
  propertyName: string;
  day: Day;
  commercialSeconds: number;
  owedSeconds: number;
  psaSeconds: number;
  psaAirings: number;
  /** Airings in the prime hours, of which a channel that sells commercials owes four. */
  primePsaAirings: number;
  primeOwed: number;
  isMet: boolean;
}

export interface OnlineQuota {
  outletId: number;
  propertyId: number;
  propertyName: string;
  impressions: number;
  psaImpressions: number;
}

type Range = { outletId?: number | undefined; from: Day; to: Day };

/** Channel by channel and day by day what was owed and run; and the public-service part of what was shown online. */
export async function psaQuota(
  db: Db,
  actor: Actor,
  range: Range,
): Promise<{ broadcast: BroadcastQuota[]; online: OnlineQuota[] }> {
  return {
    broadcast: await broadcastQuota(db, actor, range),
    online: await onlineQuota(db, actor, range),
  };
}

const scope = (
  actor: Actor,
  range: Range,
) => sql`${ownedBy(actor, { outlet: property.outletId }) ?? sql`true`}
  AND (${range.outletId ?? null}::bigint IS NULL OR ${property.outletId} = ${range.outletId ?? null}::bigint)`;

async function broadcastQuota(db: Db, actor: Actor, range: Range): Promise<BroadcastQuota[]> {
  const rows = await db.execute<Record<string, string>>(sql`
    WITH airtime AS (
      SELECT pl.property_id, s.day, pl.air_hour, count(*) * pl.spot_seconds AS seconds, 0 AS psa, 0 AS airings
        FROM booking_slot s
        JOIN placement pl ON pl.id = s.placement_id
        JOIN booking_line l ON l.id = s.line_id
        JOIN booking_order o ON o.id = l.order_id
        JOIN advertiser a ON a.id = o.advertiser_id
       WHERE s.day BETWEEN ${range.from}::date AND ${range.to}::date AND pl.spot_seconds IS NOT NULL
         AND pl.air_hour IS NOT NULL AND a.category <> 'psa'
         AND o.status NOT IN ('draft', 'pending', 'reserved', 'cancelled')
       GROUP BY 1, 2, 3, pl.spot_seconds
      UNION ALL
      SELECT property_id, day, air_hour, 0, seconds, airings FROM psa_airing
       WHERE day BETWEEN ${range.from}::date AND ${range.to}::date)
    SELECT ${property.id} AS id, ${property.outletId} AS outlet_id, ${property.name} AS name, ${property.kind} AS kind,
           outlet.psa_quota_ppm AS quota, a.day::text AS day, a.air_hour, sum(a.seconds) AS seconds, sum(a.psa) AS psa,
           sum(a.airings) AS airings
      FROM airtime a JOIN ${property} ON ${property.id} = a.property_id JOIN outlet ON outlet.id = ${property.outletId}
     WHERE ${scope(actor, range)} GROUP BY 1, 2, 3, 4, 5, 6, 7 ORDER BY 1, 6`);
  const days = new Map<string, BroadcastQuota & { quotaPpm: number }>();
  for (const row of rows) {
    const key = `${row.id} ${row.day}`;
    const one = days.get(key) ?? {
      outletId: Number(row.outlet_id),
      propertyId: Number(row.id),
      propertyName: row.name ?? '',
      day: row.day ?? '',
      commercialSeconds: 0,
      owedSeconds: 0,
      psaSeconds: 0,
      psaAirings: 0,
      primePsaAirings: 0,
      primeOwed: 0,
      isMet: true,
      quotaPpm: Number(row.quota),
    };
    days.set(key, one);
    one.commercialSeconds += Number(row.seconds);
    one.psaSeconds += Number(row.psa);
    one.psaAirings += Number(row.airings);
    if (isPrime(row.kind as PropertyKind, Number(row.air_hour))) {
      one.primePsaAirings += Number(row.airings);
    }
  }
  return [...days.values()].map(({ quotaPpm, ...one }) => {
    const owedSeconds = psaSecondsOwed(one.commercialSeconds, quotaPpm);
    const primeOwed = one.commercialSeconds > 0 ? PRIME_PSA_AIRINGS : 0;
    const isMet = one.psaSeconds >= owedSeconds && one.primePsaAirings >= primeOwed;
    return { ...one, owedSeconds, primeOwed, isMet };
  });
}

async function onlineQuota(db: Db, actor: Actor, range: Range): Promise<OnlineQuota[]> {
  const rows = await db.execute<Record<string, string>>(sql`
    SELECT ${property.id} AS id, ${property.outletId} AS outlet_id, ${property.name} AS name,
           sum(r.impressions) AS impressions, coalesce(sum(r.impressions) FILTER (WHERE c.is_psa), 0) AS psa
      FROM rollup_hour r
      JOIN placement pl ON pl.id = r.placement_id
      JOIN ${property} ON ${property.id} = pl.property_id
      LEFT JOIN creative c ON c.id = r.creative_id
     WHERE r.hour >= ${hourOf(dayStartMs(range.from))} AND r.hour < ${hourOf(dayEndMs(range.to))}
       AND ${scope(actor, range)} GROUP BY 1, 2, 3 ORDER BY 1`);
  return rows.map((row) => ({
    outletId: Number(row.outlet_id),
    propertyId: Number(row.id),
    propertyName: row.name ?? '',
    impressions: Number(row.impressions),
    psaImpressions: Number(row.psa),
  }));
}
