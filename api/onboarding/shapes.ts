/** What somebody may say of themselves when they come in. Owns field limits; the kind decides which fields there are. */
import { z } from 'zod';
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
