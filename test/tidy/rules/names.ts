/** Names that say nothing, modules without a word about themselves, unfinished work. */
import { lineAt, type Node, type Rule, walk } from '../source.ts';

const EMPTY_FOLDER = /(^|\/)(utils?|helpers?|common|misc|shared|lib\/utils?)(\/|\.\w+$)/i;
const EMPTY_NAME = /(Manager|Service|Helpers?|Utils?|Impl|DTO)$/;

export const emptyNames: Rule = (sources) =>
  sources.flatMap((source) => {
    const found: ReturnType<Rule> = [];
    const rule = 'names say what a thing is';
    if (EMPTY_FOLDER.test(source.path)) {
      found.push({ path: source.path, line: 1, rule, remedy: 'call the file by what it owns' });
    }
    walk(source.tree, (node) => {
      const id = node.id as Node | null | undefined;
      if (!DECLARING.test(node.type) || typeof id?.name !== 'string') return;
      if (!EMPTY_NAME.test(id.name)) return;
      const line = lineAt(source.text, node.start);
      const remedy = `"${id.name}" could hold anything: use the glossary's word`;
      found.push({ path: source.path, line, rule, remedy });
    });
    return found;
  });

const DECLARING = /^(ClassDeclaration|FunctionDeclaration|VariableDeclarator|TS\w+Declaration)$/;

/** A module that only passes on what others export hides who owns it. */
export const barrels: Rule = (sources) =>
  sources
    .filter(({ path, tree }) => {
      // A slice's front door lists its verbs; that is what it is for.
      if (/^api\/([\w-]+)\/\1\.ts$/.test(path)) return false;
      const body = tree.body as Node[];
      return body.length > 0 && body.every((node) => /^Export/.test(node.type) && node.source);
    })
    .map(({ path }) => ({
      path,
      line: 1,
      rule: 'no barrels',
      remedy: 'import from the file that owns the name',
    }));

export const headers: Rule = (sources) =>
  sources
    .filter(
      ({ path, text }) =>
        !/\.test\.tsx?$|\.d\.ts$|[wW]ords\.ts$/.test(path) && !/^(#!.*\n)?\/\*\*/.test(text),
    )
    .map(({ path }) => ({
      path,
      line: 1,
      rule: 'a module says what it owns',
      remedy: 'begin with /** … */: what it owns and what it refuses',
    }));

const MARKS = [
  ['TO', 'DO'],
  ['FIX', 'ME'],
  ['XX', 'X'],
].map((halves) => halves.join(''));

export const unfinished: Rule = (sources) =>
  sources.flatMap(({ path, text }) => {
    const match = new RegExp(`\\b(${MARKS.join('|')})\\b`).exec(text);
    if (!match) return [];
    const rule = 'nothing is left for later in the source';
    return [{ path, line: lineAt(text, match.index), rule, remedy: 'finish it, or file an issue' }];
  });
