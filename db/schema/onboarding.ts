/** Outlets on their way in. Written by api/onboarding only. */
import { bigint, jsonb, pgTable, text, timestamp } from 'drizzle-orm/pg-core';
import { identity, timestamps, version } from './columns.ts';
import { contractVersion } from './contracts.ts';
import { outlet } from './outlets.ts';

export const ADMISSION_STATUSES = ['draft', 'submitted', 'approved', 'signed', 'active'] as const;
export type AdmissionStatus = (typeof ADMISSION_STATUSES)[number];
export const ADMISSION_PARTS = ['organization', 'qualifications', 'payee', 'contract'] as const;
export type AdmissionPart = (typeof ADMISSION_PARTS)[number];

export interface Qualification {
  kind: string;
  number: string;
  expiresOn: string | null;
}

export const outletAdmission = pgTable('outlet_admission', {
  id: identity(),
  outletId: bigint('outlet_id', { mode: 'number' })
    .notNull()
    .unique()
    .references(() => outlet.id),
  status: text('status').$type<AdmissionStatus>().notNull().default('draft'),
  /** 统一社会信用代码 (GB 32100). */
  creditCode: text('credit_code'),
  contactName: text('contact_name'),
  contactPhone: text('contact_phone'),
  qualifications: jsonb('qualifications').$type<Qualification[]>().notNull().default([]),
  payeeName: text('payee_name'),
  payeeAlipayAccount: text('payee_alipay_account'),
  remarks: jsonb('remarks')
    .$type<{ part: AdmissionPart; reason: string }[]>()
    .notNull()
    .default([]),
  contractVersionId: bigint('contract_version_id', { mode: 'number' }).references(
    () => contractVersion.id,
  ),
  submittedBy: text('submitted_by'),
  approvedBy: text('approved_by'),
  signedBy: text('signed_by'),
  signedAt: timestamp('signed_at', { withTimezone: true }),
  activatedBy: text('activated_by'),
  ...version,
  ...timestamps,
});
