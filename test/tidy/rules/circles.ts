/** Circles: files that import each other, by types too, cannot be read one after the other. */
import type { Rule, Source } from '../source.ts';

export const circles: Rule = (sources) => {
  const byPath = new Map(sources.map((source) => [source.path, source]));
  return circlesOf(byPath).map((circle) => {
    const first = circle.toSorted()[0] as string;
    const mine = new Set(circle);
    const way = byPath
      .get(first)
      ?.imports.find(({ target }) => target !== null && mine.has(target));
    return {
      path: first,
      line: way?.line ?? 1,
      rule: 'no circles',
      remedy: `${circle.toSorted().join(', ')}: give what they share a file of its own, below them`,
    };
  });
};

/** Strongly connected files, by Tarjan's algorithm (SIAM J. Comput. 1, 1972). */
function circlesOf(byPath: Map<string, Source>): string[][] {
  const found: string[][] = [];
  const number = new Map<string, number>();
  const stack: string[] = [];
  const visit = (path: string): number => {
    const own = number.size;
    number.set(path, own);
    stack.push(path);
    let lowest = own;
    for (const { target } of byPath.get(path)?.imports ?? []) {
      if (target === null || !byPath.has(target)) continue;
      const known = number.get(target);
      if (known === undefined) lowest = Math.min(lowest, visit(target));
      else if (stack.includes(target)) lowest = Math.min(lowest, known);
    }
    if (lowest === own) {
      const circle = stack.splice(stack.indexOf(path));
      if (circle.length > 1) found.push(circle);
    }
    return lowest;
  };
  for (const path of byPath.keys()) if (!number.has(path)) visit(path);
  return found;
}
