/** The ledger's tables are written and read in api/ledger only. */
import { readdirSync, readFileSync } from 'node:fs';
import { lineAt, type Rule } from '../source.ts';

/** Tables that the ledger's migrations make. */
export function ledgerTables(folder = 'db/migrations'): string[] {
  return readdirSync(folder)
    .filter((name) => /^\d{4}_ledger_/.test(name))
    .flatMap((name) => [
      ...readFileSync(`${folder}/${name}`, 'utf8').matchAll(
        /^create table (?:if not exists )?(\w+)/gim,
      ),
    ])
    .map((match) => match[1] as string);
}

/** Where the tables may be named: their owner, the schema, tests that look behind the curtain. */
const ALLOWED = /^(api\/ledger|db\/(schema|migrations)|test|run)\//;

export const ledgerTablesAreItsOwn =
  (tables: string[]): Rule =>
  (sources) =>
    sources
      .filter(({ path }) => !ALLOWED.test(path))
      .flatMap((source) => {
        const rule = 'the ledger’s tables are api/ledger’s own';
        const remedy = 'use post, balanceOf, journalsOf of api/ledger/ledger.ts';
        const schema = source.imports
          .filter(({ target, typeOnly }) => target === 'db/schema/ledger.ts' && !typeOnly)
          .map(({ line }) => ({ path: source.path, line, rule, remedy }));
        const sql = tables.length
          ? [
              ...source.text.matchAll(
                new RegExp(`\\b(from|into|update|join)\\s+(${tables.join('|')})\\b`, 'gi'),
              ),
            ]
          : [];
        const queries = sql.map((match) => ({
          path: source.path,
          line: lineAt(source.text, match.index),
          rule,
          remedy,
        }));
        return [...schema, ...queries];
      });
