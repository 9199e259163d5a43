/** What somebody may say of themselves when they come in. Owns field limits; the kind decides which fields there are. */
import { z } from 'zod';
import { ADMISSION_PARTS } from '../../db/schema/onboarding.ts';
import { daySchema } from '../../db/terms/day.ts';
import { divisionCodeSchema } from '../../db/terms/division.ts';
import { domainSchema } from '../../db/terms/domain.ts';
import { CATEGORIES, TIERS } from '../../db/terms/market.ts';
import { newPersonSchema } from '../identity/identity.ts';

const organizationName = z.string().trim().min(2).max(100);

/** An organisation by what it does in the market. The platform's own is opened by nobody from outside. */
export const newOrganizationSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('advertiser'),
    organizationName,
    category: z.enum(CATEGORIES),
    domain: domainSchema.nullable().default(null),
  }),
  z.strictObject({ kind: z.literal('agency'), organizationName }),
  z.strictObject({
    kind: z.literal('outlet'),
    organizationName,
    tier: z.enum(TIERS),
    divisionCode: divisionCodeSchema,
  }),
]);

export const signUpSchema = newPersonSchema.extend({
  email: z.email().max(200),
  organization: newOrganizationSchema,
});

const version = z.number().int().positive();
const blank = <Schema extends z.ZodType>(schema: Schema) => schema.nullable().optional();

export const admissionEditSchema = z.strictObject({
  version,
  creditCode: blank(z.string().trim().toUpperCase().length(18)),
  contactName: blank(z.string().trim().min(2).max(60)),
  contactPhone: blank(
    z
      .string()
      .trim()
      .regex(/^[\d+() -]{6,20}$/),
  ),
  qualifications: z
    .array(
      z.strictObject({
        kind: z.string().trim().min(1).max(60),
        number: z.string().trim().min(1).max(100),
        expiresOn: daySchema.nullable(),
      }),
    )
    .max(30)
    .optional(),
  payeeName: blank(z.string().trim().min(2).max(60)),
  payeeAlipayAccount: blank(
    z
      .string()
      .trim()
      .regex(/^(1\d{10}|2088\d{12}|[^\s@]{1,64}@[^\s@]{3,60})$/),
  ),
});

export const admissionStepSchema = z.strictObject({ version });

const remarks = z
  .array(
    z.strictObject({ part: z.enum(ADMISSION_PARTS), reason: z.string().trim().min(2).max(300) }),
  )
  .min(1)
  .max(20);
export const admissionRecallSchema = z.strictObject({ version, remarks });

export const admissionVerdictSchema = z.discriminatedUnion('approve', [
  z.strictObject({
    version,
    approve: z.literal(true),
    effectiveFrom: daySchema,
    parties: z
      .array(
        z.strictObject({
          /** Null: the platform. */
          outletId: z.number().int().positive().nullable(),
          sharePpm: z.number().int().min(0).max(1_000_000),
        }),
      )
      .min(1)
      .max(10),
  }),
  z.strictObject({
    version,
    approve: z.literal(false),
    remarks,
  }),
]);
