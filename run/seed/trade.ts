/**
 * Booked business of the demo, so that no screen of it is empty: orders in every state, proofs that wait, a missed day with a
 * make-good offered, a change asked for, a discount to approve, a media plan, public-service airings. All through the
 * verbs that people use, each at its own moment; harmless when repeated.
 */
import { sql } from 'drizzle-orm';
import sharp from 'sharp';
import {
  addEvidence,
  answerLine,
  askChange,
  confirmOrder,
  createOrder,
  judgeDay,
  missDay,
  type NewOrder,
  reserveOrder,
} from '../../api/bookings/bookings.ts';
import type { Actor } from '../../api/identity/actor.ts';
import { logPsaAiring } from '../../api/outlets/outlets.ts';
import { createPlan } from '../../api/plans/plans.ts';
import type { Database, Db } from '../../db/client.ts';
import { bookingLine, bookingOrder } from '../../db/schema/bookings.ts';
import { addDays, type Clock, type Day, dayOf, dayStartMs } from '../../db/terms/day.ts';
import type { RateUnit } from '../../db/terms/market.ts';

export interface TradeContext {
  db: Database;
  clock: Clock;
  config: { assetsDir: string };
}

type Inner = { db: Db; clock: Clock; config: { assetsDir: string } };

interface Spot {
  placementId: number;
  outletId: number;
  organizationId: string;
  propertyId: number;
}

/** Who acts in the seed. */
export const actorOf = (
  kind: Actor['kind'],
  organizationId: string,
  of: Partial<Actor> = {},
): Actor => ({
  userId: `seed-${kind}`,
  userName: '演示',
  email: '',
  organizationId,
  organizationName: '',
  kind,
  roles: kind === 'platform' ? ['operator', 'finance'] : ['owner'],
  advertiserIds: [],
  outletIds: [],
  scopes: null,
  ...of,
});

const PLATFORM = actorOf('platform', 'org-platform');

/** The first placement of a kind that an outlet of this division sells. */
async function spotOf(db: Db, divisionCode: string, format: string): Promise<Spot | undefined> {
  const [row] = await db.execute<Record<string, string>>(sql`
    SELECT p.id, p.outlet_id, p.property_id, o.organization_id FROM placement p JOIN outlet o ON o.id = p.outlet_id
     WHERE o.division_code = ${divisionCode} AND p.format = ${format} ORDER BY p.id LIMIT 1`);
  return (
    row && {
      placementId: Number(row.id),
      outletId: Number(row.outlet_id),
      propertyId: Number(row.property_id),
      organizationId: row.organization_id ?? '',
    }
  );
}

/** A desk on one day: the verbs with that day's clock. */
const on = (ctx: Inner, day: Day, hour = 10): Inner => ({
  ...ctx,
  clock: () => dayStartMs(day) + hour * 3_600_000,
});

type Wanted = [spot: Spot, unit: RateUnit, startsOn: Day, endsOn: Day, slots?: number];

const orderOf = (advertiserId: number, name: string, wanted: Wanted[], more = {}): NewOrder => ({
  advertiserId,
  name,
  discountPpm: 0,
  discountReason: null,
  lines: wanted.map(([spot, unit, startsOn, endsOn, slots = 1]) => ({
    placementId: spot.placementId,
    unit,
    startsOn,
    endsOn,
    slots,
    impressions: null,
    divisionCodes: [],
    creativeIds: [],
  })),
  ...more,
});

const seller = (spot: Spot): Actor =>
  actorOf('outlet', spot.organizationId, { outletIds: [spot.outletId] });

/** Drafted, reserved, accepted and confirmed on one day; its lines' ids. */
async function book(ctx: Inner, buyer: Actor, input: NewOrder): Promise<number[]> {
  const draft = await createOrder(ctx, buyer, input);
  const reserved = await reserveOrder(ctx, buyer, draft.id, draft);
  const lines = await ctx.db
    .select()
    .from(bookingLine)
    .where(sql`${bookingLine.orderId} = ${draft.id}`)
    .orderBy(bookingLine.id);
  for (const line of lines) {
    if (line.status !== 'open') continue;
    await answerLine(ctx, PLATFORM, line.id, { version: line.version, accept: true });
  }
  await confirmOrder(ctx, buyer, draft.id, reserved);
  return lines.map((line) => line.id);
}

let shade = 0;
async function screenshot(): Promise<Uint8Array> {
  shade++;
  const background = { r: 40 + shade * 20, g: 90, b: 160 - shade * 10 };
  const image = sharp({ create: { width: 360, height: 640, channels: 3, background } });
  return new Uint8Array(await image.png().toBuffer());
}

async function prove(ctx: Inner, spot: Spot, lineId: number, day: Day): Promise<void> {
  const proof = { day, kind: 'screenshot' as const, file: await screenshot(), note: '值班员截图' };
  await addEvidence(on(ctx, day, 20), seller(spot), lineId, proof);
}

const accept = (ctx: Inner, lineId: number, day: Day) =>
  judgeDay(on(ctx, addDays(day, 1)), PLATFORM, lineId, { day, version: 2, accept: true });

