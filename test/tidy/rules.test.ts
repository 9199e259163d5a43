import { describe, expect, test } from 'vitest';
import { deadFiles } from './rules/alive.ts';
import { bannedCalls } from './rules/calls.ts';
import { circles } from './rules/circles.ts';
import { extensions, imports } from './rules/imports.ts';
import { ledgerTablesAreItsOwn } from './rules/ledger.ts';
import { barrels, emptyNames, headers, unfinished } from './rules/names.ts';
import { fileSizes, functionSizes } from './rules/sizes.ts';
import { type Rule, readSource } from './source.ts';

const found = (rule: Rule, path: string, text: string) => rule([readSource(path, text)]);

describe('the import table', () => {
  test.each([
    ['bidding/engine/auction.ts', "import { x } from '../state/caps.ts';"],
    ['bidding/engine/auction.ts', "import { Redis } from 'ioredis';"],
    ['bidding/state/caps.ts', "import { x } from '../../api/billing/billing.ts';"],
    ['bidding/server.ts', "import { sql } from 'drizzle-orm';"],
    ['db/terms/money.ts', "import { x } from '../client.ts';"],
    ['db/terms/money.ts', "import dayjs from 'dayjs';"],
    ['db/schema/outlets.ts', "import type { X } from '../../bidding/wire/snapshot.ts';"],
    ['api/ledger/posting.ts', "import { x } from '../billing/billing.ts';"],
    ['api/billing/billing.ts', "import { x } from '../delivery/delivery.ts';"],
    ['api/billing/billing.ts', "import { x } from '../ledger/posting.ts';"],
    ['api/billing/billing.ts', "import { x } from '../../bidding/state/leases.ts';"],
    ['api/billing/billing.ts', "import { x } from '../../test/kit/redis.ts';"],
    ['api/newcomer/newcomer.ts', "import { x } from '../ledger/ledger.ts';"],
    ['dashboard/app/main.tsx', "import { createApp } from '../../api/app.ts';"],
    ['dashboard/app/main.tsx', "import { x } from '../../db/schema/outlets.ts';"],
    ['api/app.ts', "export { x } from '../run/child.ts';"],
    ['api/billing/billing.ts', "const late = await import('../statements/statements.ts');"],
  ])('%s may not: %s', (path, text) => {
    const [violation] = found(imports, path, text);
    expect(violation).toMatchObject({ path, line: 1, rule: 'import table' });
    expect(violation?.remedy.length).toBeGreaterThan(10);
  });

  test.each([
    ['bidding/engine/auction.ts', "import { x } from '../wire/event.ts';"],
    ['api/billing/billing.ts', "import { post } from '../ledger/ledger.ts';"],
    ['api/ledger/routes.ts', "import type { Actor } from '../identity/actor.ts';"],
    ['api/delivery/publish.ts', "import { x } from '../../bidding/engine/pacing.ts';"],
    ['db/schema/campaigns.ts', "import type { Target } from '../../db/terms/target.ts';"],
    ['dashboard/lib/client.ts', "import type { AppType } from '../../api/app.ts';"],
    ['test/unit/x.test.ts', "import { x } from '../../bidding/state/leases.ts';"],
  ])('%s may: %s', (path, text) => {
    expect(found(imports, path, text)).toEqual([]);
  });
});

test('a circle of files is caught, of types too; a file two others share is not', () => {
  const house = (last: string) => [
    readSource('api/billing/a.ts', "import { b } from './b.ts';"),
    readSource('api/billing/b.ts', "import type { C } from './c.ts';"),
    readSource('api/billing/c.ts', last),
  ];
  expect(circles(house("export { a } from './a.ts';"))).toMatchObject([
    { path: 'api/billing/a.ts', line: 1, rule: 'no circles' },
  ]);
  expect(circles(house('export type C = number;'))).toEqual([]);
});

test('an import without extension is caught', () => {
  expect(found(extensions, 'api/app.ts', "import { x } from './context';")).toHaveLength(1);
});

