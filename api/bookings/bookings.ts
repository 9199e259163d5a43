/**
 * Orders of fixed days and guaranteed impressions across outlets. The slice's front door; owns their states: draft →
 * pending (a discount waits) → reserved (all slots or none, for three days) → booked (every outlet has answered, the money
 * is held) → in flight → completed; cancelled on the way. Refuses double sales, prices that no rate card publishes, and
 * whatever breaks a limit of the law.
 */
export { advanceOrders, returnPending } from './advancing.ts';
export { askChange } from './changes.ts';
export { confirmOrder } from './confirming.ts';
export { createOrder } from './drafting.ts';
export { addEvidence } from './evidence.ts';
export { acceptSilence, cancelSuspended, closeOverdue, judgeDay, missDay } from './fulfilment.ts';
export { priceLine, ratesOf } from './pricing.ts';
export { answerLine, reserveOrder } from './reserving.ts';
export type { NewOrder } from './shapes.ts';
