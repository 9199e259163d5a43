/** Dead files: what no program reaches, or only tests do. */
import { ENTRANCES, TEST_ENTRANCES } from '../rooms.ts';
import { type Rule, type Source, walk } from '../source.ts';

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
    const next = [...source.imports.map(({ target }) => target), ...startedBy(source, byPath)];
    for (const path of next) {
      const found = path === null ? undefined : byPath.get(path);
      if (found) queue.push(found);
    }
  }
  return seen;
}

/** Files named in a string: programs that are started, scripts that are served. */
function startedBy(source: Source, byPath: Map<string, Source>): string[] {
  const imported = new Set(source.imports.map(({ specifier }) => specifier));
  const named: string[] = [];
  walk(source.tree, ({ type, value }) => {
    if (type !== 'Literal' || typeof value !== 'string' || imported.has(value)) return;
    if (/\.(ts|mjs)$/.test(value)) named.push(`/${value.replace(/^(\.{0,2}\/)+/, '')}`);
  });
  return [...byPath.keys()].filter((path) => named.some((name) => `/${path}`.endsWith(name)));
}
