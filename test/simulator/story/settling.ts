/** The second half: statements, four eyes, payouts through Alipay, and its bill matched to the fen. */
import { accounts, ledgerFaults, sealJournals, trialBalance } from '../../../api/ledger/ledger.ts';
import {
  approvePayout,
  type PayoutContext,
  requestPayout,
} from '../../../api/payments/payments.ts';
import {
  fetchBill,
  matchBill,
  unsettledCases,
} from '../../../api/reconciliation/reconciliation.ts';
import {
  approveStatement,
  confirmStatement,
  draftStatements,
  freezeMonth,
  statementPort,
} from '../../../api/statements/statements.ts';
import { addDays, type Day, dayOf, dayStartMs } from '../../../db/terms/day.ts';
import { fenToMicroCny, microCnyToFenFloor } from '../../../db/terms/money.ts';
import { invoiceInFull } from '../../kit/invoices.ts';
import { balance, cash, count, journals, number } from './books.ts';
import { type Cast, PEOPLE } from './cast.ts';
import type { Stage } from './stage.ts';
import type { Teller } from './teller.ts';

const OUTLETS = [
  ['county', '县级', 'county'],
  ['city', '市级', 'city'],
  ['province', '省级', 'provincial'],
] as const;

/** Statement ids by outlet id. */
export async function settle(
  stage: Stage,
  cast: Cast,
  tell: Teller,
  month: string,
): Promise<Map<number, number>> {
  const { ctx } = stage;
  tell.act('结算单', 'Statements');
  await tell.refused('数据未定稿就冻结', 'frozen while figures are provisional', 'conflict', () =>
    freezeMonth(ctx, { month, by: PEOPLE.maker }),
  );
  await stage.worker.tick('final');
  await draftStatements(ctx, month);
  await freezeMonth(ctx, { month, by: PEOPLE.maker });
  const ids = new Map<number, number>();
  for (const [key, zh, en] of OUTLETS) {
    const id = Number(
      await number(ctx.db, `SELECT id AS n FROM statement WHERE outlet_id = ${cast[key]}`),
    );
    ids.set(cast[key], id);
    const total = await number(
      ctx.db,
      `SELECT total_micro_cny AS n FROM statement WHERE id = ${id}`,
    );
    const owed = await balance(ctx.db, accounts.payable(cast[key]));
    tell.expect(`${zh}结算单金额等于应付`, `the ${en} statement is what is owed`, total, owed);
    await confirmStatement(ctx, { statementId: id, by: PEOPLE.outlet });
    if (key === 'county')
      await tell.refused(
        '制单人审批自己的结算单',
        'its maker approves the statement',
        'four_eyes',
        () => approveStatement(ctx, { statementId: id, by: PEOPLE.maker }),
      );
    await approveStatement(ctx, { statementId: id, by: PEOPLE.checker });
  }
  tell.say(
    `媒体确认，${PEOPLE.checker} 批准`,
    'confirmed by the outlets, approved by a second person',
  );
  return ids;
}

/** Each outlet's 数电发票 for its statement, checked by finance: without it nothing is paid. */
async function invoiceAll(
  stage: Stage,
  cast: Cast,
  tell: Teller,
  statements: Map<number, number>,
): Promise<void> {
  for (const [key] of OUTLETS) {
    const statementId = statements.get(cast[key]) ?? 0;
    await invoiceInFull(stage.ctx, statementId, { outlet: PEOPLE.outlet, finance: PEOPLE.maker });
  }
  tell.say('三家媒体开具数电发票，财务查验', 'three outlets’ invoices, verified by finance');
}

export async function payOut(
  stage: Stage,
  cast: Cast,
  tell: Teller,
  statements: Map<number, number>,
): Promise<void> {
  const ctx: PayoutContext = { ...stage.ctx, statements: statementPort(stage.ctx.clock) };
  tell.act('打款', 'Payouts');
  let sentFen = 0n;
  for (const [key, zh, en] of OUTLETS) {
    const owed = await balance(ctx.db, accounts.payable(cast[key]));
    const statementId = statements.get(cast[key]) ?? 0;
    const { payoutId, amountFen } = await requestPayout(ctx, { statementId, by: PEOPLE.maker });
    tell.expect(
      `${zh}打款取整分`,
      `the ${en} payout is whole fen`,
      fenToMicroCny(amountFen),
      fenToMicroCny(microCnyToFenFloor(owed)),
    );
    sentFen += amountFen;
    if (key === 'county') {
      await tell.refused('没有发票就批准打款', 'approval before the invoice', 'conflict', () =>
        approvePayout(ctx, { payoutId, by: PEOPLE.checker }),
      );
      await invoiceAll(stage, cast, tell, statements);
      await refuseBadApprovals(ctx, tell, payoutId);
    } else await approvePayout(ctx, { payoutId, by: PEOPLE.checker });
    tell.amount('发往支付宝', 'sent to Alipay', fenToMicroCny(amountFen));
    const rest = await balance(ctx.db, accounts.payable(cast[key]));
    tell.expect(
      '不足一分的留待下期',
      'the fraction of a fen stays owed',
      rest,
      owed - fenToMicroCny(amountFen),
    );
  }
  const bankBefore = stage.gateway.book.balanceFen;
  await stage.worker.tick('payouts');
  await stage.worker.tick('payouts');
  const paid = await count(ctx.db, "FROM payout WHERE status = 'succeeded'");
  tell.expect('三笔打款成功，各一次', 'three payouts succeeded, once each', paid, 3);
  tell.expect(
    '支付宝账户付出',
    "left Alipay's account",
    fenToMicroCny(bankBefore - stage.gateway.book.balanceFen),
    fenToMicroCny(sentFen),
  );
  tell.expect(
    '在途科目归零',
    'nothing is in clearing',
    await balance(ctx.db, accounts.payoutClearing),
    0n,
  );
}

