/**
 * The offline verifier: a file in, what is wrong with it out. Trusts nothing but the file itself, needs no service. Run
 * as a script (`npm run verify -- statement.json …`) it exits 1 when a file does not hold.
 */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
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

function main(paths: readonly string[]): number {
  if (paths.length === 0) {
    process.stderr.write('usage: npm run verify -- statement.json …\n');
    return 2;
  }
  let failed = 0;
  for (const path of paths) {
    let verdict: Verdict;
    try {
      verdict = verifyStatement(readFileSync(path, 'utf8'));
    } catch (error) {
      process.stderr.write(`✗ ${path}: ${error instanceof Error ? error.message : error}\n`);
      failed = 1;
      continue;
    }
    process.stdout.write(`${verdict.ok ? '✓' : '✗'} ${path}  ${verdict.title}\n`);
    if (verdict.ok) process.stdout.write(`  sha256 ${verdict.contentHash}\n`);
    for (const fault of verdict.faults) process.stdout.write(`  ${fault}\n`);
    if (!verdict.ok) failed = 1;
  }
  return failed;
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  process.exitCode = main(process.argv.slice(2));
}
