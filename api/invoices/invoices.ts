/**
 * The invoices front door: outlets' invoices to the platform, the platform's to advertisers, red letters, titles and dated tax
 * rates. Moves no money: it says what may be deducted, what may be paid on, and what was invoiced.
 */
export {
  deductIncoming,
  type IncomingInput,
  registerIncoming,
  rejectIncoming,
  verifyIncoming,
} from './incoming.ts';
export {
  cancelOutgoing,
  declineOutgoing,
  type Invoiceable,
  invoiceableOf,
  issueOutgoing,
  requestOutgoing,
} from './outgoing.ts';
export { deductionsOf, invoiceDetail, listInvoices, listRedLetters } from './queries.ts';
export { ratesOn, type TaxRates, taxRates } from './rates.ts';
export { answerRed, issueRed, requestRed } from './redLetters.ts';
export type { Invoice } from './steps.ts';
export { setTitle, titleOf } from './titles.ts';
