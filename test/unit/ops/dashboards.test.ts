import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../../..');
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');

/** What the two kinds of process say of themselves, from their source. */
function measures(): Set<string> {
  const named = new Set<string>();
  for (const [, name] of read('api/observation/observation.ts').matchAll(/'([a-z][a-z0-9_]+)',/g)) {
    named.add(`hongze_${name}`);
  }
  for (const folder of ['bidding', 'bidding/http', 'bidding/state']) {
    for (const file of readdirSync(join(ROOT, folder)).filter((one) => one.endsWith('.ts'))) {
      for (const [name] of read(`${folder}/${file}`).matchAll(/hongze_[a-z0-9_]+/g))
        named.add(name);
    }
  }
  return named;
}

const asked = (text: string) => [...new Set(text.match(/hongze_[a-z0-9_]+/g) ?? [])].sort();

test.each([
  'ops/prometheus/rules.yaml',
  ...readdirSync(join(ROOT, 'ops/grafana')).map((file) => `ops/grafana/${file}`),
])('%s asks for measures that somebody gives', (path) => {
  const known = measures();
  expect(asked(read(path)).length).toBeGreaterThan(3);
  expect(asked(read(path)).filter((name) => !known.has(name))).toEqual([]);
});

/** Each alert of the rules, as promtool would want it; the file is written one field a line. */
const alerts = read('ops/prometheus/rules.yaml')
  .split(/^ {6}- alert: /m)
  .slice(1)
  .map((text) => {
    const field = (name: string) => new RegExp(`^ {8}${name}: (.*)$`, 'm').exec(text)?.[1] ?? '';
    const [name = ''] = text.split('\n');
    return { name, expr: field('expr'), wait: field('for'), all: text };
  });

test('every alert is whole: a name of its own, an expression that closes what it opens, how long, how bad, and what it means', () => {
  expect(new Set(alerts.map(({ name }) => name)).size).toBe(alerts.length);
  for (const { name, expr, wait, all } of alerts) {
    expect(name).toMatch(/^[A-Z][A-Za-z]+$/);
    expect(expr, name).toMatch(/(==|!=|>|<|>=|<=) [0-9.]+$/);
    for (const pair of ['()', '[]', '{}'])
      expect(expr.split(pair[0] as string).length, name).toBe(expr.split(pair[1] as string).length);
    const words = expr.replace(/hongze_\w+|\[\d+[smhd]\]/g, '').match(/[a-z_]+/g) ?? [];
    for (const word of words) expect(['increase', 'rate', 'and', 'sum', 'max']).toContain(word);
    expect(wait, name).toMatch(/^(\d+[smhd])?$/);
    expect(all, name).toMatch(/^ {8}labels: \{ severity: (page|ticket) \}$/m);
    expect(all, name).toMatch(/^ {8}annotations: \{ summary: ".{10,}" \}$/m);
  }
});

test('money, delivery and latency are watched: drift, unknown payouts, pacing off plan, slow and refused auctions', () => {
  const names = alerts.map(({ name }) => name);
  const wanted = ['LedgerDrift', 'PayoutUnknown', 'PacingOffPlan', 'AuctionsSlow'];
  expect(names).toEqual(expect.arrayContaining(wanted));
});

test('every alert has a board on which its measure is seen', () => {
  const boards = readdirSync(join(ROOT, 'ops/grafana')).map((file) => read(`ops/grafana/${file}`));
  const seen = new Set(boards.flatMap(asked));
  const unseen = asked(read('ops/prometheus/rules.yaml')).filter((name) => !seen.has(name));
  // A node's own p99 is drawn where it is measured.
  expect(unseen.filter((name) => name !== 'hongze_node_p99_ms')).toEqual([]);
});
