/**
 * What two deployments refuse each other: sales without a signed hop, and a month netted on a word that is not theirs or by one
 * person. How they trade when all is well: test/integration/ops/provinces.test.ts.
 */
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { closeHour } from '../../../../api/billing/billing.ts';
import { accounts, balanceOf, ledgerFaults } from '../../../../api/ledger/ledger.ts';
import { draftStatements } from '../../../../api/statements/statements.ts';
import { createExchange } from '../../../../bidding/exchange.ts';
import { sealCallKey } from '../../../../bidding/wire/callKey.ts';
import type { Snapshot } from '../../../../bidding/wire/snapshot.ts';
import type { Database } from '../../../../db/client.ts';
import { freePort } from '../../../../db/embedded/ports.ts';
import { demandPartner, supplyPartner } from '../../../../db/schema/partners.ts';
import { dayOf, dayStartMs, hourOf } from '../../../../db/terms/day.ts';
import { type Caller, newCaller, openTestApi, type TestApi } from '../../../kit/actors.ts';
import {
  addAdvertiser,
  addLineItem,
  addOutlet,
  addPlacement,
  deliver,
  signContract,
} from '../../../kit/books.ts';
import { openTestDatabase } from '../../../kit/database.ts';
import { openTestRedis } from '../../../kit/redis.ts';
import { aPlacement, aSnapshot, grantAll, publish } from '../../../kit/snapshot.ts';

const MONTH = '2026-10';
const KEY = { zhejiang: 'hzs_the-key-zhejiang-gave', jiangsu: 'hzs_the-key-jiangsu-gave' };
const SECRET = { zhejiang: '11'.repeat(32), jiangsu: '22'.repeat(32) };
/** Two names of this machine: in a chain they are two systems. */
const HOST = { zhejiang: 'localhost', jiangsu: '127.0.0.1' };
type Name = keyof typeof KEY;
const OTHER = { zhejiang: 'jiangsu', jiangsu: 'zhejiang' } as const;

interface Deployment {
  url: string;
}

const exchanges = {} as Record<Name, Deployment>;
const usual = aSnapshot();
const digest = (text: string) => createHash('sha256').update(text).digest('hex');

async function openExchange(name: Name, snapshot: Snapshot): Promise<Deployment> {
  const redis = await openTestRedis();
  await publish(redis, snapshot);
  await grantAll(redis, snapshot, dayOf(Date.now()), 1_000_000_000);
  const port = await freePort();
  const publicUrl = `http://${HOST[name]}:${port}`;
  const exchange = createExchange({
    redis,
    tokenKey: SECRET[name],
    publicUrl,
    nodeId: name,
    redisTimeoutMs: 30_000,
  });
  const { url } = await exchange.listen(port);
  afterAll(() => exchange.close());
  return { url };
}

/** Buys there, and sells here: the pages of the other are this outlet's. */
const outletOf = (name: Name) => ({ ...usual.outlets[0], id: 2, name }) as Snapshot['outlets'][0];
const sells = (name: Name, chainKey: string) => ({
  id: 1,
  code: name,
  outletId: 2,
  domain: HOST[name],
  keys: [{ sha256: digest(KEY[OTHER[name]]), untilMs: null }],
  qps: 100_000,
  requireSchain: false,
  takePercent: 0,
  chainKey,
});

beforeAll(async () => {
  const chainKeyOf = async (url: string): Promise<string> => {
    const answer = await fetch(`${url}/.well-known/hongze-chain.json`);
    return ((await answer.json()) as { publicKey: string }).publicKey;
  };
  // Jiangsu has pages and nobody who buys them but Zhejiang.
  exchanges.jiangsu = await openExchange('jiangsu', aSnapshot({ lineItems: [] }));
  exchanges.zhejiang = await openExchange(
    'zhejiang',
    aSnapshot({
      outlets: [...usual.outlets, outletOf('jiangsu')],
      placements: [...usual.placements, aPlacement({ id: 221, outletId: 2, floorCpmFen: 1 })],
      supplyPartners: [sells('jiangsu', await chainKeyOf(exchanges.jiangsu.url))],
    }),
  );
});

