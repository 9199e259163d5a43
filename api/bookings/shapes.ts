/** What callers may say about bookings. Owns field limits and the rules one request can tell by itself. */
import { z } from 'zod';
import { DAY_STATUSES, EVIDENCE_KINDS } from '../../db/schema/bookings.ts';
import { addDays, daySchema, dayStartMs } from '../../db/terms/day.ts';
import { divisionCodeSchema } from '../../db/terms/division.ts';
import { idSchema } from '../../db/terms/id.ts';
import { RATE_UNITS } from '../../db/terms/market.ts';

const id = z.number().int().positive();
const text = (max: number) => z.string().trim().min(2).max(max);
export const MAX_DAYS = 366;

const span = (range: { startsOn: string; endsOn: string }) =>
  range.startsOn <= range.endsOn && range.endsOn < addDays(range.startsOn, MAX_DAYS);
const spanMessage = {
  path: ['endsOn'],
  message: '结束日期应在开始日期起一年之内|the end must be within a year of the start',
};

/** Slots × days of one order: they are taken in one statement. */
const MAX_CELLS = 10_000;
const cellsOf = (line: { startsOn: string; endsOn: string; slots: number }) =>
  (Math.round((dayStartMs(line.endsOn) - dayStartMs(line.startsOn)) / 86_400_000) + 1) * line.slots;

export const orderLineSchema = z
  .strictObject({
    placementId: id,
    unit: z.enum(RATE_UNITS),
    startsOn: daySchema,
    endsOn: daySchema,
    slots: z.number().int().min(1).max(100).default(1),
    /** Of guaranteed impressions (unit CPM): how many, where, and what is shown. */
    impressions: z.number().int().min(1_000).max(1_000_000_000).nullable().default(null),
    divisionCodes: z.array(divisionCodeSchema).max(200).default([]),
    creativeIds: z.array(id).max(50).default([]),
  })
  .refine(span, spanMessage)
  .refine((line) => (line.unit === 'CPM') === (line.impressions !== null), {
    path: ['impressions'],
    message: '按千次计价的须填写展现量，其他的不填|impressions go with CPM, and with nothing else',
  });

const lines = z
  .array(orderLineSchema)
  .min(1)
  .max(200)
  .refine(
    (list) => list.reduce((sum, line) => sum + cellsOf(line), 0) <= MAX_CELLS,
    `一个订单最多 ${MAX_CELLS} 个档位|an order may hold ${MAX_CELLS} slots at most`,
  );

const discount = {
  discountPpm: z.number().int().min(0).max(500_000),
  discountReason: text(300).nullable(),
};
const discountNamed = (order: {
  discountPpm?: number | undefined;
  discountReason?: string | null | undefined;
}) => (order.discountPpm ?? 0) === 0 || (order.discountReason ?? '') !== '';
const discountMessage = {
  path: ['discountReason'],
  message: '申请折扣须说明理由|a discount needs its reason',
};

export const newOrderSchema = z
  .strictObject({
    advertiserId: id,
    name: z.string().trim().min(1).max(100),
    lines,
    discountPpm: discount.discountPpm.default(0),
    discountReason: discount.discountReason.default(null),
  })
  .refine(discountNamed, discountMessage);

export type NewOrder = z.infer<typeof newOrderSchema>;

export const orderEditSchema = z
  .strictObject({
    version: id,
    name: z.string().trim().min(1).max(100).optional(),
    lines: lines.optional(),
    discountPpm: discount.discountPpm.optional(),
    discountReason: discount.discountReason.optional(),
  })
  .refine(discountNamed, discountMessage);

export const versionOnly = z.strictObject({ version: id });

export const approvalSchema = z.strictObject({
  version: id,
  approve: z.boolean(),
  note: z.string().trim().max(300).optional(),
});

export const cancellationSchema = z.strictObject({
  version: id,
  /** Of the platform's operators only: no fee, whatever the terms say. */
  waiveFee: z.boolean().default(false),
  reason: text(300).optional(),
});

export const answerSchema = z.strictObject({
  version: id,
  accept: z.boolean(),
  note: z.string().trim().max(500).optional(),
});

/** Beside the file itself. */
export const evidenceForm = z.object({
  file: z.instanceof(File),
  day: daySchema,
  kind: z.enum(EVIDENCE_KINDS),
  note: z.string().trim().max(500).optional(),
});

export const verdictSchema = z
  .strictObject({
    day: daySchema,
    version: id,
    accept: z.boolean(),
    /** Slots that ran, where it was not all of them. */
    ran: z.number().int().min(0).max(100).optional(),
    reason: text(300).optional(),
  })
  .refine((one) => one.accept || one.reason !== undefined, {
    path: ['reason'],
    message: '退回须写明原因|a rejection needs its reason',
  });

export const missSchema = z.strictObject({ day: daySchema, version: id, reason: text(300) });
/** The day; none of guaranteed impressions, whose shortfall is given back as a whole. */
export const releaseSchema = z.strictObject({ day: daySchema.optional(), version: id });

const days = z
  .array(daySchema)
  .max(MAX_DAYS)
  .default([])
  .transform((list) => [...new Set(list)].sort());

export const changeSchema = z
  .strictObject({
    version: id,
    kind: z.enum(['move', 'drop', 'makegood']),
    /** The days that go; none of guaranteed impressions, whose make-good is all that is missing. */
    days,
    /** Where to; the line's own placement and slots unless named. */
    placementId: id.optional(),
    startsOn: daySchema.optional(),
    endsOn: daySchema.optional(),
    slots: z.number().int().min(1).max(100).optional(),
    reason: text(300),
  })
  .refine((one) => (one.kind === 'drop') === (one.startsOn === undefined), {
    path: ['startsOn'],
    message: '改期与补播须写明新日期，取消日期则不填|new days go with a move or a make-good only',
  })
  .refine((one) => (one.startsOn === undefined) === (one.endsOn === undefined), {
    path: ['endsOn'],
    message: '起止日期须同时填写|first and last day go together',
  })
  .refine(
    (one) => !one.startsOn || !one.endsOn || span({ startsOn: one.startsOn, endsOn: one.endsOn }),
    {
      ...spanMessage,
    },
  );

export const changeAnswerSchema = z.strictObject({
  version: id,
  answer: z.enum(['accept', 'decline', 'withdraw']),
  note: z.string().trim().max(300).optional(),
});

const range = { from: daySchema, to: daySchema };
const rangeWithin = (most: number, message: string) => ({
  check: (one: { from: string; to: string }) =>
    one.from <= one.to && one.to < addDays(one.from, most),
  message: { path: ['to'], message },
});
const aYear = rangeWithin(MAX_DAYS, '最多查询一年|a year at most');
const twoMonths = rangeWithin(62, '最多查询两个月|two months at most');

export const availabilityQuery = z
  .object({ placementId: idSchema, ...range })
  .refine(aYear.check, aYear.message);

export const calendarQuery = z
  .object({ outletId: idSchema.optional(), propertyId: idSchema.optional(), ...range })
  .refine(twoMonths.check, twoMonths.message);

export const fulfilmentQuery = z.object({
  outletId: idSchema.optional(),
  advertiserId: idSchema.optional(),
  orderId: idSchema.optional(),
  /** `due`: ran (or should have) and nothing is proved. */
  status: z.enum(['due', ...DAY_STATUSES]).optional(),
});