async function refuseBadApprovals(
  ctx: PayoutContext,
  tell: Teller,
  payoutId: number,
): Promise<void> {
  const before = await journals(ctx.db);
  await tell.refused('创建人批准自己的打款', 'the maker approves the payout', 'four_eyes', () =>
    approvePayout(ctx, { payoutId, by: PEOPLE.maker }),
  );
  tell.expect('分录没有增加', 'no journal was written', await journals(ctx.db), before);
  await approvePayout(ctx, { payoutId, by: PEOPLE.checker });
  await tell.refused('重放批准', 'the approval is replayed', 'conflict', () =>
    approvePayout(ctx, { payoutId, by: PEOPLE.checker }),
  );
  const parts = await count(ctx.db, `FROM payout_part WHERE payout_id = ${payoutId}`);
  tell.expect('只有一笔转账', 'there is one transfer', parts, 1);
}

export async function reconcile(stage: Stage, tell: Teller, days: readonly Day[]): Promise<void> {
  const ctx: PayoutContext = { ...stage.ctx, statements: statementPort(stage.ctx.clock) };
  tell.act('下载账单并对账', "Alipay's bills, downloaded and matched");
  stage.set(dayStartMs(addDays(days.at(-1) ?? dayOf(stage.now()), 1)) + 10 * 3_600_000);
  for (const day of days) {
    const bill = await fetchBill(ctx, day);
    const run = await matchBill(ctx, day);
    tell.expect(
      `${day} 账单 ${bill.rowCount} 行全部对上`,
      `${day}: all of ${bill.rowCount} lines explained`,
      run.matched + run.fees,
      bill.rowCount,
    );
  }
  tell.expect('差异', 'differences', (await unsettledCases(ctx.db)).length, 0);
  tell.amount('账单中的手续费', 'fee found in the bill', await balance(ctx.db, accounts.alipayFee));
  const states = (await ctx.db.execute(
    "SELECT string_agg(DISTINCT status, ', ') AS s FROM statement",
  )) as unknown as { s: string }[];
  tell.expect('结算单状态', 'the statements are', states[0]?.s, 'reconciled');
}

/** Where the yuan is now; the books prove themselves. */
export async function closeBooks(
  stage: Stage,
  cast: Cast,
  tell: Teller,
  toppedUp: bigint,
): Promise<void> {
  const { db } = stage.ctx;
  tell.act('钱在哪里', 'Where the money is');
  const bank = fenToMicroCny(stage.gateway.book.balanceFen);
  tell.expect(
    '账上现金等于支付宝余额',
    "cash in the ledger is Alipay's balance",
    await cash(db),
    bank,
  );
  const fee = await balance(db, accounts.alipayFee);
  const places = [
    ['广告主钱包', "the advertiser's wallet", accounts.wallet(cast.advertiserId)],
    ['县级未付尾数', 'county, not yet a fen', accounts.payable(cast.county)],
    ['市级未付尾数', 'city, not yet a fen', accounts.payable(cast.city)],
    ['省级未付尾数', 'province, not yet a fen', accounts.payable(cast.province)],
    ['平台收入', 'platform revenue', accounts.platformRevenue],
  ] as const;
  let owed = 0n;
  for (const [zh, en, account] of places) {
    const amount = await balance(db, account);
    owed += amount;
    tell.amount(zh, en, amount);
  }
  const paid = await number(db, 'SELECT sum(amount_fen) * 10000 AS n FROM payout');
  tell.amount('已付媒体', 'paid to outlets', paid);
  tell.expect('充值 = 以上各项之和', 'the top-up is the sum of these', owed + paid, toppedUp);
  tell.expect(
    '现金 + 已付 + 手续费 = 充值',
    'cash + paid + fee is the top-up',
    bank + paid + fee,
    toppedUp,
  );
  await sealJournals(db);
  const trial = await trialBalance(db);
  const off = trial.reduce((sum, row) => sum + row.debitMicroCny - row.creditMicroCny, 0n);
  tell.expect('试算平衡', 'trial balance', off, 0n);
  const faults = await ledgerFaults(db, { chain: true });
  tell.expect('账簿与哈希链无误', 'the books and their hash chain hold', faults.length, 0);
}
