/** What an operator may say of a partner. Owns field limits. */
import { z } from 'zod';
import { PARTNER_STATUSES } from '../../db/schema/partners.ts';
import { addDays, type Day, daySchema } from '../../db/terms/day.ts';
import { FORMATS } from '../../db/terms/market.ts';
import { MICRO_CNY_PER_YUAN, microCnySchema } from '../../db/terms/money.ts';

const id = z.number().int().positive();
const version = z.number().int().positive();
const name = z.string().trim().min(1).max(100);
const code = z
  .string()
  .trim()
  .regex(/^[a-z0-9][a-z0-9-]{1,39}$/, '小写字母、数字与连字符，2 至 40 位|2 to 40 of a–z, 0–9, -');
/** As a chain names a system: a domain; in one's own network an address or `localhost` too. */
const host = z
  .string()
  .trim()
  .toLowerCase()
  .regex(
    /^(localhost|(\d{1,3}\.){3}\d{1,3}|(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,})$/,
  );
const url = z.url({ protocol: /^https?$/ }).max(500).refine(
  (text) => URL.canParse(text) && new URL(text).username === '',
  '地址中不可含用户名|an address holds no user name',
); // biome-ignore format: one rule
const status = z.enum(PARTNER_STATUSES);

const demandFields = {
  name,
  seat: z.string().trim().min(1).max(64),
  url,
  timeoutMs: z.number().int().min(10).max(5_000),
  qps: z.number().int().min(1).max(100_000),
  gzip: z.boolean(),
  formats: z.array(z.enum(FORMATS)).max(FORMATS.length),
  divisions: z.array(z.string().regex(/^\d{2,9}$/)).max(200),
  outletIds: z.array(id).max(500),
  discountPercent: z.number().int().min(0).max(90),
  /** The key another deployment gave us; null: it is not one. Never told again. */
  callKey: z
    .string()
    .regex(/^[!-~]{16,200}$/, '密钥为 16 至 200 个可见字符|16 to 200 visible characters')
    .nullable(),
};

export const newDemandPartnerSchema = z.strictObject({
  ...demandFields,
  code,
  /** Whose wallet or credit pays. */
  advertiserId: id,
  dailyBudgetMicroCny: microCnySchema.refine(
    (amount) => amount >= MICRO_CNY_PER_YUAN,
    '预算至少 1 元|a budget is at least 1 yuan',
  ),
  timeoutMs: demandFields.timeoutMs.default(150),
  qps: demandFields.qps.default(1_000),
  gzip: demandFields.gzip.default(false),
  formats: demandFields.formats.default([]),
  divisions: demandFields.divisions.default([]),
  outletIds: demandFields.outletIds.default([]),
  discountPercent: demandFields.discountPercent.default(0),
  callKey: demandFields.callKey.default(null),
});

export const demandPartnerEditSchema = z.strictObject({
  ...z.strictObject(demandFields).partial().shape,
  version,
  status: status.optional(),
});

const supplyFields = {
  name,
  domain: host,
  qps: z.number().int().min(1).max(100_000),
  requireSchain: z.boolean(),
  takePercent: z.number().int().min(0).max(90),
  /** From the other deployment's `/.well-known/hongze-chain.json`. */
  chainKey: z
    .string()
    .regex(/^[A-Za-z0-9_-]{43}$/, '公钥为 43 位 base64url|a public key of 43 characters, base64url')
    .nullable(),
};

export const newSupplyPartnerSchema = z.strictObject({
  ...supplyFields,
  code,
  outletId: id,
  qps: supplyFields.qps.default(1_000),
  requireSchain: supplyFields.requireSchain.default(true),
  takePercent: supplyFields.takePercent.default(15),
  chainKey: supplyFields.chainKey.default(null),
});

export const supplyPartnerEditSchema = z.strictObject({
  ...z.strictObject(supplyFields).partial().shape,
  version,
  status: status.optional(),
});

/** Where the other deployment's exchange is: its origin. */
export const chainKeyQuery = z.object({ exchange: url });

export const partnerFilter = z.object({ status: status.optional() });

/** At most a quarter at a time. */
export const daysQuery = z
  .object({ from: daySchema, to: daySchema })
  .refine(({ from, to }) => from <= to, {
    path: ['to'],
    message: '结束日期不能早于开始日期|the end cannot be before the start',
  })
  .refine(({ from, to }) => to <= addDays(from as Day, 92), {
    path: ['to'],
    message: '一次至多 92 天|92 days at a time',
  });

export const reportFilter = z.object({
  day: daySchema.optional(),
});
