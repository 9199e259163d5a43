/** The form's view of a target (where, devices, hours, tiers) and its way to the API's expression and back. */
import { z } from 'zod';
import { DEVICES, TIERS } from '../../../db/terms/market.ts';
import { type CountyBook, foldCities, unfold } from '../../ui/counties.ts';

const leafSchema = z.discriminatedUnion('attribute', [
  z.strictObject({ attribute: z.literal('division'), in: z.array(z.string()) }),
  z.strictObject({ attribute: z.literal('device'), in: z.array(z.enum(DEVICES)) }),
  z.strictObject({ attribute: z.literal('tier'), in: z.array(z.enum(TIERS)) }),
  z.strictObject({ attribute: z.literal('hourOfWeek'), in: z.array(z.number()) }),
]);
const plainSchema = z.strictObject({ all: z.array(leafSchema) });
export type PlainTarget = z.infer<typeof plainSchema>;

export interface Aim {
  /** County codes; all of them means everywhere. */
  counties: string[];
  devices: (typeof DEVICES)[number][];
  tiers: (typeof TIERS)[number][];
  /** Hours of the week; all 168 means always. */
  hours: number[];
}

export const ALL_HOURS: number[] = Array.from({ length: 168 }, (_, hour) => hour);

export const openAim = (book: CountyBook): Aim => ({
  counties: book.counties.map((county) => county.code),
  devices: [],
  tiers: [],
  hours: ALL_HOURS,
});

export function targetOf(aim: Aim, book: CountyBook): PlainTarget {
  const all: PlainTarget['all'] = [];
  if (aim.counties.length < book.counties.length) {
    all.push({ attribute: 'division', in: foldCities(new Set(aim.counties), book) });
  }
  if (aim.devices.length > 0) all.push({ attribute: 'device', in: aim.devices });
  if (aim.tiers.length > 0) all.push({ attribute: 'tier', in: aim.tiers });
  if (aim.hours.length < 168) all.push({ attribute: 'hourOfWeek', in: aim.hours });
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
  for (const leaf of plain.data.all) {
    if (seen.has(leaf.attribute)) return undefined;
    seen.add(leaf.attribute);
    if (leaf.attribute === 'division') aim.counties = [...unfold(leaf.in, book)].sort();
    else if (leaf.attribute === 'device') aim.devices = leaf.in;
    else if (leaf.attribute === 'tier') aim.tiers = leaf.in;
    else aim.hours = leaf.in;
  }
  return aim;
}
