/** What callers may say about bookings. */
import { z } from 'zod';
import { addDays, daySchema, dayStartMs } from '../../db/terms/day.ts';
import { idSchema } from '../../db/terms/id.ts';

const id = z.number().int().positive();
export const MAX_DAYS = 366;

const span = (range: { startsOn: string; endsOn: string }) =>
  range.startsOn <= range.endsOn && range.endsOn < addDays(range.startsOn, MAX_DAYS);

/** Slots × days of one order: they are taken in one statement. */
const MAX_CELLS = 10_000;
const cellsOf = (line: { startsOn: string; endsOn: string; slots: number }) =>
  (Math.round((dayStartMs(line.endsOn) - dayStartMs(line.startsOn)) / 86_400_000) + 1) * line.slots;

export const newOrderSchema = z.strictObject({
  advertiserId: id,
  name: z.string().trim().min(1).max(100),
  lines: z
    .array(
      z
        .strictObject({
          placementId: id,
          unit: z.enum(['CPD_DAY', 'CPT', 'SPOT', 'POST']),
          startsOn: daySchema,
          endsOn: daySchema,
          slots: z.number().int().min(1).max(100).default(1),
        })
        .refine(span, {
          path: ['endsOn'],
          message: '结束日期应在开始日期起一年之内|the end must be within a year of the start',
        }),
    )
    .min(1)
    .max(200)
    .refine(
      (lines) => lines.reduce((sum, line) => sum + cellsOf(line), 0) <= MAX_CELLS,
      `一个订单最多 ${MAX_CELLS} 个档位|an order may hold ${MAX_CELLS} slots at most`,
    ),
});

export const versionOnly = z.strictObject({ version: id });

export const answerSchema = z.strictObject({
  version: id,
  accept: z.boolean(),
  note: z.string().trim().max(500).optional(),
});

export const evidenceSchema = z.strictObject({
  day: daySchema,
  kind: z.enum(['screenshot', 'photo', 'as_run', 'clipping']),
  proofSha256: z.string().regex(/^[0-9a-f]{64}$/),
  note: z.string().trim().max(500).optional(),
});

export const availabilityQuery = z
  .object({ placementId: idSchema, from: daySchema, to: daySchema })
  .refine((one) => span({ startsOn: one.from, endsOn: one.to }), {
    path: ['to'],
    message: '最多查询一年|a year at most',
  });
