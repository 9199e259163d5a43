/** The first half: money comes in, ads are auctioned, shown and metered, hours are charged and split. */
import { accounts } from '../../../api/ledger/ledger.ts';
import { createTopUp } from '../../../api/payments/payments.ts';
import { createKeyPair } from '../alipay/keys.ts';
import { balance, cash, count, journals, number } from './books.ts';
import { type Cast, PEOPLE } from './cast.ts';
import type { Stage } from './stage.ts';
import type { Teller } from './teller.ts';

export const TOP_UP_FEN = 10_000;
const TOP_UP_MICRO_CNY = 100_000_000n;

export async function topUpWallet(stage: Stage, cast: Cast, tell: Teller): Promise<void> {
  const { ctx, gateway, apiUrl } = stage;
  const { db } = ctx;
  tell.act('广告主充值', 'The advertiser tops up');
  const { outTradeNo, payUrl } = await createTopUp(ctx, {
    advertiserId: cast.advertiserId,
    amountFen: TOP_UP_FEN,
    by: PEOPLE.buyer,
  });
  const cashier = await fetch(payUrl);
  tell.say(`${PEOPLE.buyer} 打开支付宝收银台`, 'the cashier page opens');
  tell.amount('应付', 'to pay', TOP_UP_MICRO_CNY);

  const before = await journals(db);
  const trade = gateway.book.trade(outTradeNo);
  const paid = { trade_status: 'TRADE_SUCCESS' };
  const forged = [
    [
      '签名是别人的',
      'signed by somebody else',
      gateway.notifies.craft(trade, paid, createKeyPair().privateKey),
    ],
    [
      '应用号不对',
      'another app id',
      gateway.notifies.craft(trade, { ...paid, app_id: '2021999999999999' }),
    ],
    [
      '金额多一分',
      'one fen too much',
      gateway.notifies.craft(trade, { ...paid, total_amount: '100.01' }),
    ],
  ] as const;
  for (const [zh, en, form] of forged) {
    const answer = await fetch(`${apiUrl}/api/payments/alipay/notify`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams(form),
    });
    tell.expect(`拒绝通知：${zh}`, `notify refused: ${en}`, await answer.text(), 'failure');
  }
  tell.expect('分录没有增加', 'no journal was written', await journals(db), before);
  const refusals = await count(db, "FROM payment_refusal WHERE what = 'notify'");
  tell.expect('三次拒绝都留有原因', 'all three are on file with their reason', refusals, 3);

  await fetch(`${cashier.url}/pay`, { method: 'POST' });
  await gateway.notifies.deliver();
  await gateway.notifies.deliver();
  const wallet = await balance(db, accounts.wallet(cast.advertiserId));
  tell.expect('真通知到账：钱包', 'the true notify credits the wallet', wallet, TOP_UP_MICRO_CNY);
  tell.expect('账上现金', 'cash in the ledger', await cash(db), TOP_UP_MICRO_CNY);
}

interface Bid {
  price: number;
  adm: string;
  burl: string;
}

const BROWSER = 'Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 Chrome/130 Mobile';

const request = (cast: Cast, reader: number, tagid = String(cast.placementId)) => ({
  id: `story-${reader}`,
  at: 1,
  cur: ['CNY'],
  imp: [{ id: '1', tagid, banner: { format: [{ w: 300, h: 250 }] } }],
  site: { page: 'https://tiaoxi.example/', publisher: { id: String(cast.county) } },
  device: { ua: BROWSER, ip: '115.192.10.20' },
  user: { id: `reader-${reader}`, ext: { divisionCode: '330110' } },
});

export async function showAds(
  stage: Stage,
  cast: Cast,
  tell: Teller,
  impressions: number,
): Promise<bigint> {
  const { worker, exchange, exchangeUrl } = stage;
  tell.act('竞价与曝光', 'Auctions and impressions');
  for (const task of ['partitions', 'budgets', 'snapshot']) await worker.tick(task);
  await exchange.refresh();
  const auction = (body: unknown) =>
    fetch(`${exchangeUrl}/openrtb2/auction`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  const broken = await auction('{"id":');
  tell.expect('拒绝：残缺的请求', 'refused: a malformed request', broken.status, 400);
  const unknown = await auction(request(cast, 0, '999999'));
  tell.expect('不出价：没有的广告位', 'no bid: an unknown placement', unknown.status, 204);
  const priceMicroCny = BigInt(cast.bidCpmFen) * 10n;
  let lost = 0;
  let token = '';
  for (let reader = 1; reader <= impressions; reader += 1) {
    stage.set(stage.now() + 2_000);
    const bid = await askAgain(() => auction(request(cast, reader)));
    if (!bid || bid.price !== cast.bidCpmFen / 100) lost += 1;
    else {
      token = new URL(bid.burl).searchParams.get('t') ?? '';
      await track(stage, token);
    }
    if (reader === 1)
      tell.expect(
        '素材上写着「广告」',
        'the markup carries the 「广告」 mark',
        bid?.adm.includes('广告'),
        true,
      );
    // Half-way the hour turns; every now and then the worker grants what has been used.
    if (reader === Math.floor(impressions / 2))
      stage.set(Math.ceil(stage.now() / 3_600_000) * 3_600_000 + 60_000);
    if (reader % 100 === 0) await turnWorker(stage);
  }
  tell.expect(
    `${impressions} 次竞价全部成交`,
    `all of ${impressions} auctions won at the bid`,
    lost,
    0,
  );
  tell.amount('每次曝光价格', 'price of one impression', priceMicroCny);
  await track(stage, token);
  await track(stage, `${token.slice(0, -6)}AAAAAA`);
  tell.say('再放一次旧令牌、一次伪造令牌', 'an old token is replayed, another is forged');
  return priceMicroCny * BigInt(impressions);
}

/**
 * A reader whose page finds the node's lease expired (the clock has jumped) turns the page. The new lease is on its
 * way by real time, and a busy machine takes its time: a few pages, 20 ms apart.
 */
async function askAgain(ask: () => Promise<Response>): Promise<Bid | undefined> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    if (attempt > 1) await new Promise((wake) => setTimeout(wake, 20));
    const answer = await ask();
    if (answer.status === 200) {
      const body = (await answer.json()) as { seatbid: { bid: Bid[] }[] };
      return body.seatbid[0]?.bid[0];
    }
    await answer.text();
  }
  return undefined;
}

