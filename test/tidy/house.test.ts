import { expect, test } from 'vitest';
import { deadFiles } from './rules/alive.ts';
import { bannedCalls } from './rules/calls.ts';
import { circles } from './rules/circles.ts';
import { extensions, imports } from './rules/imports.ts';
import { ledgerTables, ledgerTablesAreItsOwn } from './rules/ledger.ts';
import { barrels, emptyNames, headers, unfinished } from './rules/names.ts';
import { fileSizes, functionSizes } from './rules/sizes.ts';
import { type Rule, readHouse } from './source.ts';

const house = readHouse();

function violationsOf(rule: Rule): string[] {
  return rule(house).map(
    ({ path, line, rule: name, remedy }) => `${path}:${line}  ${name}: ${remedy}`,
  );
}

test.each<[string, Rule]>([
  ['imports follow the table of ARCHITECTURE.md', imports],
  ['no files import each other in a circle', circles],
  ['relative imports carry their extension', extensions],
  ['files stay within 300 lines', fileSizes],
  ['functions stay within a screen', functionSizes],
  ['clocks, chance, output and fractions of money stay where they belong', bannedCalls],
  ['names say what a thing is', emptyNames],
  ['no module only passes on the exports of others', barrels],
  ['every module says what it owns', headers],
  ['nothing is left for later in the source', unfinished],
  ['every file is reached by a program', deadFiles],
  ['only api/ledger touches the ledger’s tables', ledgerTablesAreItsOwn(ledgerTables())],
])('%s', (_promise, rule) => {
  const violations = violationsOf(rule);
  if (violations.length > 0) throw new Error(`\n${violations.join('\n')}`);
});

test('the rules see the whole house', () => {
  expect(house.length).toBeGreaterThan(100);
  expect(ledgerTables().length).toBeGreaterThan(2);
});
