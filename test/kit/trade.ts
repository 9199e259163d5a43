/** Buyers, sellers and orders for tests of bookings: one constructor each, through the API as their people would. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { accounts, balanceOf, post } from '../../api/ledger/ledger.ts';
import { dayOf, dayStartMs } from '../../db/terms/day.ts';
import {
  type Answer,
  type Caller,
  newAdvertiser,
  newCaller,
  newOutlet,
  openTestApi,
  type TestApi,
} from './actors.ts';
import { signContract } from './books.ts';
import { openTestDatabase } from './database.ts';
import { formWith } from './files.ts';
import { newPlacement, seedDivisions } from './market.ts';
import { openTestRedis } from './redis.ts';

export async function topUp(api: TestApi, advertiserId: number, amountMicroCny: bigint) {
  await post(api.ctx.db, [
    {
      key: `test-top-up:${advertiserId}:${amountMicroCny}`,
      kind: 'top_up',
      day: dayOf(api.ctx.clock()),
      entries: [
        { account: accounts.alipayCash, amountMicroCny },
        { account: accounts.wallet(advertiserId), amountMicroCny: -amountMicroCny },
      ],
    },
  ]);
}

export type Seller = Pick<Caller, 'call'> & { outletId: number };
export type Buyer = Pick<Caller, 'call'> & { advertiserId: number };

/** A placement priced from the clock's day on. */
export async function newSpot(
  api: TestApi,
  seller: Seller,
  { priceFen = 10_000, unit = 'CPD_DAY', ...placement }: Record<string, unknown> = {},
): Promise<number> {
  const { placement: made } = await newPlacement(seller, seller.outletId, placement);
  const effectiveFrom = dayOf(api.ctx.clock());
  const rate = { placementId: made.id, unit, priceFen, effectiveFrom };
  const answer = await seller.call('POST', '/api/rate-cards', rate);
  if (answer.status !== 201) throw new Error(JSON.stringify(answer.body));
  return made.id;
}

export const openContract = (api: TestApi, outletId: number) =>
  signContract(api.ctx.db, outletId, {});

// biome-ignore lint/suspicious/noExplicitAny: a test reads whatever the route answers
async function done(work: Promise<Answer<any>>, status = 200) {
  const answer = await work;
  if (answer.status !== status) throw new Error(`${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body;
}

export interface Order {
  id: number;
  version: number;
  status: string;
  totalMicroCny: string;
  discountPpm: number;
  campaignId: number | null;
}

export async function draftOrder(
  buyer: Buyer,
  lines: Record<string, unknown>[],
  more = {},
): Promise<Order> {
  const input = { advertiserId: buyer.advertiserId, name: '五一包段', lines, ...more };
  return done(buyer.call('POST', '/api/orders', input), 201);
}

export const stepOrder = (
  who: Pick<Caller, 'call'>,
  order: { id: number; version: number },
  step: string,
  more = {},
): Promise<Order> =>
  done(who.call('POST', `/api/orders/${order.id}/${step}`, { version: order.version, ...more }));

export async function linesOfOrder(seller: Seller, orderId: number) {
  const { items } = await done(seller.call('GET', '/api/bookings?limit=200'));
  return items
    .filter((one: { orderId: number }) => one.orderId === orderId)
    .sort((a: { id: number }, b: { id: number }) => a.id - b.id);
}

/** Drafted, reserved, accepted by the outlet and confirmed. */
export async function bookOrder(
  buyer: Buyer,
  seller: Seller,
  lines: Record<string, unknown>[],
): Promise<Order & { lineIds: number[] }> {
  const reserved = await stepOrder(buyer, await draftOrder(buyer, lines), 'reservation');
  const held = await linesOfOrder(seller, reserved.id);
  for (const line of held) {
    if (line.status !== 'open') continue;
    const answer = { version: line.version, accept: true };
    await done(seller.call('POST', `/api/bookings/${line.id}/answer`, answer));
  }
  const booked = await stepOrder(buyer, reserved, 'confirmation');
  return { ...booked, lineIds: held.map((line: { id: number }) => line.id) };
}

export const TODAY = '2026-11-02';
export const at = (day: string, hour = 10) => dayStartMs(day) + hour * 3_600_000;

/** A market with one buyer who can pay, one seller under contract, and the platform's people. Its clock is `time.now`. */
export async function openTrade() {
  const time = { now: at(TODAY) };
  const { db } = await openTestDatabase();
  const assetsDir = mkdtempSync(join(tmpdir(), 'hongze-evidence-'));
  const redis = await openTestRedis();
  const api = openTestApi({ db, redis, clock: () => time.now, config: { assetsDir } });
  await seedDivisions(api);
  const buyer = await newAdvertiser(api);
  const seller = await newOutlet(api);
  await openContract(api, seller.outletId);
  await topUp(api, buyer.advertiserId, 100_000_000_000n);
  return {
    api,
    time,
    buyer,
    seller,
    operator: await newCaller(api, 'platform', { roles: ['operator'] }),
    finance: await newCaller(api, 'platform', { roles: ['finance'] }),
    wallet: () => balanceOf(db, accounts.wallet(buyer.advertiserId)),
    payable: async () => (await balanceOf(db, accounts.payable(seller.outletId))).balanceMicroCny,
    read: (order: { id: number }): Promise<ReadOrder> =>
      done(buyer.call('GET', `/api/orders/${order.id}`)),
  };
}

export interface ReadOrder extends Order {
  chargedMicroCny: string;
  days: { status: string; chargedMicroCny: string }[];
}

let shade = 0;
/** A picture like no other: the same file proves one day only. */
export async function newPicture(): Promise<Uint8Array> {
  shade++;
  const background = { r: shade % 256, g: (shade * 7) % 256, b: 9 };
  const image = sharp({ create: { width: 4, height: 4, channels: 3, background } });
  return new Uint8Array(await image.png().toBuffer());
}

export async function prove(
  seller: Seller,
  lineId: number,
  day: string,
  kind = 'screenshot',
  file?: Uint8Array | string,
) {
  const form = formWith(file ?? (await newPicture()), { day, kind });
  return seller.call('POST', `/api/bookings/${lineId}/evidence`, form);
}

export async function dayOfLine(
  who: Pick<Caller, 'call'>,
  lineId: number,
  day: string,
): Promise<{ status: string; version: number }> {
  const { days } = await done(who.call('GET', `/api/bookings/${lineId}`));
  return days.find((one: { day: string }) => one.day === day);
}

/** Accepts a day's proof, at the version it has. */
export async function judge(who: Pick<Caller, 'call'>, lineId: number, day: string, more = {}) {
  const { version } = await dayOfLine(who, lineId, day);
  const verdict = { day, version, accept: true, ...more };
  return who.call('POST', `/api/bookings/${lineId}/verdict`, verdict);
}
