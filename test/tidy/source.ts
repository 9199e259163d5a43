/** The house's source as the rules see it: text, lines, imports, and a syntax tree when needed. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { parseSync } from 'vite';

export interface Import {
  /** As written. */
  specifier: string;
  /** Path from the root for a relative import, else null. */
  target: string | null;
  /** Whether it is gone at run time: `import type`. */
  typeOnly: boolean;
  line: number;
  /** `export … from`. */
  reexport: boolean;
}

export interface Node {
  type: string;
  start: number;
  end: number;
  [key: string]: unknown;
}

export interface Source {
  path: string;
  text: string;
  lines: number;
  imports: Import[];
  tree: Node;
}

export interface Violation {
  path: string;
  line: number;
  rule: string;
  /** What to do about it: where the line belongs. */
  remedy: string;
}

export type Rule = (sources: Source[]) => Violation[];

/** Every TypeScript file that git knows or would: what is ignored is nobody's business. */
export function readHouse(): Source[] {
  const listing = execFileSync(
    'git',
    ['ls-files', '--cached', '--others', '--exclude-standard', '*.ts', '*.tsx', '*.mjs'],
    { encoding: 'utf8' },
  );
  return listing
    .split('\n')
    .filter((path) => path && existsSync(path))
    .map((path) => readSource(path, readFileSync(path, 'utf8')));
}

/** Also the constructor of the rules' own tests. */
export function readSource(path: string, text: string): Source {
  const parsed = parseSync(path, text);
  const tree = parsed.program as unknown as Node;
  return {
    path,
    text,
    lines: text.split('\n').length - (text.endsWith('\n') ? 1 : 0),
    imports: importsOf(path, text, tree),
    tree,
  };
}

export const lineAt = (text: string, offset: number): number =>
  text.slice(0, offset).split('\n').length;

/** Calls `visit` on every node of the tree, parents first. */
export function walk(node: Node, visit: (node: Node, parent: Node | null) => void): void {
  const descend = (current: Node, parent: Node | null) => {
    visit(current, parent);
    for (const value of Object.values(current)) {
      if (Array.isArray(value)) for (const item of value) if (isNode(item)) descend(item, current);
      if (isNode(value)) descend(value, current);
    }
  };
  descend(node, null);
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && typeof (value as Node).type === 'string';

function importsOf(path: string, text: string, tree: Node): Import[] {
  const found: Import[] = [];
  walk(tree, (node) => {
    const source = node.source as Node | null | undefined;
    if (!IMPORTING.has(node.type) || typeof source?.value !== 'string') return;
    const specifier = source.value;
    found.push({
      specifier,
      target: specifier.startsWith('.') ? normalize(join(dirname(path), specifier)) : null,
      typeOnly: node.importKind === 'type' || node.exportKind === 'type',
      line: lineAt(text, node.start),
      reexport: node.type.startsWith('Export'),
    });
  });
  return found;
}

const IMPORTING = new Set([
  'ImportDeclaration',
  'ImportExpression',
  'ExportNamedDeclaration',
  'ExportAllDeclaration',
]);
