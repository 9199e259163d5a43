/** The reconciliation front door: the bank's bill against our book, and what becomes of each difference. */
export { type Download, fetchBill, keepBill, listBills, type StoredBill } from './bills.ts';
export {
  type Ageing,
  approveWriteOff,
  type Case,
  proposeWriteOff,
  resolveCase,
  suspendCase,
  suspenseAgeing,
  unsettledCases,
} from './cases.ts';
export { reconcileDue } from './daily.ts';
export { type MatchRun, matchBill } from './matching.ts';
export { applyRemedy } from './remedies.ts';
