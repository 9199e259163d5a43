/** The offline verifier: a file in, what is wrong with it out. Trusts nothing but the file itself. */
import { type StatementFile, statementFaults } from './document.ts';

export interface Verdict {
  ok: boolean;
  /** One line for a person: whose statement, which month, how much. */
  title: string;
  contentHash: string | null;
  faults: string[];
}

/** @param text the JSON of `GET /api/statements/:id/file` */
export function verifyStatement(text: string): Verdict {
  let file: StatementFile;
  try {
    file = JSON.parse(text) as StatementFile;
  } catch {
    return { ok: false, title: 'not JSON', contentHash: null, faults: ['the file is not JSON'] };
  }
  if (typeof file !== 'object' || file === null || typeof file.document !== 'object') {
    return {
      ok: false,
      title: 'not a statement',
      contentHash: null,
      faults: ['no document in it'],
    };
  }
  let faults: string[];
  try {
    faults = statementFaults(file);
  } catch (error) {
    faults = [`malformed: ${error instanceof Error ? error.message : String(error)}`];
  }
  const { outletName, month, revision, totals } = file.document;
  const title = `${outletName} · ${month} · r${revision} · ${totals?.totalMicroCny} µCNY`;
  return { ok: faults.length === 0, title, contentHash: file.contentHash ?? null, faults };
}
