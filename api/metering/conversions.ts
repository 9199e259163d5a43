/**
 * Conversions told by advertisers' servers: once an order, attributed to the click that led there, else to the view. Owns the
 * windows and the one search for what preceded; refuses to attribute to an ad of somebody else.
 *
 * The landing page learns the auction's id by the macro `__REQUESTID__` and sends it back with the order.
 */
import { createHash } from 'node:crypto';
import { eq, sql } from 'drizzle-orm';
import { asRead, EVENT_KIND, type ReadEvent } from '../../bidding/wire/event.ts';
import type { Database, Db } from '../../db/client.ts';
import {
  attributionSetting,
  type CONVERSION_KINDS,
  type CONVERSION_SOURCES,
  conversion,
} from '../../db/schema/metering.ts';
import { asHouse } from '../../db/scope.ts';
import { addDays, type Clock, type Day, dayOf } from '../../db/terms/day.ts';
import { Failure } from '../../db/terms/failure.ts';
import type { MicroCny } from '../../db/terms/money.ts';
import { ensurePartitions, writeWithin } from './batch.ts';

/** Unless the advertiser says otherwise. */
export const USUAL_WINDOWS = { clickWindowDays: 7, viewWindowDays: 1 };
type Windows = typeof USUAL_WINDOWS;
/** Positions of a page that one auction may have sold. */
const MOST_IMPS = 16;

export interface ToldConversion {
  advertiserId: number;
  /** `__REQUESTID__` of the landing page. */
  requestId: string;
  /** The advertiser's own; the same order again changes nothing. */
  orderId: string;
  kind: (typeof CONVERSION_KINDS)[number];
  valueMicroCny: MicroCny;
  atMs: number;
  /** Who told it: the advertiser's server, a shop's orders, or a browser's pixel. */
  source?: (typeof CONVERSION_SOURCES)[number];
}

export type Conversion = typeof conversion.$inferSelect;

interface Cause {
  event_key: string;
  day: string;
  kind: number;
  at_ms: string;
  outlet_id: string;
  placement_id: string;
  division_code: string;
  campaign_id: string;
  line_item_id: string;
  creative_id: string;
  device: number;
  user_hash: string | null;
  deal_id: string | null;
}

/** The click before `atMs` within its window, else the impression within its own. */
async function causeOf(db: Db, told: ToldConversion, windows: Windows): Promise<Cause | undefined> {
  const keysOf = (kind: number): string[] =>
    Array.from({ length: MOST_IMPS }, (_, imp) => `${told.requestId}:${imp}:${kind}`);
  const list = JSON.stringify([...keysOf(EVENT_KIND.click), ...keysOf(EVENT_KIND.impression)]);
  const today = dayOf(told.atMs);
  const dayMs = 86_400_000;
  const [cause] = await db.execute<Cause & Record<string, unknown>>(sql`
    SELECT event_key, day::text AS day, kind, at_ms, outlet_id, placement_id, division_code, campaign_id,
      line_item_id, creative_id, device, user_hash, deal_id FROM event
    WHERE day BETWEEN ${addDays(today, -Math.max(windows.clickWindowDays, windows.viewWindowDays) - 1)}::date AND ${today}::date
      AND event_key IN (SELECT json_array_elements_text(${list}::text::json))
      AND advertiser_id = ${told.advertiserId} AND ivt = 0 AND at_ms <= ${told.atMs}
      AND at_ms >= ${told.atMs} - CASE WHEN kind = ${EVENT_KIND.click}
        THEN ${windows.clickWindowDays * dayMs}::bigint ELSE ${windows.viewWindowDays * dayMs}::bigint END
    ORDER BY kind DESC, at_ms DESC LIMIT 1`);
  return cause;
}

/** The event that counts it, in the partition of its auction. */
function eventOf(told: ToldConversion, cause: Cause): ReadEvent {
  const order = createHash('sha256').update(told.orderId).digest('hex').slice(0, 16);
  const [auction, imp] = cause.event_key.split(':');
  return asRead({
    eventKey: `${auction}:${imp}:${EVENT_KIND.conversion}.${order}`,
    kind: EVENT_KIND.conversion,
    atMs: told.atMs,
    outletId: Number(cause.outlet_id),
    placementId: Number(cause.placement_id),
    divisionCode: cause.division_code,
    advertiserId: told.advertiserId,
    campaignId: Number(cause.campaign_id),
    lineItemId: Number(cause.line_item_id),
    creativeId: Number(cause.creative_id),
    device: cause.device,
    priceMicroCny: 0,
    leaseId: 0,
    userHash: cause.user_hash ?? '',
    ivt: 0,
    auctionAtMs: Date.parse(`${cause.day}T12:00:00+08:00`),
    userAgent: '',
    ip: '',
    geometry: '',
    dealId: Number(cause.deal_id ?? 0),
  });
}

/**
 * Records a conversion and counts it where it belongs. The same order again returns the first. @throws Failure
 * `invalid_input` for a time in the future or before any window.
 */
export async function recordConversion(
  ctx: { db: Database; clock: Clock },
  told: ToldConversion,
): Promise<Conversion> {
  const nowMs = ctx.clock();
  if (told.atMs > nowMs + 60_000 || told.atMs < nowMs - 30 * 86_400_000) {
    throw new Failure('invalid_input', {
      pointer: '/at',
      zh: '转化时间须在最近三十天内',
      en: 'the time must be within the last thirty days',
    });
  }
  // As the house: what preceded, and the day's partition, are nobody's own rows.
  return asHouse(ctx.db, (house) =>
    house.transaction(async (tx) => {
      const [windows = USUAL_WINDOWS] = await tx
        .select()
        .from(attributionSetting)
        .where(eq(attributionSetting.advertiserId, told.advertiserId));
      const cause = await causeOf(tx, told, windows);
      const [made] = await tx
        .insert(conversion)
        .values({
          advertiserId: told.advertiserId,
          orderId: told.orderId,
          kind: told.kind,
          valueMicroCny: told.valueMicroCny,
          at: new Date(told.atMs),
          requestId: told.requestId,
          source: told.source ?? 'server',
          ...(cause && {
            attributedTo: cause.kind === EVENT_KIND.click ? ('click' as const) : ('view' as const),
            campaignId: Number(cause.campaign_id),
            lineItemId: Number(cause.line_item_id),
            creativeId: Number(cause.creative_id),
          }),
        })
        .onConflictDoNothing()
        .returning();
      if (made) {
        if (cause) {
          await ensurePartitions(tx, [cause.day as Day]);
          await writeWithin(tx, { events: [eventOf(told, cause)], rejects: [] }, true);
        }
        return made;
      }
      const [known] = await tx
        .select()
        .from(conversion)
        .where(sql`advertiser_id = ${told.advertiserId} AND order_id = ${told.orderId}`);
      return known as Conversion;
    }),
  );
}
