/** Dead files: what no program reaches, or only tests do. */
import { ENTRANCES, TEST_ENTRANCES } from '../rooms.ts';
import type { Rule, Source } from '../source.ts';

export const deadFiles: Rule = (sources) => {
  const byPath = new Map(sources.map((source) => [source.path, source]));
  const entrances = (patterns: RegExp[]) =>
    sources.filter(({ path }) => patterns.some((pattern) => pattern.test(path)));
  const product = reach(byPath, entrances(ENTRANCES));
  const everything = reach(byPath, entrances([...ENTRANCES, ...TEST_ENTRANCES]));
  return sources
    .filter(({ path }) => !(path.startsWith('test/') ? everything : product).has(path))
    .map(({ path }) => ({
      path,
      line: 1,
      rule: 'every file is alive',
      remedy: everything.has(path)
        ? 'only tests use it: wire it into the product or delete it'
        : 'nobody imports it: wire it in or delete it',
    }));
};

function reach(byPath: Map<string, Source>, from: Source[]): Set<string> {
  const seen = new Set<string>();
  const queue = [...from];
  for (let source = queue.pop(); source; source = queue.pop()) {
    if (seen.has(source.path)) continue;
    seen.add(source.path);
    for (const { target } of source.imports) {
      const next = target === null ? undefined : byPath.get(target);
      if (next) queue.push(next);
    }
  }
  return seen;
}
