/**
 * Taking a spreadsheet in: the one way for every slice. Owns the promise that nothing is half-imported and that a preview
 * tells exactly what the import would meet: both run the same rows through the same verbs in one transaction, which a
 * preview, or any fault, rolls back.
 */
import { z } from 'zod';
import type { Db } from '../../db/client.ts';
import { Failure, type FailureDetail } from '../../db/terms/failure.ts';
import { atCell, type SheetRow } from './sheet.ts';

export const MAX_FAULTS = 200;

/** With a file: preview it, or take it in. */
export const intakeForm = {
  file: z.instanceof(File),
  apply: z.enum(['true', 'false']).default('false'),
};

export interface Taken<Item> {
  applied: boolean;
  rows: number;
  /** By cell: `/cells/C5`. Empty where everything was or could be taken. */
  faults: FailureDetail[];
  items: Item[];
}

class Undone extends Error {
  override readonly name = 'Undone';
}

/**
 * Runs `each` on every row. A row's Failure becomes faults of its cells; later rows go on, so that one look shows all.
 * `faults` are those found before. Applying with any fault at all is an `invalid_input` that names them.
 */
export async function takeIn<Input, Item>(
  db: Db,
  rows: readonly { row: SheetRow; value: Input }[],
  options: {
    apply: boolean;
    faults: readonly FailureDetail[];
    total: number;
    /** The column of a failure's field; by default the field's own name. */
    keyOf?: (field: string) => string;
  },
  each: (tx: Db, input: Input, row: SheetRow) => Promise<Item>,
): Promise<Taken<Item>> {
  const faults = [...options.faults];
  const items: Item[] = [];
  try {
    await db.transaction(async (tx) => {
      for (const { row, value } of rows) {
        try {
          items.push(await tx.transaction((inner) => each(inner, value, row)));
        } catch (error) {
          if (!(error instanceof Failure)) throw error;
          faults.push(...error.details.map((detail) => atCell(row, detail, options.keyOf)));
          if (faults.length >= MAX_FAULTS) throw new Undone();
        }
      }
      if (!options.apply || faults.length > 0) throw new Undone();
    });
  } catch (error) {
    if (!(error instanceof Undone)) throw error;
  }
  const [first, ...rest] = faults.slice(0, MAX_FAULTS);
  if (options.apply && first) throw new Failure('invalid_input', first, ...rest);
  return {
    applied: options.apply,
    rows: options.total,
    faults: faults.slice(0, MAX_FAULTS),
    items,
  };
}
