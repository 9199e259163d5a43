/** The reconciliation front door: the bank's bill against our book, and what becomes of each difference. */
export { balanceCash, type CashBalance } from './balancing.ts';
export { type Download, fetchBill, keepBill, listBills, type StoredBill } from './bills.ts';
export { type Ageing, type Case, suspendCase, suspenseAgeing, unsettledCases } from './cases.ts';
export { reconcileDue } from './daily.ts';
export { type MatchRun, matchBill } from './matching.ts';
export { applyRemedy } from './remedies.ts';
export { approveWriteOff, proposeWriteOff, refundCase, resolveCase } from './resolving.ts';