const page = (id: string, over: object = {}) => ({
  id,
  imp: [{ id: '1', tagid: '201', banner: { format: [{ w: 300, h: 250 }] } }],
  site: { publisher: { id: '1' } },
  device: { ua: 'Mozilla/5.0 (Linux; Android 14) Mobile', ip: '10.2.0.1' },
  user: { id: `reader-${id}`, ext: { divisionCode: '330110' } },
  cur: ['CNY'],
  tmax: 5_000,
  ...over,
});

async function ask(url: string, body: object, key?: string) {
  const answer = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(key ? { authorization: `Bearer ${key}` } : {}),
    },
    body: JSON.stringify(body),
  });
  const text = await answer.text();
  const bid = text === '' ? undefined : JSON.parse(text).seatbid?.[0]?.bid?.[0];
  return { status: answer.status, reason: answer.headers.get('x-no-bid'), bid };
}

test('without the signature, or with the hop of another request, nothing is sold', async () => {
  const url = `${exchanges.zhejiang.url}/openrtb2/supply/jiangsu`;
  const node = { asi: HOST.jiangsu, sid: '1', rid: 'bare', hp: 1 };
  const chain = (nodes: object[]) => ({ source: { schain: { ver: '1.0', complete: 1, nodes } } });
  const bare = await ask(url, page('bare', chain([node])), KEY.zhejiang);
  expect(bare).toMatchObject({ status: 204, reason: 'bad_chain' });
  const posing = { ...node, ext: { hongze: { ts: Date.now(), sig: 'A'.repeat(86) } } };
  const forged = await ask(url, page('bare', chain([posing])), KEY.zhejiang);
  expect(forged).toMatchObject({ status: 204, reason: 'bad_chain' });
  expect((await ask(url, page('bare', chain([posing])), 'hzs_wrong')).status).toBe(401);
});

interface Books {
  api: TestApi;
  db: Database;
  maker: Caller;
  checker: Caller;
  /** The other side as it sells and buys here. */
  supplyPartnerId: number;
  demandPartnerId: number;
  outletId: number;
  advertiserId: number;
}

const NOON = hourOf(dayStartMs(`${MONTH}-12`)) + 12;
const YUAN = 1_000_000n;

/** `sold`: on our pages to the other; `bought`: on theirs, by our advertiser. */
async function openBooks(name: Name, sold: bigint, bought: bigint): Promise<Books> {
  const other = OTHER[name];
  const { db } = await openTestDatabase();
  const config = { tokenKey: SECRET[name], exchangeUrl: `http://${HOST[name]}:8080` };
  const clock = () => dayStartMs('2026-11-03') + 36_000_000;
  const api = openTestApi({ db, redis: await openTestRedis(), clock, config });
  const abroad = await addOutlet(db, 'province');
  const ours = await addOutlet(db);
  const places = [await addPlacement(db, abroad.id), await addPlacement(db, ours.id)] as const;
  await signContract(db, abroad.id, { parties: [{ outletId: abroad.id, sharePpm: 1_000_000 }] });
  await signContract(db, ours.id);
  const buyers = [await addAdvertiser(db, 50n * YUAN), await addAdvertiser(db, 50n * YUAN)];
  const [them, us] = buyers.map(({ id }) => id) as [number, number];
  const theirLine = await addLineItem(db, them);
  const ourLine = await addLineItem(db, us);
  const bucket = { impressions: 100 };
  await deliver(db, NOON, { ...bucket, line: theirLine, place: places[1], spendMicroCny: sold });
  await deliver(db, NOON, { ...bucket, line: ourLine, place: places[0], spendMicroCny: bought });
  await closeHour(api.ctx, NOON);
  const named = { code: other, name: other, qps: 1 };
  const [buyer] = await db
    .insert(demandPartner)
    .values({
      ...named,
      advertiserId: them,
      campaignId: theirLine.campaignId,
      lineItemId: theirLine.id,
      seat: other,
      url: 'http://there',
      timeoutMs: 100,
      callKey: sealCallKey(SECRET[name], KEY[other]),
    })
    .returning();
  const key = await fetch(`${exchanges[other].url}/.well-known/hongze-chain.json`);
  const [seller] = await db
    .insert(supplyPartner)
    .values({
      ...named,
      outletId: abroad.id,
      domain: HOST[other],
      keySha256: 'x',
      keyPrefix: 'x',
      chainKey: ((await key.json()) as { publicKey: string }).publicKey,
    })
    .returning();
  return {
    api,
    db,
    maker: await newCaller(api, 'platform', { roles: ['finance'] }),
    checker: await newCaller(api, 'platform', { roles: ['finance'] }),
    supplyPartnerId: seller?.id ?? 0,
    demandPartnerId: buyer?.id ?? 0,
    outletId: abroad.id,
    advertiserId: them,
  };
}

