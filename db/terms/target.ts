/**
 * A line item's target: an expression over what a request is known to be. Shared by the API (which checks and
 * stores it), the forecast and the engine (which compiles it to the index). Owns the words of targeting.
 */
import { z } from 'zod';

/** A test of one attribute. `in` with several values means any of them. */
export const predicateSchema = z.discriminatedUnion('attribute', [
  /** User's location. A code covers everything below it: 330000 province, 330100 city, 330106 county, 9 digits township. */
  z.strictObject({
    attribute: z.literal('division'),
    in: z
      .array(z.string().regex(/^\d{6}(\d{3})?$/))
      .min(1)
      .max(4000),
  }),
  /** Jurisdiction of the outlet, same codes. */
  z.strictObject({
    attribute: z.literal('outletDivision'),
    in: z
      .array(z.string().regex(/^\d{6}$/))
      .min(1)
      .max(4000),
  }),
  z.strictObject({
    attribute: z.literal('outlet'),
    in: z.array(z.number().int().positive()).min(1).max(1000),
  }),
  z.strictObject({
    attribute: z.literal('tier'),
    in: z
      .array(z.enum(['province', 'city', 'county']))
      .min(1)
      .max(3),
  }),
  z.strictObject({
    attribute: z.literal('property'),
    in: z.array(z.number().int().positive()).min(1).max(1000),
  }),
  z.strictObject({
    attribute: z.literal('placement'),
    in: z.array(z.number().int().positive()).min(1).max(1000),
  }),
  z.strictObject({
    attribute: z.literal('device'),
    in: z
      .array(z.enum(['mobile', 'tablet', 'desktop', 'tv', 'dooh']))
      .min(1)
      .max(5),
  }),
  z.strictObject({
    attribute: z.literal('os'),
    in: z
      .array(z.enum(['android', 'ios', 'harmony', 'windows', 'macos', 'other']))
      .min(1)
      .max(6),
  }),
  z.strictObject({
    attribute: z.literal('connection'),
    in: z
      .array(z.enum(['wifi', '2g', '3g', '4g', '5g', 'wired', 'unknown']))
      .min(1)
      .max(7),
  }),
  z.strictObject({
    attribute: z.literal('carrier'),
    in: z
      .array(z.enum(['mobile', 'unicom', 'telecom', 'broadnet', 'unknown']))
      .min(1)
      .max(5),
  }),
  /** Hours of the Shanghai week, 0 = Monday 00:00 … 167. */
  z.strictObject({
    attribute: z.literal('hourOfWeek'),
    in: z.array(z.number().int().min(0).max(167)).min(1).max(168),
  }),
  z.strictObject({
    attribute: z.literal('category'),
    in: z.array(z.string().min(1).max(64)).min(1).max(200),
  }),
  z.strictObject({
    attribute: z.literal('keyword'),
    in: z.array(z.string().min(1).max(64)).min(1).max(500),
  }),
  z.strictObject({
    attribute: z.literal('segment'),
    in: z.array(z.number().int().positive()).min(1).max(500),
  }),
  /** Within `radiusM` metres of a point (WGS 84). */
  z.strictObject({
    attribute: z.literal('radius'),
    in: z
      .array(
        z.strictObject({
          lat: z.number().min(-90).max(90),
          lon: z.number().min(-180).max(180),
          radiusM: z.number().int().min(100).max(200_000),
        }),
      )
      .min(1)
      .max(200),
  }),
]);

export type Predicate = z.infer<typeof predicateSchema>;
export type Target = { all: Target[] } | { any: Target[] } | { not: Target } | Predicate;

/** At most 8 deep and 2,000 nodes; `{ all: [] }` is everywhere and everyone. */
export const targetSchema: z.ZodType<Target> = z.lazy(() =>
  z.union([
    z.strictObject({ all: z.array(targetSchema).max(200) }),
    z.strictObject({ any: z.array(targetSchema).min(1).max(200) }),
    z.strictObject({ not: targetSchema }),
    predicateSchema,
  ]),
);
