/**
 * Two deployments that trade, each whole: its own database, ledger, Redis, secrets, worker and exchange process. Partners are opened
 * and keys exchanged by their operators, orders by their buyers; nothing is written into either side's books but what it metered.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { accounts, balanceOf, ledgerFaults } from '../../../api/ledger/ledger.ts';
import { createWorker, type Worker } from '../../../api/worker.ts';
import { EVENT_KIND } from '../../../bidding/wire/event.ts';
import { freePort } from '../../../db/embedded/ports.ts';
import { addDays, dayOf, dayStartMs, monthOf } from '../../../db/terms/day.ts';
import { startProcess, untilHealthy } from '../../../run/demo/processes.ts';
import { buildPrograms } from '../../../run/demo/programs.ts';
import {
  type Caller,
  newAdvertiser,
  newCaller,
  newOutlet,
  openTestApi,
  type TestApi,
} from '../../kit/actors.ts';
import { signContract } from '../../kit/books.ts';
import { openTestDatabase } from '../../kit/database.ts';
import {
  approve,
  newCampaign,
  newCreative,
  newLineItem,
  newPlacement,
  seedDivisions,
  upload,
} from '../../kit/market.ts';
import { BROWSER, until } from '../../kit/readers.ts';
import { openTestRedis } from '../../kit/redis.ts';
import { topUp } from '../../kit/trade.ts';

const NAMES = ['zhejiang', 'jiangsu'] as const;
type Name = (typeof NAMES)[number];
const OTHER = { zhejiang: 'jiangsu', jiangsu: 'zhejiang' } as const;
/** Two names of this machine: in a chain they are two systems. */
const HOST = { zhejiang: 'localhost', jiangsu: '127.0.0.1' };
const SECRET = { zhejiang: '11'.repeat(32), jiangsu: '22'.repeat(32) };
/** Whose readers each order is for: the other's never compete with it. */
const COUNTY = { zhejiang: '330106', jiangsu: '330111' };
const PRICE_MICRO_CNY = 20_000n;
const DAY_MS = 86_400_000;

/** Days that both live ahead of this machine: sums become final and a month passes. */
let aheadMs = 0;
const clock = () => Date.now() + aheadMs;

interface Deployment {
  name: Name;
  api: TestApi;
  worker: Worker;
  /** How the other reaches its exchange. */
  address: string;
  operator: Caller;
  clerks: [Caller, Caller];
  outletId: number;
  placementId: number;
  lineItemId: number;
  /** The other, as it sells and as it buys here. */
  abroad: { outletId: number; placementId: number; advertiserId: number };
}

const made = {} as Record<Name, Deployment>;
const partners = {} as Record<Name, { supplyPartnerId: number; demandPartnerId: number }>;

async function ok<Body>(answer: Promise<{ status: number; body: Body }>): Promise<Body> {
  const { status, body } = await answer;
  if (status >= 300) throw new Error(`${status} ${JSON.stringify(body)}`);
  return body;
}

async function openDeployment(name: Name, addresses: Record<Name, string>): Promise<Deployment> {
  const [{ db }, redis] = await Promise.all([openTestDatabase(), openTestRedis()]);
  const folder = mkdtempSync(join(tmpdir(), `hongze-${name}-`));
  const config = {
    tokenKey: SECRET[name],
    exchangeUrl: addresses[name],
    assetsDir: folder,
    outboundAllow: NAMES.map((each) => new URL(addresses[each]).host),
  };
  const api = openTestApi({ db, redis, clock, config });
  await seedDivisions(api);
  const reviewer = await newCaller(api, 'platform', { roles: ['reviewer'] });
  const ours = await newOutlet(api, { name });
  const abroad = await newOutlet(api, { name: OTHER[name], tier: 'province' });
  const place = async (outlet: typeof ours) =>
    (await newPlacement(outlet, outlet.outletId, { floorCpmFen: 1 })).placement.id;
  const [placementId, placementAbroad] = [await place(ours), await place(abroad)];
  await signContract(db, ours.outletId);
  const all = [{ outletId: abroad.outletId, sharePpm: 1_000_000 }];
  await signContract(db, abroad.outletId, { parties: all });
  const lineItemId = await placeOrder(api, name, reviewer);
  const buyer = await newAdvertiser(api, { name: OTHER[name] });
  await topUp(api, buyer.advertiserId, 1_000_000_000n);
  const worker = createWorker(api.ctx, { log: (entry) => api.bugs.push(entry) });
  await worker.tick('partitions');
  await worker.tick('snapshot');
  await startExchange(name, addresses[name], api, folder);
  const clerk = () => newCaller(api, 'platform', { roles: ['finance'] });
  return {
    name,
    api,
    worker,
    address: addresses[name],
    operator: await newCaller(api, 'platform', { roles: ['operator'] }),
    clerks: [await clerk(), await clerk()],
    outletId: ours.outletId,
    placementId,
    lineItemId,
    abroad: {
      outletId: abroad.outletId,
      placementId: placementAbroad,
      advertiserId: buyer.advertiserId,
    },
  };
}

