/**
 * The gateway's own account book: trades, refunds, transfers, and every movement of the merchant's balance.
 * Owns the state and its money; knows nothing of HTTP or signatures. Refuses with the error codes of the real one.
 * Amounts are whole fen (bigint); instants are epoch milliseconds of the gateway's clock.
 */
import type { Clock } from '../../../db/terms/day.ts';
import { dayOf } from '../../../db/terms/day.ts';
import type { BookState, Movement, Trade, Transfer } from './records.ts';

/** A refusal in the words of the real gateway: code 40004 with a `sub_code`. */
export class GatewayError extends Error {
  readonly code: string;
  readonly subCode: string;
  constructor(subCode: string, message: string, code = '40004') {
    super(message);
    this.subCode = subCode;
    this.code = code;
  }
}

export interface BookOptions {
  clock: Clock;
  openingFen?: bigint;
  /** Service fee on trades in parts per million; 0.6 % as contracted by most merchants. */
  feePpm?: number;
  minTransferFen?: bigint;
  maxTransferFen?: bigint;
}

export function createBook(options: BookOptions) {
  const { clock } = options;
  const feePpm = BigInt(options.feePpm ?? 6_000);
  const minTransferFen = options.minTransferFen ?? 10n;
  const maxTransferFen = options.maxTransferFen ?? 10_000_000n;
  const trades = new Map<string, Trade>();
  const transfers = new Map<string, Transfer>();
  const movements: Movement[] = [];
  /** Alipay logon id → the real name behind it. An unknown id is taken at its first name's word. */
  const payees = new Map<string, string>();
  let balanceFen = 0n;
  let lastSerial = 0;

  const serial = (prefix: string): string => {
    lastSerial += 1;
    return `${dayOf(clock()).replaceAll('-', '')}${prefix}${String(lastSerial).padStart(12, '0')}`;
  };

  function move(part: Omit<Movement, 'serial' | 'atMs' | 'balanceFen'>): void {
    balanceFen += part.amountFen;
    movements.push({ serial: serial('0001'), atMs: clock(), balanceFen, ...part });
  }

  function deposit(amountFen: bigint, remark: string): void {
    const businessSerial = serial('9001');
    move({
      businessSerial,
      outNo: '',
      title: '充值',
      counterparty: '',
      amountFen,
      kind: '充值',
      remark,
    });
  }
  /** Brought forward: not a movement of any day's bill. */
  balanceFen = options.openingFen ?? 0n;

  function trade(outTradeNo: string): Trade {
    const found = trades.get(outTradeNo);
    if (!found) throw new GatewayError('ACQ.TRADE_NOT_EXIST', '交易不存在');
    return found;
  }

  /** Opens a trade, or returns the open one of that number if nothing differs. */
  function openTrade(
    input: Pick<Trade, 'outTradeNo' | 'subject' | 'amountFen' | 'notifyUrl' | 'returnUrl'>,
  ): Trade {
    const existing = trades.get(input.outTradeNo);
    if (existing) {
      if (existing.status === 'TRADE_CLOSED')
        throw new GatewayError('ACQ.TRADE_HAS_CLOSE', '交易已经关闭');
      if (existing.status !== 'WAIT_BUYER_PAY')
        throw new GatewayError('ACQ.TRADE_HAS_SUCCESS', '交易已被支付');
      if (existing.amountFen !== input.amountFen || existing.subject !== input.subject)
        throw new GatewayError('ACQ.CONTEXT_INCONSISTENT', '交易信息被篡改');
      return existing;
    }
    const opened: Trade = {
      ...input,
      tradeNo: serial('2200'),
      status: 'WAIT_BUYER_PAY',
      createdMs: clock(),
      paidMs: null,
      refunds: [],
    };
    trades.set(opened.outTradeNo, opened);
    return opened;
  }

  /** The buyer pays. `late` pays a closed trade all the same: the race that the real system has. */
  function pay(outTradeNo: string, late = false): Trade {
    const t = trade(outTradeNo);
    if (t.status === 'TRADE_SUCCESS') throw new GatewayError('ACQ.TRADE_HAS_SUCCESS', '已支付');
    if (t.status === 'TRADE_CLOSED' && !late)
      throw new GatewayError('ACQ.TRADE_HAS_CLOSE', '交易已经关闭');
    t.status = 'TRADE_SUCCESS';
    t.paidMs = clock();
    receive(t);
    return t;
  }

  /** The buyer pays what is paid already, from a second device: money comes, the trade stays as it is. */
  function payAgain(outTradeNo: string): void {
    receive(trade(outTradeNo));
  }

  function receive(t: Trade): void {
    const common = { outNo: t.outTradeNo, title: t.subject, counterparty: 'buyer@sandbox.com' };
    move({
      ...common,
      businessSerial: t.tradeNo,
      amountFen: t.amountFen,
      kind: '在线支付',
      remark: '',
    });
    // Half a fen is rounded up, as on the real bill: 0.6 % of 8.33 yuan is 0.05.
    const feeFen = (t.amountFen * feePpm + 500_000n) / 1_000_000n;
    if (feeFen > 0n)
      move({
        ...common,
        businessSerial: t.tradeNo,
        amountFen: -feeFen,
        kind: '收费',
        remark: `服务费[${t.tradeNo}]`,
      });
  }

  function close(outTradeNo: string): Trade {
    const t = trade(outTradeNo);
    if (t.status !== 'WAIT_BUYER_PAY')
      throw new GatewayError('ACQ.TRADE_STATUS_ERROR', '交易状态不合法');
    t.status = 'TRADE_CLOSED';
    return t;
  }

  const refundedFen = (t: Trade): bigint => t.refunds.reduce((sum, r) => sum + r.amountFen, 0n);

  /** Refunds once per `outRequestNo`; `changed` is false when it had been done before. */
  function refund(outTradeNo: string, outRequestNo: string, amountFen: bigint) {
    const t = trade(outTradeNo);
    const done = t.refunds.find((r) => r.outRequestNo === outRequestNo);
    if (done) {
      if (done.amountFen !== amountFen)
        throw new GatewayError('ACQ.REFUND_AMT_NOT_EQUAL_TOTAL', '退款金额不一致');
      return { trade: t, changed: false, atMs: done.atMs };
    }
    if (t.paidMs === null) throw new GatewayError('ACQ.TRADE_STATUS_ERROR', '交易状态不合法');
    if (refundedFen(t) + amountFen > t.amountFen)
      throw new GatewayError('ACQ.REASON_TRADE_REFUND_FEE_ERR', '退款金额超过交易金额');
    if (amountFen > balanceFen)
      throw new GatewayError('ACQ.SELLER_BALANCE_NOT_ENOUGH', '卖家余额不足');
    t.refunds.push({ outRequestNo, amountFen, atMs: clock() });
    if (refundedFen(t) === t.amountFen) t.status = 'TRADE_CLOSED';
    move({
      businessSerial: t.tradeNo,
      outNo: t.outTradeNo,
      title: t.subject,
      counterparty: 'buyer@sandbox.com',
      amountFen: -amountFen,
      kind: '交易退款',
      remark: outRequestNo,
    });
    return { trade: t, changed: true, atMs: clock() };
  }

  /** Transfers once per `outBizNo`: the same request again returns the first one's result. */
  function transfer(
    input: Pick<Transfer, 'outBizNo' | 'amountFen' | 'identity' | 'name' | 'title'>,
  ): Transfer {
    const existing = transfers.get(input.outBizNo);
    if (existing) {
      if (existing.amountFen !== input.amountFen || existing.identity !== input.identity)
        throw new GatewayError(
          'PAYMENT_INFO_INCONSISTENCY',
          '两次请求商户订单号一样但是参数不一致',
        );
      return existing;
    }
    if (input.amountFen < minTransferFen)
      throw new GatewayError('EXCEED_LIMIT_MIN_AMOUNT', '单笔最低转账金额0.1元');
    if (input.amountFen > maxTransferFen)
      throw new GatewayError('EXCEED_LIMIT_SM_AMOUNT', '转账单笔额度超限');
    const name = payees.get(input.identity);
    if (name === undefined) payees.set(input.identity, input.name);
    else if (name !== input.name)
      throw new GatewayError('PAYEE_USER_INFO_ERROR', '支付宝账号和姓名不匹配，请确认姓名是否正确');
    if (input.amountFen > balanceFen)
      throw new GatewayError('PAYER_BALANCE_NOT_ENOUGH', '付款方余额不足');
    const made: Transfer = { ...input, orderId: serial('1100'), status: 'SUCCESS', atMs: clock() };
    transfers.set(made.outBizNo, made);
    move({
      businessSerial: made.orderId,
      outNo: made.outBizNo,
      title: made.title,
      counterparty: made.identity,
      amountFen: -made.amountFen,
      kind: '转账',
      remark: '',
    });
    return made;
  }

  /** A transfer that succeeded comes back (the payee's account was frozen, a card was refused). */
  function bounce(outBizNo: string): Transfer {
    const t = transfers.get(outBizNo);
    if (!t) throw new GatewayError('ORDER_NOT_EXIST', '转账订单不存在');
    if (t.status === 'REFUND') return t;
    t.status = 'REFUND';
    move({
      businessSerial: t.orderId,
      outNo: t.outBizNo,
      title: t.title,
      counterparty: t.identity,
      amountFen: t.amountFen,
      kind: '转账退回',
      remark: '收款账户异常',
    });
    return t;
  }

  return {
    trades,
    transfers,
    movements,
    payees,
    deposit,
    trade,
    openTrade,
    pay,
    payAgain,
    close,
    refund,
    refundedFen,
    transfer,
    bounce,
    get balanceFen() {
      return balanceFen;
    },
    /** Restores what `snapshot` of an earlier process kept. */
    restore(state: BookState) {
      for (const t of state.trades) trades.set(t.outTradeNo, t);
      for (const t of state.transfers) transfers.set(t.outBizNo, t);
      movements.splice(0, movements.length, ...state.movements);
      for (const [id, name] of state.payees) payees.set(id, name);
      balanceFen = state.balanceFen;
      lastSerial = state.lastSerial;
    },
    snapshot: (): BookState => ({
      trades: [...trades.values()],
      transfers: [...transfers.values()],
      movements,
      payees: [...payees],
      balanceFen,
      lastSerial,
    }),
  };
}

export type Book = ReturnType<typeof createBook>;