test('a file of 301 lines is caught, one of 300 is not', () => {
  expect(found(fileSizes, 'api/app.ts', '//\n'.repeat(301))).toHaveLength(1);
  expect(found(fileSizes, 'api/app.ts', '//\n'.repeat(300))).toHaveLength(0);
});

test('a function longer than a screen is caught; a factory of short ones is not', () => {
  const long = `function one() {\n${'  f();\n'.repeat(86)}}\n`;
  const inner = `  function part() {\n${'    f();\n'.repeat(50)}  }\n`;
  expect(found(functionSizes, 'api/app.ts', long)).toHaveLength(1);
  expect(found(functionSizes, 'api/app.ts', `function make() {\n${inner}${inner}}\n`)).toEqual([]);
});

describe('banned calls', () => {
  test.each([
    ['api/billing/billing.ts', 'const now = Date.now();', 'the clock is an argument'],
    ['bidding/engine/pacing.ts', 'const now = new Date();', 'the clock is an argument'],
    ['bidding/engine/auction.ts', 'Math.random();', 'chance is an argument'],
    ['bidding/engine/auction.ts', 'performance.now();', 'the engine measures no time'],
    ['api/billing/billing.ts', 'console.log(1);', 'no console output from the product'],
    ['api/payments/payouts.ts', "Number.parseFloat('1.1');", 'money is never a fraction'],
    ['api/ledger/ledger.ts', 'const a = x.toFixed(2);', 'money is never a fraction'],
    ['api/billing/billing.ts', 'Number(row.spendMicroCny);', 'money stays a bigint'],
  ])('%s may not: %s', (path, text, rule) => {
    expect(found(bannedCalls, path, text)).toMatchObject([{ path, line: 1, rule }]);
  });

  test.each([
    ['api/server.ts', 'const clock = () => Date.now();'],
    ['bidding/engine/pacing.ts', 'const then = new Date(ms);'],
    ['run/start.ts', 'console.log(Date.now());'],
    ['bidding/server.ts', 'performance.now();'],
  ])('%s may: %s', (path, text) => {
    expect(found(bannedCalls, path, text)).toEqual([]);
  });
});

test.each([
  ['api/billing/utils.ts', 'export const a = 1;'],
  ['api/helpers/money.ts', 'export const a = 1;'],
  ['api/billing/billing.ts', 'class BillingService {}'],
  ['api/billing/billing.ts', 'export const budgetManager = 1;'],
])('an empty name is caught: %s %s', (path, text) => {
  expect(found(emptyNames, path, text)).toHaveLength(1);
});

test('a module that only passes on exports is caught, but for a slice’s front door', () => {
  const text = "export { a } from './a.ts';\nexport * from './b.ts';\n";
  expect(found(barrels, 'api/payments/alipay/index.ts', text)).toHaveLength(1);
  expect(found(barrels, 'api/payments/payments.ts', text)).toEqual([]);
});

test('a module without a header and a mark of unfinished work are caught', () => {
  expect(found(headers, 'api/app.ts', 'export const a = 1;')).toHaveLength(1);
  expect(found(unfinished, 'api/app.ts', `// ${'TO'}${'DO'}: later`)).toHaveLength(1);
});

test('a file that nobody imports, or only tests do, is dead', () => {
  const house = [
    readSource('api/server.ts', "import './alive.ts';"),
    readSource('api/alive.ts', ''),
    readSource('api/forgotten.ts', ''),
    readSource('api/tested.ts', ''),
    readSource('test/unit/api/tested.test.ts', "import '../../../api/tested.ts';"),
  ];
  expect(deadFiles(house).map(({ path }) => path)).toEqual(['api/forgotten.ts', 'api/tested.ts']);
});

test('the ledger’s tables are out of reach for other slices', () => {
  const rule = ledgerTablesAreItsOwn(['ledger_entry']);
  const query = 'const rows = sql`select 1 from ledger_entry`;';
  expect(found(rule, 'api/billing/queries.ts', query)).toHaveLength(1);
  expect(found(rule, 'api/ledger/queries.ts', query)).toEqual([]);
  const schema = "import { entry } from '../../db/schema/ledger.ts';";
  expect(found(rule, 'api/reports/queries.ts', schema)).toHaveLength(1);
});
