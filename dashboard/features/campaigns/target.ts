/** The form's view of a target (where, who, on what, when) and its way to the API's expression and back. */
import { z } from 'zod';
import { DEVICES, TIERS } from '../../../db/terms/market.ts';
import { type CountyBook, foldCities, unfold } from '../../ui/counties.ts';

const leafSchema = z.discriminatedUnion('attribute', [
  z.strictObject({ attribute: z.literal('division'), in: z.array(z.string()) }),
  z.strictObject({ attribute: z.literal('device'), in: z.array(z.enum(DEVICES)) }),
  z.strictObject({ attribute: z.literal('tier'), in: z.array(z.enum(TIERS)) }),
  z.strictObject({ attribute: z.literal('hourOfWeek'), in: z.array(z.number()) }),
  z.strictObject({ attribute: z.literal('segment'), in: z.array(z.number()) }),
]);
const segmentSchema = z.strictObject({
  attribute: z.literal('segment'),
  in: z.array(z.number()),
});
const partSchema = z.union([leafSchema, z.strictObject({ not: segmentSchema })]);
const plainSchema = z.strictObject({ all: z.array(partSchema) });
export type PlainTarget = z.infer<typeof plainSchema>;

export interface Aim {
  /** County codes; all of them means everywhere. */
  counties: string[];
  devices: (typeof DEVICES)[number][];
  tiers: (typeof TIERS)[number][];
  /** Hours of the week; all 168 means always. */
  hours: number[];
  /** Segments of readers: in at least one of these, */
  anyOf: number[];
  /** in every one of these, */
  allOf: number[];
  /** and in none of these. */
  noneOf: number[];
}

export const ALL_HOURS: number[] = Array.from({ length: 168 }, (_, hour) => hour);

export const openAim = (book: CountyBook): Aim => ({
  counties: book.counties.map((county) => county.code),
  devices: [],
  tiers: [],
  hours: ALL_HOURS,
  anyOf: [],
  allOf: [],
  noneOf: [],
});

export function targetOf(aim: Aim, book: CountyBook): PlainTarget {
  const all: PlainTarget['all'] = [];
  if (aim.counties.length < book.counties.length) {
    all.push({ attribute: 'division', in: foldCities(new Set(aim.counties), book) });
  }
  if (aim.devices.length > 0) all.push({ attribute: 'device', in: aim.devices });
  if (aim.tiers.length > 0) all.push({ attribute: 'tier', in: aim.tiers });
  if (aim.hours.length < 168) all.push({ attribute: 'hourOfWeek', in: aim.hours });
  if (aim.anyOf.length > 0) all.push({ attribute: 'segment', in: aim.anyOf });
  for (const id of aim.allOf) all.push({ attribute: 'segment', in: [id] });
  if (aim.noneOf.length > 0) all.push({ not: { attribute: 'segment', in: aim.noneOf } });
  return { all };
}

/**
 * The aim that a target says; undefined where it says more than the form can (any, not, other attributes):
 * such a target is shown and kept, not edited here.
 */
export function aimOf(target: unknown, book: CountyBook): Aim | undefined {
  const single = leafSchema.safeParse(target);
  const plain = plainSchema.safeParse(single.success ? { all: [single.data] } : target);
  if (!plain.success) return undefined;
  const aim = openAim(book);
  const seen = new Set<string>();
  for (const part of plain.data.all) {
    if ('not' in part) aim.noneOf = [...aim.noneOf, ...part.not.in];
    else if (part.attribute === 'segment' && part.in.length === 1) aim.allOf.push(...part.in);
    else if (seen.has(part.attribute)) return undefined;
    else if (part.attribute === 'division') aim.counties = [...unfold(part.in, book)].sort();
    else if (part.attribute === 'device') aim.devices = part.in;
    else if (part.attribute === 'tier') aim.tiers = part.in;
    else if (part.attribute === 'segment') aim.anyOf = part.in;
    else aim.hours = part.in;
    if (!('not' in part) && !(part.attribute === 'segment' && part.in.length === 1)) {
      seen.add(part.attribute);
    }
  }
  return aim;
}