/** One campaign for the readers of one county, wherever they read. */
async function placeOrder(api: TestApi, name: Name, reviewer: Caller): Promise<number> {
  const buyer = await newAdvertiser(api);
  const { advertiserId } = buyer;
  await topUp(api, advertiserId, 1_000_000_000n);
  const picture = await sharp({
    create: { width: 640, height: 100, channels: 3, background: '#186' },
  })
    .png()
    .toBuffer();
  const { url } = await ok(upload(buyer, advertiserId, picture));
  const creative = await newCreative(buyer, advertiserId, {
    format: 'banner',
    w: 640,
    h: 100,
    content: { title: name, imageUrl: url },
  });
  await approve(buyer, reviewer, creative);
  const campaign = await newCampaign(buyer, advertiserId, clock());
  const item = await newLineItem(buyer, campaign.id, clock(), {
    bidFen: 2_000,
    creativeIds: [creative.id],
    target: { all: [{ attribute: 'division', in: [COUNTY[name]] }] },
  });
  for (const [path, { version }] of [
    [`campaigns/${campaign.id}`, campaign],
    [`line-items/${item.id}`, item],
  ] as const)
    await ok(buyer.call('POST', `/api/${path}/status`, { version, status: 'active' }));
  return item.id;
}

async function startExchange(name: Name, address: string, { ctx }: TestApi, folder: string) {
  mkdirSync(join(folder, 'logs'));
  const { host, port } = ctx.redis.options as { host: string; port: number };
  const node = startProcess('exchange', {
    folder,
    env: {
      ...process.env,
      REDIS_URL: `redis://${host}:${port}`,
      TOKEN_KEY: SECRET[name],
      NODE_ID: name,
      EXCHANGE_PORT: new URL(address).port,
      EXCHANGE_URL: address,
    },
  });
  afterAll(async () => {
    await node.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  await untilHealthy(node, `http://127.0.0.1:${new URL(address).port}/health`);
}

/** The seller's operator gives a key, the buyer's reads the seller's public key where it is published and keeps it. */
async function connectPartners(buyer: Deployment, seller: Deployment) {
  const exchange = encodeURIComponent(seller.address);
  const { publicKey } = await ok(
    buyer.operator.call('GET', `/api/chain-keys?exchange=${exchange}`),
  );
  const supply = await ok(
    buyer.operator.call('POST', '/api/supply-partners', {
      code: seller.name,
      name: seller.name,
      outletId: buyer.abroad.outletId,
      domain: HOST[seller.name],
      takePercent: 0,
      chainKey: publicKey,
    }),
  );
  const demand = await ok(
    seller.operator.call('POST', '/api/demand-partners', {
      code: buyer.name,
      name: buyer.name,
      advertiserId: seller.abroad.advertiserId,
      seat: buyer.name,
      url: `${buyer.address}/openrtb2/supply/${seller.name}`,
      timeoutMs: 5_000,
      callKey: supply.secret,
      dailyBudgetMicroCny: '100000000',
    }),
  );
  const on = { version: 1, status: 'active' };
  await ok(buyer.operator.call('PATCH', `/api/supply-partners/${supply.id}`, on));
  await ok(seller.operator.call('PATCH', `/api/demand-partners/${demand.id}`, on));
  return { supplyPartnerId: supply.id, demandPartnerId: demand.id };
}

beforeAll(async () => {
  await buildPrograms();
  const addresses = {
    zhejiang: `http://${HOST.zhejiang}:${await freePort()}`,
    jiangsu: `http://${HOST.jiangsu}:${await freePort()}`,
  };
  for (const name of NAMES) made[name] = await openDeployment(name, addresses);
  const { zhejiang, jiangsu } = made;
  const bought = await connectPartners(zhejiang, jiangsu);
  const sold = await connectPartners(jiangsu, zhejiang);
  partners.zhejiang = { ...bought, demandPartnerId: sold.demandPartnerId };
  partners.jiangsu = { ...sold, demandPartnerId: bought.demandPartnerId };
  for (const { worker } of [zhejiang, jiangsu])
    for (const task of ['budgets', 'changes', 'snapshot']) await worker.tick(task);
}, 180_000);

let readers = 0;
/** A reader of a county looks at a page: whose ad was won and seen there. Nothing: nobody's. */
async function look({ address, placementId, outletId }: Deployment, county: string) {
  const reader = ++readers;
  const answer = await fetch(`${address}/openrtb2/auction`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      id: `r${reader}`,
      imp: [{ id: '1', tagid: String(placementId), banner: { format: [{ w: 640, h: 100 }] } }],
      site: { publisher: { id: String(outletId) } },
      device: { ua: BROWSER, ip: `10.2.0.${reader}` },
      user: { id: `reader-${reader}`, ext: { divisionCode: county } },
      cur: ['CNY'],
      tmax: 5_000,
    }),
  });
  const text = await answer.text();
  if (answer.status !== 200 || text === '') return false;
  const [bid] = JSON.parse(text).seatbid[0].bid;
  const seen = await fetch(bid.burl, { headers: { 'user-agent': BROWSER } });
  return seen.ok;
}

