/** What callers may say about supply. Owns field limits and the rules a single field can tell. */
import { z } from 'zod';
import { addDays, daySchema } from '../../db/terms/day.ts';
import { divisionCodeSchema } from '../../db/terms/division.ts';
import { idSchema } from '../../db/terms/id.ts';
import { CATEGORIES, FORMATS, PROPERTY_KINDS, RATE_UNITS, TIERS } from '../../db/terms/market.ts';

export const nameSchema = z.string().trim().min(1).max(100);
export const versionSchema = z.number().int().positive();
const floor = z.number().int().min(0).max(10_000_000);
const id = z.number().int().positive();

const hours = z
  .array(z.number().int().min(0).max(167))
  .min(1)
  .max(168)
  .transform((list) => [...new Set(list)].sort((a, b) => a - b));

const HOST = /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,}$/i;
const BUNDLE = /^[A-Za-z0-9][A-Za-z0-9._-]{2,199}$/;
const domain = z
  .string()
  .trim()
  .refine(
    (text) => HOST.test(text) || BUNDLE.test(text),
    '应为域名、包名或小程序编号|must be a host, bundle or app id',
  );

export const newOutletSchema = z.strictObject({
  name: nameSchema,
  tier: z.enum(TIERS),
  divisionCode: divisionCodeSchema,
  /** Joins an organisation that exists; left out, a new one is opened. */
  organizationId: z.string().min(1).max(64).optional(),
});

export const qualificationSchema = z.strictObject({
  kind: z.string().trim().min(1).max(60),
  number: z.string().trim().min(1).max(100),
  expiresOn: daySchema.nullable(),
});

export const acceptanceSchema = z.strictObject({
  auto: z.boolean(),
  leadDays: z.number().int().min(0).max(90),
  categories: z.array(z.enum(CATEGORIES)).max(CATEGORIES.length),
  maxDiscountPpm: z.number().int().min(0).max(1_000_000),
});

export const outletEditSchema = z.strictObject({
  version: versionSchema,
  name: nameSchema.optional(),
  status: z.enum(['pending', 'active', 'suspended']).optional(),
  payeeName: z.string().trim().min(2).max(60).nullable().optional(),
  payeeAlipayAccount: z
    .string()
    .trim()
    .regex(/^(1\d{10}|2088\d{12}|[^\s@]{1,64}@[^\s@]{3,60})$/)
    .nullable()
    .optional(),
  qualifications: z.array(qualificationSchema).max(30).optional(),
  blockedCategories: z.array(z.enum(CATEGORIES)).max(CATEGORIES.length).optional(),
  blockedAdvertiserIds: z.array(id).max(2000).optional(),
  acceptance: acceptanceSchema.optional(),
  psaQuotaPpm: z.number().int().min(0).max(1_000_000).optional(),
});

const latitude = z.number().min(-90).max(90).nullable();
const longitude = z.number().min(-180).max(180).nullable();

/** Both of a place's coordinates or neither. */
const wholePlace = (one: { latitude?: number | null; longitude?: number | null }) =>
  (one.latitude ?? null) === null ? (one.longitude ?? null) === null : one.longitude != null;
const placeMessage = {
  path: ['longitude'],
  message: '经度与纬度须同时填写|latitude and longitude go together',
};

export const newPropertySchema = z
  .strictObject({
    outletId: id,
    kind: z.enum(PROPERTY_KINDS),
    name: nameSchema,
    domain: domain.nullable().default(null),
    forMinors: z.boolean().default(false),
    latitude: latitude.default(null),
    longitude: longitude.default(null),
  })
  .refine(wholePlace, placeMessage);

export const propertyEditSchema = z
  .strictObject({
    version: versionSchema,
    name: nameSchema.optional(),
    domain: domain.nullable().optional(),
    status: z.enum(['active', 'paused']).optional(),
    forMinors: z.boolean().optional(),
    latitude: latitude.optional(),
    longitude: longitude.optional(),
  })
  .refine(wholePlace, placeMessage);

const side = z.number().int().min(1).max(8192);
const sizes = z.array(z.strictObject({ w: side, h: side })).max(20);

/** Length of a broadcast spot, and the hour of the day in which it airs. */
const spotSeconds = z.number().int().min(1).max(300).nullable();
const airHour = z.number().int().min(0).max(23).nullable();

export const newPlacementSchema = z.strictObject({
  propertyId: id,
  name: nameSchema,
  format: z.enum(FORMATS),
  sizes: sizes.default([]),
  floorCpmFen: floor,
  auctionType: z.enum(['first', 'second']).default('first'),
  dailySlots: z.number().int().min(1).max(100).default(1),
  spotSeconds: spotSeconds.default(null),
  airHour: airHour.default(null),
});

export const placementEditSchema = z.strictObject({
  version: versionSchema,
  name: nameSchema.optional(),
  sizes: sizes.optional(),
  floorCpmFen: floor.optional(),
  auctionType: z.enum(['first', 'second']).optional(),
  dailySlots: z.number().int().min(1).max(100).optional(),
  spotSeconds: spotSeconds.optional(),
  airHour: airHour.optional(),
  status: z.enum(['active', 'paused']).optional(),
});

export const newFloorRuleSchema = z.strictObject({
  outletId: id,
  placementId: id.nullable().default(null),
  format: z.enum(FORMATS).nullable().default(null),
  divisionCode: divisionCodeSchema.nullable().default(null),
  hoursOfWeek: hours.nullable().default(null),
  floorCpmFen: floor,
});

export const newRateCardSchema = z.strictObject({
  placementId: id,
  unit: z.enum(RATE_UNITS),
  priceFen: z.number().int().min(1).max(1_000_000_000),
  effectiveFrom: daySchema,
});

export const psaAiringSchema = z.strictObject({
  propertyId: id,
  day: daySchema,
  airHour: z.number().int().min(0).max(23),
  /** Negative in a correction, like the seconds. */
  airings: z.number().int().min(-500).max(500),
  seconds: z.number().int().min(-3600).max(3600),
  note: z.string().trim().max(200).optional(),
});

export const psaQuery = z
  .object({ outletId: idSchema.optional(), from: daySchema, to: daySchema })
  .refine((one) => one.from <= one.to && one.to < addDays(one.from, 93), {
    path: ['to'],
    message: '最多查询三个月|three months at most',
  });

export const supplyFilter = z.object({
  outletId: idSchema.optional(),
  propertyId: idSchema.optional(),
  placementId: idSchema.optional(),
  divisionCode: divisionCodeSchema.optional(),
  tier: z.enum(TIERS).optional(),
  format: z.enum(FORMATS).optional(),
  status: z.enum(['pending', 'active', 'paused', 'suspended']).optional(),
  q: z.string().trim().max(60).optional(),
});
export type SupplyFilter = z.infer<typeof supplyFilter>;
