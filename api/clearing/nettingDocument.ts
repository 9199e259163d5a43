/** What two deployments say to each other of a month, and when they say the same. Pure. */
import { z } from 'zod';
import { Failure } from '../../db/terms/failure.ts';
import { type MicroCny, microCnySchema } from '../../db/terms/money.ts';

const FORMAT = 'hongze.netting/1';

interface Sums {
  owedMicroCny: MicroCny;
  dueMicroCny: MicroCny;
}

interface Parties {
  /** Whose word it is, and whom it is said to: hosts of their exchanges. */
  from: string;
  to: string;
  month: string;
}

const documentSchema = z.object({
  format: z.literal(FORMAT),
  from: z.string(),
  to: z.string(),
  month: z.string(),
  owedMicroCny: microCnySchema,
  dueMicroCny: microCnySchema,
});

export const nettingDocument = (row: Sums & { month: string }, from: string, to: string) => ({
  format: FORMAT,
  from,
  to,
  month: row.month,
  owedMicroCny: row.owedMicroCny.toString(),
  dueMicroCny: row.dueMicroCny.toString(),
});

/** @throws Failure `invalid_input`: no such document, or not of these two and this month. */
export function readDocument(text: string, wanted: Parties): Sums {
  const parsed = documentSchema.safeParse(parse(text));
  const said = parsed.data;
  if (said && said.from === wanted.from && said.to === wanted.to && said.month === wanted.month)
    return { owedMicroCny: said.owedMicroCny, dueMicroCny: said.dueMicroCny };
  throw new Failure('invalid_input', {
    pointer: '/document',
    zh: `不是 ${wanted.from} 致 ${wanted.to} 的 ${wanted.month} 轧差单`,
    en: `it is not what ${wanted.from} says to ${wanted.to} of ${wanted.month}`,
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const PPM = 1_000_000n;
const min = (...amounts: MicroCny[]): MicroCny => amounts.reduce((a, b) => (a < b ? a : b));

function agree(ours: MicroCny, theirs: MicroCny, tolerancePpm: number): boolean {
  const [less, more] = ours < theirs ? [ours, theirs] : [theirs, ours];
  return (more - less) * PPM <= more * BigInt(tolerancePpm);
}

/**
 * What both may set off: the least of the four figures, so that both books come to the same and neither sets off more than it owes.
 * Null: one side has not spoken, or they differ by more than the tolerance.
 */
export function setOffOf(
  row: Sums & {
    theirOwedMicroCny: MicroCny | null;
    theirDueMicroCny: MicroCny | null;
    tolerancePpm: number;
  },
): MicroCny | null {
  const { owedMicroCny, dueMicroCny, theirOwedMicroCny, theirDueMicroCny, tolerancePpm } = row;
  if (theirOwedMicroCny === null || theirDueMicroCny === null) return null;
  const holds =
    agree(owedMicroCny, theirDueMicroCny, tolerancePpm) &&
    agree(dueMicroCny, theirOwedMicroCny, tolerancePpm);
  return holds ? min(owedMicroCny, dueMicroCny, theirOwedMicroCny, theirDueMicroCny) : null;
}
