/** Reading media plans, with what their lines cost and are expected to bring together. */
import { and, desc, eq, lt } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { mediaPlan, type PlanLine } from '../../db/schema/plans.ts';
import { notFound, ownedBy } from '../http/auth.ts';
import { decodeIdCursor, type PageQuery, pageOf } from '../http/paging.ts';
import type { Actor } from '../identity/actor.ts';
import type { Plan } from './plans.ts';

export async function listPlans(
  db: Db,
  actor: Actor,
  filter: PageQuery & { advertiserId?: number | undefined; status?: Plan['status'] | undefined },
) {
  const before = decodeIdCursor(filter.cursor);
  const rows = await db
    .select()
    .from(mediaPlan)
    .where(
      and(
        ownedBy(actor, { advertiser: mediaPlan.advertiserId }),
        filter.advertiserId ? eq(mediaPlan.advertiserId, filter.advertiserId) : undefined,
        filter.status ? eq(mediaPlan.status, filter.status) : undefined,
        before === undefined ? undefined : lt(mediaPlan.id, before),
      ),
    )
    .orderBy(desc(mediaPlan.id))
    .limit(filter.limit + 1);
  const page = pageOf(rows, filter.limit, (row) => row.id);
  return { ...page, items: page.items.map(withTotals) };
}

export async function readPlan(db: Db, id: number) {
  const [row] = await db.select().from(mediaPlan).where(eq(mediaPlan.id, id));
  if (!row) throw notFound();
  return withTotals(row);
}

/** With what its lines cost and are expected to bring together. */
export function withTotals(row: Plan) {
  const sum = (of: (line: PlanLine) => number) => row.lines.reduce((n, line) => n + of(line), 0);
  return {
    ...row,
    totals: {
      priceMicroCny: row.lines.reduce((total, line) => total + BigInt(line.priceMicroCny), 0n),
      impressions: {
        low: sum((line) => line.expected?.impressions.low ?? 0),
        expected: sum((line) => line.expected?.impressions.expected ?? 0),
        high: sum((line) => line.expected?.impressions.high ?? 0),
      },
      clicks: sum((line) => line.expected?.clicks ?? 0),
      /** The largest tier's: people read more than one outlet, so reach does not add up. */
      reachAtLeast: Math.max(0, ...row.lines.map((line) => line.expected?.reach ?? 0)),
    },
  };
}
