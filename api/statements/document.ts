/**
 * A statement as a document: the canonical JSON that is hashed, and what makes it true. Pure, and all that the offline
 * verifier needs: it reads no database.
 */
import { createHash } from 'node:crypto';

export const STATEMENT_FORMAT = 'hongze.statement/1';

export interface DocumentLine {
  ordinal: number;
  day: string;
  placementId: number;
  contractVersionId: number;
  quantity: number;
  grossMicroCny: string;
  shareMicroCny: string;
  charges: number;
  chargesHash: string;
}

export interface DocumentAdjustment {
  id: number;
  kind: string;
  reason: string;
  amountMicroCny: string;
  journalKey: string;
}

/** A line of guaranteed impressions that ended in the month. What was shown is in the lines' charges; this says of how much. */
export interface DocumentGuarantee {
  bookingLineId: number;
  orderId: number;
  placementId: number;
  startsOn: string;
  endsOn: string;
  promised: number;
  /** Null: its figures were not final. */
  delivered: number | null;
  short: number | null;
  /** The line that this one made good. */
  makegoodOf: number | null;
  remedy: 'pending' | 'made_good' | 'released' | null;
}

export interface StatementDocument {
  format: typeof STATEMENT_FORMAT;
  outletId: number;
  outletName: string;
  month: string;
  revision: number;
  currency: 'CNY';
  lines: DocumentLine[];
  adjustments: DocumentAdjustment[];
  /** Absent where there were none. */
  guarantees?: DocumentGuarantee[];
  totals: {
    quantity: number;
    grossMicroCny: string;
    shareMicroCny: string;
    adjustmentMicroCny: string;
    totalMicroCny: string;
  };
  frozenAt: string;
  frozenBy: string;
}

/**
 * Canonical JSON after RFC 8785: keys in code-unit order, no white space, ECMAScript's own number and string forms.
 * Refuses what has no such form: undefined, functions, bigint, NaN.
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') {
    return JSON.stringify(value);
  }
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new TypeError('canonical JSON has no such number');
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value === 'object') {
    const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonicalJson(item)}`).join(',')}}`;
  }
  throw new TypeError(`canonical JSON has no ${typeof value}`);
}

export const sha256Hex = (text: string): string =>
  createHash('sha256').update(text, 'utf8').digest('hex');

/** What a line's `chargesHash` covers: the line's charges in id order. */
export const chargesHash = (
  charges: readonly { chargeId: number; shareMicroCny: string }[],
): string =>
  sha256Hex(charges.map((charge) => `${charge.chargeId}:${charge.shareMicroCny}`).join(','));

/** A frozen statement as it leaves the house. `charges`, by line ordinal, comes with the full export only. */
export interface StatementFile {
  document: StatementDocument;
  contentHash: string;
  charges?: Record<string, { chargeId: number; shareMicroCny: string }[]>;
}

/** What is untrue in a statement file: empty when its hash, sums and drill-down hold. */
export function statementFaults(file: StatementFile): string[] {
  const faults: string[] = [];
  const { document } = file;
  if (document?.format !== STATEMENT_FORMAT) return [`not a ${STATEMENT_FORMAT} document`];
  const hash = sha256Hex(canonicalJson(document));
  if (hash !== file.contentHash)
    faults.push(`content hash is ${hash}, the file says ${file.contentHash}`);
  const sum = (amounts: readonly string[]): string =>
    amounts.reduce((total, amount) => total + BigInt(amount), 0n).toString();
  const expect = (what: string, stated: string | number, computed: string | number) => {
    if (stated !== computed) faults.push(`${what}: stated ${stated}, computed ${computed}`);
  };
  const { totals, lines, adjustments } = document;
  expect(
    'quantity',
    totals.quantity,
    lines.reduce((total, line) => total + line.quantity, 0),
  );
  expect('gross', totals.grossMicroCny, sum(lines.map((line) => line.grossMicroCny)));
  expect('share', totals.shareMicroCny, sum(lines.map((line) => line.shareMicroCny)));
  expect('adjustments', totals.adjustmentMicroCny, sum(adjustments.map((a) => a.amountMicroCny)));
  expect('total', totals.totalMicroCny, sum([totals.shareMicroCny, totals.adjustmentMicroCny]));
  for (const { bookingLineId, promised, delivered, short } of document.guarantees ?? []) {
    const missing = delivered === null ? null : promised - delivered;
    if (short !== missing)
      faults.push(`guarantee ${bookingLineId}: short ${short}, not ${missing}`);
  }
  for (const [i, line] of lines.entries()) {
    expect(`line ${i + 1} ordinal`, line.ordinal, i + 1);
    const charges = file.charges?.[String(line.ordinal)];
    if (!charges) continue;
    expect(`line ${line.ordinal} charges`, line.charges, charges.length);
    expect(
      `line ${line.ordinal} share`,
      line.shareMicroCny,
      sum(charges.map((c) => c.shareMicroCny)),
    );
    expect(`line ${line.ordinal} charges hash`, line.chargesHash, chargesHash(charges));
  }
  return faults;
}
