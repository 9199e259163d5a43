/** Account codes. Owns how an account is named; `account_kind` (migration 0010) owns how it behaves. */
import { assert } from '../../db/terms/failure.ts';

export type AccountCode = string & { readonly __accountCode: never };

const code = (text: string): AccountCode => text as AccountCode;

function owned(kind: string, ownerId: number): AccountCode {
  assert(Number.isSafeInteger(ownerId) && ownerId > 0, `${kind} needs an owner's id`);
  return code(`${kind}:${ownerId}`);
}

/** Builders of every account code there is. */
export const accounts = {
  /** What an advertiser has paid in and not yet spent. Floor: minus its credit limit. */
  wallet: (advertiserId: number): AccountCode => owned('wallet', advertiserId),
  /** What is owed to an outlet. No floor: a clawback after payout may turn it. */
  payable: (outletId: number): AccountCode => owned('payable', outletId),
  partnerReceivable: (partnerId: number): AccountCode => owned('partner_receivable', partnerId),
  platformRevenue: code('platform_revenue'),
  /** Served beyond what a wallet held: the platform's loss, the outlets are paid in full. */
  overdelivery: code('overdelivery'),
  /** What the platform adds where a contract's guarantee exceeds the shares earned. */
  minimumGuarantee: code('minimum_guarantee'),
  alipayCash: code('alipay_cash'),
  alipayFee: code('alipay_fee'),
  /** The company's bank account, by what it moved there from Alipay and back. */
  ownBank: code('own_bank'),
  payoutClearing: code('payout_clearing'),
  refundClearing: code('refund_clearing'),
  suspense: code('suspense'),
  vatPayable: code('vat_payable'),
  culturalFeePayable: code('cultural_fee_payable'),
  taxExpense: code('tax_expense'),
  writeOff: code('write_off'),
  opening: code('opening'),
} as const;
