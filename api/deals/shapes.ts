/** What a buyer or an outlet may say of a deal. Owns field limits and the rules one proposal can tell by itself. */
import { z } from 'zod';
import { DEAL_KINDS, DEAL_STATUSES } from '../../db/schema/deals.ts';
import { daySchema } from '../../db/terms/day.ts';
import { idSchema } from '../../db/terms/id.ts';

const id = z.number().int().positive();
const version = z.number().int().positive();
const ids = (most: number) =>
  z
    .array(id)
    .max(most)
    .transform((list) => [...new Set(list)]);

const terms = {
  name: z.string().trim().min(1).max(100),
  /** Floor of a private auction, or the fixed price; fen CPM. */
  priceCpmFen: z.number().int().min(1).max(10_000_000),
  /** Promised by a guaranteed deal; the most that another one allows, which may be left open. */
  impressions: z.number().int().min(1_000).max(10_000_000_000).nullable(),
  startsOn: daySchema,
  endsOn: daySchema,
  placementIds: ids(500).refine((list) => list.length > 0, '至少一个广告位|at least one placement'),
  buyerSeats: z.array(z.string().trim().min(1).max(64)).max(50),
  advertiserDomains: z.array(z.string().trim().toLowerCase().min(3).max(253)).max(200),
  note: z.string().trim().max(500),
};

const inOrder = (dates: { startsOn: string; endsOn: string }) => dates.startsOn <= dates.endsOn;
const orderMessage = {
  path: ['endsOn'],
  message: '结束日期不能早于开始日期|the end cannot be before the start',
};
const quantified = (deal: { kind: string; impressions: number | null }) =>
  deal.kind !== 'guaranteed' || deal.impressions !== null;
const quantityMessage = {
  path: ['impressions'],
  message: '保量交易须填数量|a guaranteed deal has a quantity',
};
const oneBuyer = (deal: { advertiserId: number | null; demandPartnerId: number | null }) =>
  (deal.advertiserId === null) !== (deal.demandPartnerId === null);

export const newDealSchema = z
  .strictObject({
    ...terms,
    kind: z.enum(DEAL_KINDS),
    outletId: id,
    /** The buyer: an advertiser here, or a demand partner; exactly one. */
    advertiserId: id.nullable().default(null),
    demandPartnerId: id.nullable().default(null),
    impressions: terms.impressions.default(null),
    buyerSeats: terms.buyerSeats.default([]),
    advertiserDomains: terms.advertiserDomains.default([]),
    note: terms.note.default(''),
  })
  .refine(inOrder, orderMessage)
  .refine(quantified, quantityMessage)
  .refine(oneBuyer, {
    path: ['advertiserId'],
    message: '买方须为一个广告主或一个需求合作方|the buyer is one advertiser or one demand partner',
  });

export const counterSchema = z.strictObject({ ...z.strictObject(terms).partial().shape, version });

export const agreementSchema = z.strictObject({ version });

export const dealStatusSchema = z.strictObject({
  version,
  status: z.enum(['active', 'paused', 'declined', 'ended']),
});

export const dealLinesSchema = z.strictObject({ version, lineItemIds: ids(100) });

export const dealFilter = z.object({
  outletId: idSchema.optional(),
  advertiserId: idSchema.optional(),
  demandPartnerId: idSchema.optional(),
  kind: z.enum(DEAL_KINDS).optional(),
  status: z.enum(DEAL_STATUSES).optional(),
});
export type DealFilter = z.infer<typeof dealFilter>;
