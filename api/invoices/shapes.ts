/** What the invoices' routes share: whose they are, who may enter, and the fields that come back in several of them. */
import { z } from 'zod';
import { invoice } from '../../db/schema/invoices.ts';
import { daySchema } from '../../db/terms/day.ts';
import { fenSchema } from '../../db/terms/money.ts';
import { requireActor } from '../http/auth.ts';

export const OWNED = {
  table: invoice,
  id: invoice.id,
  outlet: invoice.outletId,
  advertiser: invoice.advertiserId,
};
export const parties = requireActor('advertiser', 'agency', 'outlet', 'platform');
export const moneyPeople = requireActor(
  'advertiser:finance',
  'agency:finance',
  'outlet:finance',
  'platform:finance',
);

export const text = (max: number) => z.string().trim().min(1).max(max);
export const numberFields = {
  invoiceNo: z.string().regex(/^\d{20}$/, '应为 20 位数字|20 digits'),
  issuedOn: daySchema,
};
export const positiveFen = fenSchema
  .refine((fen) => fen > 0, '须大于零|must be above zero')
  .transform(BigInt);
export const taxNo = z
  .string()
  .regex(/^[0-9A-HJ-NPQRTUWXY]{18}$/, '应为 18 位统一社会信用代码|an 18-character tax number');