async function lookTimes(at: Deployment, county: string, times: number): Promise<void> {
  for (let n = 0; n < times; n++) await until(() => look(at, county));
}

/** Impressions as metered here: by whose line item on whose pages. */
const metered = async ({ api }: Deployment) => {
  const rows = await api.ctx.db.execute<{ line: number; outlet: number; n: number }>(
    sql`SELECT line_item_id::int AS line, outlet_id::int AS outlet, count(*)::int AS n FROM event
        WHERE kind = ${EVENT_KIND.impression} GROUP BY 1, 2`,
  );
  return new Map(rows.map(({ line, outlet, n }) => [`${line}@${outlet}`, n]));
};

const lineOf = async (at: Deployment, partner: number) =>
  (await ok(at.operator.call('GET', `/api/demand-partners/${partner}`))).lineItemId as number;

test('one order is bought across both, metered at both, and what the one ledger owes is due by the other', async () => {
  const { zhejiang, jiangsu } = made;
  // Pages of both, readers of both counties: home and abroad, and unevenly, so that a mistake of sides would show.
  await lookTimes(zhejiang, COUNTY.zhejiang, 2);
  await lookTimes(jiangsu, COUNTY.zhejiang, 5);
  await lookTimes(zhejiang, COUNTY.jiangsu, 3);
  await lookTimes(jiangsu, COUNTY.jiangsu, 1);
  for (const [at, abroad, sold] of [
    [zhejiang, 5, 3],
    [jiangsu, 3, 5],
  ] as const) {
    const theirLine = await lineOf(at, partners[at.name].demandPartnerId);
    const home = at === zhejiang ? 2 : 1;
    await until(async () => {
      await at.worker.tick('metering');
      const seen = [...(await metered(at)).values()];
      return seen.reduce((sum, n) => sum + n, 0) >= home + abroad + sold;
    });
    expect(Object.fromEntries(await metered(at))).toEqual({
      [`${at.lineItemId}@${at.outletId}`]: home,
      [`${at.lineItemId}@${at.abroad.outletId}`]: abroad,
      [`${theirLine}@${at.outletId}`]: sold,
    });
  }

  const month = monthOf(dayOf(clock()));
  // A day is final some hours into the second after it: at whatever hour this runs, three later it is.
  aheadMs = 3 * DAY_MS;
  for (const { worker } of [zhejiang, jiangsu])
    for (const task of ['partner-reports', 'final', 'billing', 'supply-settlement'])
      await worker.tick(task);
  const monthOver = dayStartMs(`${monthOf(addDays(`${month}-01`, 32))}-03`);
  aheadMs = Math.max(aheadMs, monthOver - Date.now());

  const propose = ({ name, clerks: [maker] }: Deployment) =>
    ok(maker.call('POST', '/api/nettings', { ...partners[name], month }));
  const rows = { zhejiang: await propose(zhejiang), jiangsu: await propose(jiangsu) };
  const [five, three] = [5n * PRICE_MICRO_CNY, 3n * PRICE_MICRO_CNY].map(String);
  expect(rows.zhejiang).toMatchObject({ owedMicroCny: five, dueMicroCny: three });
  expect(rows.jiangsu).toMatchObject({ owedMicroCny: three, dueMicroCny: five });

  for (const name of NAMES) {
    const [teller] = made[OTHER[name]].clerks;
    const word = await ok(teller.call('GET', `/api/nettings/${rows[OTHER[name]].id}/word`));
    const told = made[name].clerks[0].call('POST', `/api/nettings/${rows[name].id}/word`, word);
    expect(await ok(told)).toMatchObject({ status: 'agreed', setOffMicroCny: three });
  }
  const left = { zhejiang: { owed: 0n, due: 0n }, jiangsu: { owed: 0n, due: 0n } };
  for (const name of NAMES) {
    const { api, abroad, clerks } = made[name];
    await ok(clerks[1].call('POST', `/api/nettings/${rows[name].id}/post`));
    expect(await ledgerFaults(api.ctx.db, { chain: true })).toEqual([]);
    const balance = async (account: ReturnType<typeof accounts.wallet>) =>
      (await balanceOf(api.ctx.db, account)).balanceMicroCny;
    left[name].owed = await balance(accounts.payable(abroad.outletId));
    left[name].due = 1_000_000_000n - (await balance(accounts.wallet(abroad.advertiserId)));
    expect(api.bugs).toEqual([]);
  }
  // What is left of the one's debt is what is left of the other's claim.
  expect(left.zhejiang).toEqual({ owed: 2n * PRICE_MICRO_CNY, due: 0n });
  expect(left.jiangsu).toEqual({ owed: 0n, due: 2n * PRICE_MICRO_CNY });
}, 240_000);
