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

test('every alert has a board on which its measure is seen', () => {
  const boards = readdirSync(join(ROOT, 'ops/grafana')).map((file) => read(`ops/grafana/${file}`));
  const seen = new Set(boards.flatMap(asked));
  const unseen = asked(read('ops/prometheus/rules.yaml')).filter((name) => !seen.has(name));
  // A node's own p99 is drawn where it is measured.
  expect(unseen.filter((name) => name !== 'hongze_node_p99_ms')).toEqual([]);
});
