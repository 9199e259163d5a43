/**
 * Switchable faults of the gateway. Owns which misfortune meets which call; a fault `before` leaves the book untouched,
 * one `after` happens when the book has already moved: the caller cannot tell them apart, and that is the point.
 */

export const CALL_FAULTS = [
  'system_error', // 40004 with sub_code SYSTEM_ERROR
  'unavailable', // code 20000, isp.unknow-error
  'hang', // accepts the request, never answers
  'http_502',
  'bad_signature',
  'reset', // drops the connection
  'garbage', // 200 with a body that is not JSON
] as const;
export type CallFault = (typeof CALL_FAULTS)[number];

export const NOTIFY_FAULTS = [
  'duplicate',
  'late', // first delivery an hour late
  'reordered', // a refund's notify goes out before the payment's
  'forged', // an extra one with a wrong signature goes first
  'lost', // never delivered: the query sweep must find it
] as const;
export type NotifyFault = (typeof NOTIFY_FAULTS)[number];

export const BILL_FAULTS = [
  'missing',
  'truncated',
  'duplicated_row',
  'extra_row',
  'missing_row',
  'one_fen_off',
  'wrong_encoding',
  'wrong_total',
] as const;
export type BillFault = (typeof BILL_FAULTS)[number];

export interface CallFaultRule {
  kind: CallFault;
  when: 'before' | 'after';
  /** Method it strikes, `alipay.fund.trans.uni.transfer`; every method when absent. */
  method?: string;
  /** How often it strikes; for ever when absent. */
  times?: number;
  /** Strikes in this many of a thousand calls, drawn from `random`; always when absent. */
  perMille?: number;
}

export function createFaults(random: () => number) {
  let calls: CallFaultRule[] = [];
  let notifies: { kind: NotifyFault; times: number }[] = [];
  let bills: { kind: BillFault; times: number }[] = [];
  let struck = 0;

  function take<T extends { times?: number }>(rules: T[], rule: T): void {
    if (rule.times === undefined) return;
    rule.times -= 1;
    if (rule.times <= 0) rules.splice(rules.indexOf(rule), 1);
  }

  return {
    onCall: (rule: CallFaultRule) => void calls.push({ ...rule }),
    onNotify: (kind: NotifyFault, times = 1) => void notifies.push({ kind, times }),
    onBill: (kind: BillFault, times = 1) => void bills.push({ kind, times }),
    clear() {
      calls = [];
      notifies = [];
      bills = [];
    },
    /** The fault that meets this call, if any; a rule that strikes is used up by one. */
    drawCall(method: string): CallFaultRule | undefined {
      for (const rule of calls) {
        if (rule.method !== undefined && rule.method !== method) continue;
        if (rule.perMille !== undefined && random() * 1000 >= rule.perMille) continue;
        take(calls, rule);
        struck += 1;
        return rule;
      }
      return undefined;
    },
    /** How many calls have met a fault. */
    struck: () => struck,
    drawNotify(): NotifyFault | undefined {
      const rule = notifies[0];
      if (rule) take(notifies, rule);
      return rule?.kind;
    },
    nextBill: (): BillFault | undefined => bills[0]?.kind,
    drawBill(): BillFault | undefined {
      const rule = bills[0];
      if (rule) take(bills, rule);
      return rule?.kind;
    },
  };
}

export type Faults = ReturnType<typeof createFaults>;
