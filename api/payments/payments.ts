/**
 * The payments front door: money in and out through Alipay. Other slices use these verbs and nothing behind them.
 * Statements rank above payments: what a payout needs of them comes through `StatementPort`, supplied by whoever
 * composes the house, so that no import points upwards.
 */

export { checkWalletAlerts } from './alerts.ts';
export { type Alipay, type AlipayConfig, createAlipay, type NotifyForm } from './alipay/client.ts';
export { alipayTimeMs, fenOfYuan } from './alipay/format.ts';
export { approvePayout } from './approving.ts';
export { approveBatch, createBatch } from './batches.ts';
export { markReconciled, postFees } from './billed.ts';
export {
  type CashItem,
  type CashItemKind,
  cashInTransit,
  cashItemsBetween,
  cashItemsNamed,
  firstCashDay,
  itemsUnderWay,
  ownerOfItem,
} from './cash.ts';
export { recordClawback } from './clawbacks.ts';
export { type NotifyReply, receiveNotify } from './notify.ts';
export {
  checkReturns,
  type OutboxRun,
  resolvePayoutPart,
  resolveUnknown,
  sendPayouts,
} from './outbox.ts';
export {
  cancelPayout,
  DEFAULT_POLICY,
  type PayoutContext,
  type PayoutPolicy,
  type PayoutStep,
  requestPayout,
  type StatementDue,
  type StatementPort,
} from './payouts.ts';
export { requestRefund, sendRefunds } from './refunds.ts';
export { recordRefusal, refusals, refusalsKept } from './refusals.ts';
export { resendFailedParts } from './resend.ts';
export { returnPart } from './settle.ts';
export { createTopUp, type PaymentsContext, querySweep, queryTopUp } from './topUps.ts';
