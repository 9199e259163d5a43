/** What a fault came to, in one form for all: printed, and judged by what must hold whatever happens. */
import { setTimeout as sleep } from 'node:timers/promises';
import { PRICE } from '../../kit/readers.ts';
import type { Books, House } from './house.ts';
import type { Readers } from './readers.ts';

const PATIENCE_S = 60;
export const RECOVERY_S = 30;

/** Waits until all that trackers took is in the books, or no more comes; seconds it took. */
export async function settleBooks(
  house: House,
  accepted: number,
): Promise<{ books: Books; seconds: number }> {
  const began = performance.now();
  for (;;) {
    const books = await house.books().catch(() => ({ metered: -1, spentMicroCny: 0 }));
    const seconds = (performance.now() - began) / 1000;
    if (books.metered >= accepted || seconds > PATIENCE_S) return { books, seconds };
    await sleep(100);
  }
}

export interface Verdict {
  fault: string;
  readers: Readers;
  house: House;
  /** From the fault's end until ads were served and all was in the books. */
  recoveryS: number;
  books: Books;
  more?: Record<string, unknown>;
  /** Promises of this fault alone, by name. */
  held?: Record<string, boolean>;
}

/** Prints the figures and what was broken; the process ends with 1 where something was. */
export function judge({ fault, readers, house, recoveryS, books, more, held }: Verdict): void {
  const { sent, failed, won, wonWhileDown, accepted } = readers;
  const figures = {
    sent,
    unanswered: failed,
    won,
    wonDuringFault: wonWhileDown,
    accepted,
    billed: books.spentMicroCny / PRICE,
    lost: accepted - books.metered,
    spentMicroCny: books.spentMicroCny,
    budgetMicroCny: house.budgetMicroCny,
    recoveryS: Math.round(recoveryS * 10) / 10,
    ...more,
  };
  const promises: Record<string, boolean> = {
    'nothing lost': figures.lost === 0,
    'nothing billed twice': books.spentMicroCny === books.metered * PRICE,
    'no budget overrun': books.spentMicroCny <= house.budgetMicroCny,
    'recovered in 30 s': recoveryS <= RECOVERY_S,
    ...held,
  };
  const broken = Object.keys(promises).filter((name) => !promises[name]);
  const words = Object.entries(figures).map(([name, value]) => `${name} ${value}`);
  const verdict = broken.length === 0 ? 'holds' : `BROKEN: ${broken.join(', ')}`;
  process.stdout.write(`${fault}: ${words.join(', ')} — ${verdict}\n`);
  if (broken.length > 0) process.exitCode = 1;
}
