/**
 * Prices that supply partners report, from the stream into rows, once each: committed first, let go after. Owns how a price is
 * read: exactly, rounded down, and never above what was bid; what cannot be read is kept as it came and settles nothing.
 */
import { inArray } from 'drizzle-orm';
import { keys } from '../../bidding/wire/keys.ts';
import type { PartnerReport } from '../../bidding/wire/partner.ts';
import type { Db } from '../../db/client.ts';
import type { RedisStore } from '../../db/redis.ts';
import { partnerReport, supplyPartner } from '../../db/schema/partners.ts';
import { dayOf } from '../../db/terms/day.ts';

const BATCH = 1_000;
const PRICE = /^(\d{1,7})(?:\.(\d{1,18}))?$/;

/** CPM yuan as text → µCNY an impression, rounded down; null for anything else. */
export function readPrice(raw: string): bigint | null {
  const match = PRICE.exec(raw.trim());
  if (!match) return null;
  const [, whole = '0', fraction = ''] = match;
  return BigInt(whole) * 1_000n + BigInt(fraction.slice(0, 3).padEnd(3, '0'));
}

const least = (a: bigint, b: bigint): bigint => (a < b ? a : b);

function parse(text: string | undefined): PartnerReport | undefined {
  try {
    const report = JSON.parse(text ?? '') as PartnerReport;
    const whole = [report.outletId, report.placementId, report.lineItemId, report.bidMicroCny];
    const isOne = typeof report.eventKey === 'string' && typeof report.priceRaw === 'string';
    return isOne && whole.every(Number.isSafeInteger) && report.atMs > 0 ? report : undefined;
  } catch {
    return undefined;
  }
}

/** Takes one batch; how many were taken, and how many were new. Killed between commit and letting go, it takes them again. */
export async function consumeReports(ctx: {
  db: Db;
  redis: RedisStore;
}): Promise<{ taken: number; kept: number }> {
  const entries = await ctx.redis.xrange(keys.partnerReports, '-', '+', 'COUNT', BATCH);
  if (entries.length === 0) return { taken: 0, kept: 0 };
  const reports = entries.flatMap(([, fields]) => parse(fields[fields.indexOf('r') + 1]) ?? []);
  const sellers = await ctx.db
    .select({ id: supplyPartner.id, outletId: supplyPartner.outletId })
    .from(supplyPartner)
    .where(inArray(supplyPartner.outletId, [0, ...reports.map((report) => report.outletId)]));
  const partnerOf = new Map(sellers.map((each) => [each.outletId, each.id]));
  const rows = reports.flatMap(({ atMs, bidMicroCny, ...report }) => {
    const supplyPartnerId = partnerOf.get(report.outletId);
    if (supplyPartnerId === undefined) return [];
    const price = readPrice(report.priceRaw);
    const bid = BigInt(bidMicroCny);
    return {
      ...report,
      supplyPartnerId,
      day: dayOf(atMs),
      at: new Date(atMs),
      bidMicroCny: bid,
      settledMicroCny: price === null ? null : least(price, bid),
    };
  });
  const kept =
    rows.length === 0
      ? []
      : await ctx.db
          .insert(partnerReport)
          .values(rows)
          .onConflictDoNothing()
          .returning({ key: partnerReport.eventKey });
  await ctx.redis.xdel(keys.partnerReports, ...entries.map(([id]) => id));
  return { taken: entries.length, kept: kept.length };
}
