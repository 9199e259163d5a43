/** Nothing longer than one can take in: files of 300 lines, functions of a screen. */
import { lineAt, type Node, type Rule, type Source, walk } from '../source.ts';

export const FILE_LINES = 300;
/** A table of cases reads from top to bottom, and a browser's script is one download: they may be longer. */
export const LONG_FILE_LINES = 400;
const LONG = /\.test\.tsx?$|^bidding\/render\/\w+\.mjs$/;
/** A screen; a React component's markup and a table of tests take more. */
export const FUNCTION_LINES = { code: 85, component: 140 };

export const fileSizes: Rule = (sources) =>
  sources.flatMap(({ path, lines }) => {
    const limit = LONG.test(path) ? LONG_FILE_LINES : FILE_LINES;
    if (lines <= limit) return [];
    const rule = `files have at most ${limit} lines`;
    const remedy = `this one has ${lines}: move what belongs together into a file of its own`;
    return [{ path, line: limit, rule, remedy }];
  });

export const functionSizes: Rule = (sources) =>
  sources
    .filter(({ path }) => !path.endsWith('.test.ts') && !path.endsWith('.test.tsx'))
    .flatMap((source) => {
      const limit = source.path.endsWith('.tsx') ? FUNCTION_LINES.component : FUNCTION_LINES.code;
      return functionsOf(source)
        .filter(({ lines }) => lines > limit)
        .map(({ line, lines }) => ({
          path: source.path,
          line,
          rule: `functions have at most ${limit} lines`,
          remedy: `this one has ${lines}: name its parts`,
        }));
    });

/**
 * Lines of each function less those of the functions inside it: a factory whose parts have names is
 * as readable as a class.
 */
function functionsOf(source: Source): { line: number; lines: number }[] {
  const found: { line: number; lines: number }[] = [];
  const open: { end: number; index: number }[] = [];
  walk(source.tree, (node: Node) => {
    if (!/^(FunctionDeclaration|FunctionExpression|ArrowFunctionExpression)$/.test(node.type))
      return;
    const line = lineAt(source.text, node.start);
    const lines = lineAt(source.text, node.end) - line + 1;
    while (open.length > 0 && (open.at(-1)?.end ?? 0) <= node.start) open.pop();
    const outer = found[open.at(-1)?.index ?? -1];
    // One line stays: the inner function's name.
    if (outer) outer.lines -= lines - 1;
    open.push({ end: node.end, index: found.length });
    found.push({ line, lines });
  });
  return found;
}