/** Fires the impression as the reader's browser does; a bare HTTP client would count as a declared bot. */
const track = (stage: Stage, token: string) =>
  fetch(`${stage.exchangeUrl}/t/i?t=${token}`, { headers: { 'user-agent': BROWSER } });

async function turnWorker(stage: Stage): Promise<void> {
  await stage.exchange.flush();
  for (const task of ['metering', 'budgets', 'changes']) await stage.worker.tick(task);
  await stage.exchange.refresh();
}

export async function meter(stage: Stage, tell: Teller, impressions: number, spent: bigint) {
  const { db } = stage.ctx;
  tell.act('计量', 'Metering');
  await stage.exchange.flush();
  await stage.worker.tick('metering');
  await stage.worker.tick('metering');
  const counted = Number(await number(db, 'SELECT sum(impressions) AS n FROM rollup_hour'));
  tell.expect('计入的曝光', 'impressions counted', counted, impressions);
  tell.expect(
    '计入的消耗',
    'spend counted',
    await number(db, 'SELECT sum(spend_micro_cny) AS n FROM rollup_hour'),
    spent,
  );
  const reasons = (await db.execute(
    "SELECT string_agg(DISTINCT reason, ', ' ORDER BY reason) AS r FROM rejected_event",
  )) as unknown as { r: string | null }[];
  tell.expect(
    '四种拒绝都留有记录',
    'all four refusals are on file',
    reasons[0]?.r,
    'forged, malformed, replayed, unknown_placement',
  );
}

export async function charge(stage: Stage, cast: Cast, tell: Teller, spent: bigint): Promise<void> {
  const { db } = stage.ctx;
  tell.act('每小时计费与分成', 'Hourly charges and their split');
  stage.set(Math.ceil(stage.now() / 3_600_000) * 3_600_000 + 10 * 60_000);
  await stage.worker.tick('billing');
  await stage.worker.tick('billing');
  const charges = await count(db, 'FROM charge');
  tell.expect('计费条数（两个小时）', 'charges, of two hours', charges, 2);
  tell.expect(
    '计费合计',
    'charged',
    await number(db, 'SELECT sum(amount_micro_cny) AS n FROM charge'),
    spent,
  );
  const parts: bigint[] = [];
  for (const [zh, en, account, ppm] of [
    [
      '县级媒体应付',
      'payable to the county outlet',
      accounts.payable(cast.county),
      cast.shares.county,
    ],
    ['市级媒体应付', 'payable to the city outlet', accounts.payable(cast.city), cast.shares.city],
    [
      '省级媒体应付',
      'payable to the provincial outlet',
      accounts.payable(cast.province),
      cast.shares.province,
    ],
    ['平台收入', 'platform revenue', accounts.platformRevenue, cast.shares.platform],
  ] as const) {
    const earned = await balance(db, account);
    parts.push(earned);
    // The carried residual keeps every party within one µCNY of its exact share.
    const off = earned * 1_000_000n - spent * BigInt(ppm);
    const near = off > -1_000_000n && off < 1_000_000n;
    const share = near ? earned : (spent * BigInt(ppm)) / 1_000_000n;
    tell.expect(`${zh} ${ppm / 10_000}%`, `${en}, ${ppm / 10_000} %`, earned, share);
  }
  tell.expect(
    '四方合计等于消耗',
    'the four add up to the spend',
    parts.reduce((a, b) => a + b, 0n),
    spent,
  );
  const wallet = await balance(db, accounts.wallet(cast.advertiserId));
  tell.expect('钱包余额', 'left in the wallet', wallet, TOP_UP_MICRO_CNY - spent);
}