const balance = async ({ db }: Books, account: ReturnType<typeof accounts.wallet>) =>
  (await balanceOf(db, account)).balanceMicroCny;

test('a month is netted when both books say the same: the set-off in each, and the rest is what is paid', async () => {
  const zhejiang = await openBooks('zhejiang', 4n * YUAN, 6n * YUAN);
  const jiangsu = await openBooks('jiangsu', 6n * YUAN, 4n * YUAN);
  const propose = ({ maker, supplyPartnerId, demandPartnerId }: Books) =>
    maker.call('POST', '/api/nettings', { supplyPartnerId, demandPartnerId, month: MONTH });
  const [here, there] = [await propose(zhejiang), await propose(jiangsu)];
  expect(here).toMatchObject({
    status: 201,
    body: { status: 'proposed', owedMicroCny: '6000000', dueMicroCny: '4000000' },
  });
  const wordOf = async ({ maker }: Books, id: number) =>
    (await maker.call('GET', `/api/nettings/${id}/word`)).body;
  const [ourWord, theirWord] = [
    await wordOf(zhejiang, here.body.id),
    await wordOf(jiangsu, there.body.id),
  ];
  const tell = ({ maker }: Books, id: number, word: object) =>
    maker.call('POST', `/api/nettings/${id}/word`, word);
  const post = (who: Caller, id: number) => who.call('POST', `/api/nettings/${id}/post`);

  // Before they have spoken, on one person's word, or on a word that is not theirs, nothing moves.
  expect((await post(zhejiang.checker, here.body.id)).status).toBe(409);
  const altered = { ...theirWord, document: theirWord.document.replace('6000000', '5000000') };
  expect((await tell(zhejiang, here.body.id, altered)).body.code).toBe('signature_invalid');
  expect((await tell(zhejiang, here.body.id, ourWord)).body.code).toBe('signature_invalid');
  const agreed = await tell(zhejiang, here.body.id, theirWord);
  expect(agreed.body).toMatchObject({ status: 'agreed', setOffMicroCny: '4000000' });
  expect((await tell(jiangsu, there.body.id, ourWord)).body.status).toBe('agreed');
  expect((await post(zhejiang.maker, here.body.id)).body.code).toBe('four_eyes');

  for (const [books, id] of [
    [zhejiang, here.body.id],
    [jiangsu, there.body.id],
  ] as const) {
    expect((await post(books.checker, id)).body.status).toBe('posted');
    expect((await post(books.checker, id)).status).toBe(409);
    expect(await ledgerFaults(books.db, { chain: false })).toEqual([]);
  }
  // Zhejiang still owes two yuan, by both ledgers: its statement says so, and so does its wallet over there.
  expect(await balance(zhejiang, accounts.payable(zhejiang.outletId))).toBe(2n * YUAN);
  expect(await balance(jiangsu, accounts.payable(jiangsu.outletId))).toBe(0n);
  expect(await balance(jiangsu, accounts.wallet(jiangsu.advertiserId))).toBe(48n * YUAN);
  expect(await balance(zhejiang, accounts.wallet(zhejiang.advertiserId))).toBe(50n * YUAN);
  await draftStatements(zhejiang.api.ctx, MONTH);
  const { body } = await zhejiang.maker.call('GET', `/api/statements?month=${MONTH}`);
  const statement = body.items.find(
    (one: { outletId: number }) => one.outletId === zhejiang.outletId,
  );
  expect(statement).toMatchObject({ totalMicroCny: '2000000' });
});
