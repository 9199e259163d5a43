/** What callers may say about demand. Owns field limits and the rules one request can tell by itself. */
import { z } from 'zod';
import { CAMPAIGN_STATUSES } from '../../db/schema/campaigns.ts';
import { daySchema } from '../../db/terms/day.ts';
import { domainSchema } from '../../db/terms/domain.ts';
import { idSchema } from '../../db/terms/id.ts';
import { CATEGORIES, PRICINGS } from '../../db/terms/market.ts';
import { MAX_MICRO_CNY, MICRO_CNY_PER_YUAN, microCnySchema } from '../../db/terms/money.ts';
import { targetSchema } from '../../db/terms/target.ts';

const name = z.string().trim().min(1).max(100);
const id = z.number().int().positive();
export const versionSchema = z.number().int().positive();

const budget = microCnySchema
  .refine((amount) => amount >= MICRO_CNY_PER_YUAN, '预算至少 1 元|a budget is at least 1 yuan')
  .refine(
    (amount) => amount <= MAX_MICRO_CNY,
    '预算至多 1 亿元|a budget is at most 100 million yuan',
  );

const inOrder = (dates: { startsOn?: string | undefined; endsOn?: string | undefined }) =>
  dates.startsOn === undefined || dates.endsOn === undefined || dates.startsOn <= dates.endsOn;
const orderMessage = {
  path: ['endsOn'],
  message: '结束日期不能早于开始日期|the end cannot be before the start',
};

export const newAdvertiserSchema = z.strictObject({
  name,
  category: z.enum(CATEGORIES),
  domain: domainSchema.nullable().default(null),
  organizationId: z.string().min(1).max(64).optional(),
  agencyOrganizationId: z.string().min(1).max(64).nullable().default(null),
});

export const advertiserEditSchema = z.strictObject({
  version: versionSchema,
  name: name.optional(),
  category: z.enum(CATEGORIES).optional(),
  domain: domainSchema.nullable().optional(),
  status: z.enum(['pending', 'active', 'suspended']).optional(),
});

export const newCampaignSchema = z
  .strictObject({
    advertiserId: id,
    name,
    totalBudgetMicroCny: budget,
    startsOn: daySchema,
    endsOn: daySchema,
  })
  .refine(inOrder, orderMessage);

export const campaignEditSchema = z
  .strictObject({
    version: versionSchema,
    name: name.optional(),
    totalBudgetMicroCny: budget.optional(),
    startsOn: daySchema.optional(),
    endsOn: daySchema.optional(),
  })
  .refine(inOrder, orderMessage);

const frequencyCaps = z
  .array(
    z.strictObject({
      scope: z.enum(['lineItem', 'campaign', 'advertiser']),
      window: z.enum(['hour', 'day', 'lifetime']),
      count: z.number().int().min(1).max(255),
    }),
  )
  .max(9)
  .refine(
    (caps) => new Set(caps.map((cap) => `${cap.scope} ${cap.window}`)).size === caps.length,
    '同一范围与时段只能有一条|one cap a scope and window',
  );

const lineItemFields = {
  name,
  pricing: z.enum(PRICINGS),
  bidFen: z.number().int().min(1).max(10_000_000),
  dailyBudgetMicroCny: budget,
  totalBudgetMicroCny: budget,
  pacing: z.enum(['even', 'asap']),
  startsOn: daySchema,
  endsOn: daySchema,
  target: targetSchema,
  frequencyCaps,
};

export const newLineItemSchema = z
  .strictObject({
    ...lineItemFields,
    campaignId: id,
    pricing: lineItemFields.pricing.default('CPM'),
    pacing: lineItemFields.pacing.default('even'),
    frequencyCaps: frequencyCaps.default([]),
    creativeIds: z.array(id).max(50).default([]),
  })
  .refine(inOrder, orderMessage);

export const lineItemChangesSchema = z
  .strictObject(lineItemFields)
  .partial()
  .refine(inOrder, orderMessage);

export const lineItemEditSchema = z
  .strictObject({ ...z.strictObject(lineItemFields).partial().shape, version: versionSchema })
  .refine(inOrder, orderMessage);

export const statusSchema = z.strictObject({
  version: versionSchema,
  status: z.enum(CAMPAIGN_STATUSES),
});

export const linksSchema = z.strictObject({
  version: versionSchema,
  creativeIds: z
    .array(id)
    .max(50)
    .transform((list) => [...new Set(list)]),
});

export const demandFilter = z.object({
  advertiserId: idSchema.optional(),
  campaignId: idSchema.optional(),
  status: z.enum(CAMPAIGN_STATUSES).optional(),
  q: z.string().trim().max(60).optional(),
});
export type DemandFilter = z.infer<typeof demandFilter>;

/** Many edits, all or none: the table's rows, each with the version it was read at. */
export const bulkEditSchema = z.strictObject({
  edits: z
    .array(z.strictObject({ id, version: versionSchema, changes: lineItemChangesSchema }))
    .min(1)
    .max(200)
    .refine(
      (edits) => new Set(edits.map((edit) => edit.id)).size === edits.length,
      '同一投放单元只能出现一次|each line item once',
    ),
});
