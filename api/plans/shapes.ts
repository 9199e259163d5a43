/** What callers may say about media plans. */
import { z } from 'zod';
import { PLAN_GOALS } from '../../db/schema/plans.ts';
import { addDays, daySchema } from '../../db/terms/day.ts';
import { divisionCodeSchema } from '../../db/terms/division.ts';
import { DEVICES, TIERS } from '../../db/terms/market.ts';
import { MAX_MICRO_CNY, MICRO_CNY_PER_YUAN, microCnySchema } from '../../db/terms/money.ts';

const id = z.number().int().positive();
const name = z.string().trim().min(1).max(100);
const MAX_DAYS = 92;

export const briefSchema = z
  .strictObject({
    advertiserId: id,
    name,
    divisionCodes: z
      .array(divisionCodeSchema)
      .min(1)
      .max(200)
      .transform((list) => [...new Set(list)]),
    startsOn: daySchema,
    endsOn: daySchema,
    budgetMicroCny: microCnySchema
      .refine((amount) => amount >= 1_000n * MICRO_CNY_PER_YUAN, '至少 1000 元|1,000 yuan at least')
      .refine((amount) => amount <= MAX_MICRO_CNY, '至多 1 亿元|100 million yuan at most'),
    goal: z.enum(PLAN_GOALS),
    devices: z.array(z.enum(DEVICES)).max(DEVICES.length).default([]),
    hoursOfWeek: z.array(z.number().int().min(0).max(167)).min(1).max(168).nullable().default(null),
    tiers: z.array(z.enum(TIERS)).max(TIERS.length).default([]),
  })
  .refine((one) => one.startsOn <= one.endsOn && one.endsOn < addDays(one.startsOn, MAX_DAYS), {
    path: ['endsOn'],
    message: '结束日期应在开始日期起三个月之内|the end must be within three months of the start',
  });

const planLineEdit = z.strictObject({
  key: z.string().min(1).max(60),
  /** False takes the line out. */
  keep: z.boolean().default(true),
  startsOn: daySchema.optional(),
  endsOn: daySchema.optional(),
  /** Of a booked line. */
  slots: z.number().int().min(1).max(100).optional(),
  impressions: z.number().int().min(1_000).max(1_000_000_000).optional(),
  /** Of a line bought in the auction. */
  budgetMicroCny: microCnySchema
    .refine((amount) => amount >= MICRO_CNY_PER_YUAN, '至少 1 元|1 yuan at least')
    .refine((amount) => amount <= MAX_MICRO_CNY, '至多 1 亿元|100 million yuan at most')
    .optional(),
  bidFen: z.number().int().min(1).max(10_000_000).optional(),
});

export const planEditSchema = z.strictObject({
  version: id,
  name: name.optional(),
  /** Lines not named stay as they are. */
  lines: z
    .array(planLineEdit)
    .max(300)
    .refine(
      (list) => new Set(list.map((one) => one.key)).size === list.length,
      '每行只能出现一次|each line once',
    )
    .default([]),
});
export type PlanLineEdit = z.infer<typeof planLineEdit>;

export const planStepSchema = z.strictObject({ version: id });