/** Returns false where there is booked business already. */
export async function seedTrade(
  ctx: TradeContext,
  buyer: { advertiserId: number; organizationId: string },
): Promise<boolean> {
  if ((await ctx.db.$count(bookingOrder)) > 0) return false;
  const today = dayOf(ctx.clock());
  const who = actorOf('advertiser', buyer.organizationId, { advertiserIds: [buyer.advertiserId] });
  await ctx.db.transaction(async (db) => {
    const inner = { ...ctx, db };
    const post = await spotOf(db, '330110', 'post');
    const tv = await spotOf(db, '330100', 'spot');
    const paper = await spotOf(db, '330100', 'print');
    if (!post || !tv || !paper) return;
    await seedRunning(inner, who, today, post, tv);
    await seedWaiting(inner, who, today, post, tv, paper);
    await seedOwed(inner, who, today, post);
    const airing = { propertyId: tv.propertyId, airHour: 19, airings: 4, seconds: 60 };
    for (const ago of [1, 2, 3]) {
      await logPsaAiring(inner, seller(tv), { ...airing, day: addDays(today, -ago) });
    }
  });
  await createPlan(ctx, who, {
    advertiserId: buyer.advertiserId,
    name: '杭州年货节',
    divisionCodes: ['330100', '330400'],
    startsOn: addDays(today, 7),
    endsOn: addDays(today, 27),
    budgetMicroCny: 120_000_000_000n,
    goal: 'reach',
    devices: [],
    hoursOfWeek: null,
    tiers: [],
  });
  return true;
}

/** One that is over, one in flight with a proof to judge, a day missed and a make-good offered for it. */
async function seedRunning(ctx: Inner, who: Actor, today: Day, post: Spot, tv: Spot) {
  const [advertiserId = 0] = who.advertiserIds;
  const past = addDays(today, -12);
  const before = on(ctx, addDays(past, -6));
  const over = orderOf(advertiserId, '新茶头条推送', [[post, 'POST', past, past]]);
  const [done = 0] = await book(before, who, over);
  await prove(ctx, post, done, past);
  await accept(ctx, done, past);
  const first = addDays(today, -3);
  const running = orderOf(advertiserId, '春茶电视与推送', [
    [tv, 'SPOT', first, addDays(today, 3)],
    [post, 'POST', addDays(today, -1), addDays(today, -1)],
  ]);
  const [spots = 0, pushed = 0] = await book(on(ctx, addDays(first, -6)), who, running);
  await prove(ctx, tv, spots, first);
  await accept(ctx, spots, first);
  await prove(ctx, post, pushed, addDays(today, -1));
  const missed = addDays(first, 1);
  const miss = { day: missed, version: 1, reason: '转播重大活动，广告顺延' };
  await missDay(on(ctx, addDays(missed, 1)), seller(tv), spots, miss);
  const version = await versionOf(ctx.db, spots);
  await askChange(on(ctx, today), seller(tv), spots, {
    version,
    kind: 'makegood',
    days: [missed],
    startsOn: addDays(today, 5),
    endsOn: addDays(today, 5),
    reason: '同档期补播一条',
  });
}

async function versionOf(db: Db, lineId: number): Promise<number> {
  const [row] = await db
    .select({ version: bookingLine.version })
    .from(bookingLine)
    .where(sql`${bookingLine.id} = ${lineId}`);
  return row?.version ?? 1;
}

/** Booked with a change asked for, reserved and waiting for the outlet, a discount to approve, a draft. */
async function seedWaiting(ctx: Inner, who: Actor, today: Day, post: Spot, tv: Spot, paper: Spot) {
  const [advertiserId = 0] = who.advertiserIds;
  const now = on(ctx, today);
  const later = addDays(today, 12);
  const firm = orderOf(advertiserId, '报纸半版', [[paper, 'CPD_DAY', later, later]]);
  const [page = 0] = await book(now, who, firm);
  await askChange(now, who, page, {
    version: await versionOf(ctx.db, page),
    kind: 'move',
    days: [later],
    startsOn: addDays(later, 2),
    endsOn: addDays(later, 2),
    reason: '新品发布推迟两天',
  });
  const asked = orderOf(advertiserId, '年货节头条', [
    [post, 'POST', addDays(today, 9), addDays(today, 10)],
  ]);
  const draft = await createOrder(now, who, asked);
  await reserveOrder(now, who, draft.id, draft);
  const cheaper = orderOf(
    advertiserId,
    '年度框架电视',
    [[tv, 'SPOT', addDays(today, 15), addDays(today, 24)]],
    {
      discountPpm: 120_000,
      discountReason: '年度框架客户',
    },
  );
  const pending = await createOrder(now, who, cheaper);
  await reserveOrder(now, who, pending.id, pending);
  await createOrder(
    now,
    who,
    orderOf(advertiserId, '元宵推送（草稿）', [
      [post, 'POST', addDays(today, 30), addDays(today, 30)],
    ]),
  );
}

/** For the outlet of the demo: a day to prove, a day that did not run, and a buyer who asks for another date. */
async function seedOwed(ctx: Inner, who: Actor, today: Day, post: Spot) {
  const [advertiserId = 0] = who.advertiserIds;
  const [missed, shown] = [addDays(today, -3), addDays(today, -2)];
  const market = orderOf(advertiserId, '周末市集推送', [
    [post, 'POST', missed, missed],
    [post, 'POST', shown, shown],
  ]);
  const [first = 0] = await book(on(ctx, addDays(missed, -6)), who, market);
  const miss = { day: missed, version: 1, reason: '头条让位于防汛通知' };
  await missDay(on(ctx, shown), seller(post), first, miss);
  const fair = addDays(today, 16);
  const readers = orderOf(advertiserId, '读书节推送', [[post, 'POST', fair, fair]]);
  const [line = 0] = await book(on(ctx, today), who, readers);
  await askChange(on(ctx, today), who, line, {
    version: await versionOf(ctx.db, line),
    kind: 'move',
    days: [fair],
    startsOn: addDays(fair, 2),
    endsOn: addDays(fair, 2),
    reason: '读书节开幕改到周末',
  });
}
