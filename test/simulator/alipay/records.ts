/** What the gateway's book is made of: trades, transfers and movements, as plain data that can be kept over a restart. */

export type TradeStatus = 'WAIT_BUYER_PAY' | 'TRADE_SUCCESS' | 'TRADE_CLOSED' | 'TRADE_FINISHED';
/** 业务类型 of the account bill. */
export type MovementKind = '在线支付' | '收费' | '交易退款' | '转账' | '转账退回' | '充值';

export interface RefundOfTrade {
  outRequestNo: string;
  amountFen: bigint;
  atMs: number;
}

export interface Trade {
  tradeNo: string;
  outTradeNo: string;
  subject: string;
  amountFen: bigint;
  status: TradeStatus;
  createdMs: number;
  paidMs: number | null;
  notifyUrl: string | null;
  returnUrl: string | null;
  refunds: RefundOfTrade[];
}

export interface Transfer {
  orderId: string;
  outBizNo: string;
  amountFen: bigint;
  identity: string;
  name: string;
  title: string;
  status: 'SUCCESS' | 'REFUND';
  atMs: number;
}

export interface Movement {
  serial: string;
  businessSerial: string;
  outNo: string;
  title: string;
  atMs: number;
  counterparty: string;
  amountFen: bigint;
  balanceFen: bigint;
  kind: MovementKind;
  remark: string;
}

export interface BookState {
  trades: Trade[];
  transfers: Transfer[];
  movements: Movement[];
  payees: [string, string][];
  balanceFen: bigint;
  lastSerial: number;
}
