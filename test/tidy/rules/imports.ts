/** The import table: direction between the rooms, ranks between the slices. */
import { API_COMMON, SLICE_RANK } from '../rooms.ts';
import type { Import, Rule, Source } from '../source.ts';

/** Why this import is against the table, or null when it is not. */
type Check = (source: Source, target: string, line: Import) => string | null;

export const imports: Rule = (sources) =>
  sources.flatMap((source) =>
    source.imports.flatMap((line) => {
      const remedy = line.target === null ? packageRemedy(source.path, line) : rule(source, line);
      return remedy ? [{ path: source.path, line: line.line, rule: 'import table', remedy }] : [];
    }),
  );

export const extensions: Rule = (sources) =>
  sources.flatMap((source) =>
    source.imports
      .filter(({ target }) => target !== null && !/\.\w+(\?\w+)?$/.test(target))
      .map(({ specifier, line }) => ({
        path: source.path,
        line,
        rule: 'imports carry their extension',
        remedy: `write '${specifier}.ts'`,
      })),
  );

function rule(source: Source, line: Import): string | null {
  const target = line.target as string;
  if (target.startsWith('..')) return 'outside of the house: use a package';
  const check = CHECKS.find(([room]) => room.test(source.path))?.[1];
  if (!check) return 'this folder is not in the table: add it to test/tidy/rules/imports.ts';
  return check(source, target, line);
}

const inside = (target: string, ...folders: string[]) =>
  folders.some((folder) => target === folder || target.startsWith(`${folder}/`));

const only =
  (remedy: string, ...folders: string[]): Check =>
  (_source, target) =>
    inside(target, ...folders) ? null : remedy;

const noTest: Check = (_source, target) =>
  inside(target, 'test', 'run') ? 'the product knows nothing of test/ and run/' : null;

const PURE = ['bidding/engine', 'bidding/openrtb', 'bidding/render', 'bidding/wire', 'db/terms'];

const dashboard: Check = (_source, target, line) => {
  if (inside(target, 'dashboard', 'db/terms')) return null;
  if (target === 'api/app.ts') {
    return line.typeOnly ? null : 'only its types: write `import type`';
  }
  return 'the console knows db/terms and the types of api/app.ts; what it needs belongs behind a route';
};

const slice: Check = (source, target, line) => {
  const own = source.path.split('/')[1] as string;
  const forbidden = noTest(source, target, line);
  if (forbidden) return forbidden;
  if (inside(target, `api/${own}`, 'api/http', 'db', 'bidding/wire', 'bidding/engine')) return null;
  if (API_COMMON.includes(target)) return null;
  const other = /^api\/([\w-]+)\/(.+)$/.exec(target);
  if (!other)
    return 'a slice knows its own files, api/http, db, lower slices, bidding/{wire,engine}';
  const [, name, file] = other as unknown as [string, string, string];
  const [mine, theirs] = [SLICE_RANK[own], SLICE_RANK[name]];
  if (mine === undefined) return `give the slice ${own} a rank in test/tidy/rooms.ts`;
  if (theirs === undefined) return `give the slice ${name} a rank in test/tidy/rooms.ts`;
  // Who asks is known to all; only the type, never the rules.
  if (target === 'api/identity/actor.ts' && line.typeOnly) return null;
  if (theirs >= mine) return `${own} (rank ${mine}) knows nothing of ${name} (rank ${theirs})`;
  // Shared by all: who somebody is, and which of a slice's failures there are.
  if (file === `${name}.ts` || file === 'actor.ts' || file === 'failures.ts') return null;
  return `go through the front door api/${name}/${name}.ts`;
};

/** First match decides. */
const CHECKS: [RegExp, Check][] = [
  [/^(test|run)\//, () => null],
  [/^[\w.]+\.(ts|mjs)$/, () => null],
  [/^db\/terms\//, only('db/terms stands alone', 'db/terms')],
  [/^db\/schema\//, only('db/schema knows db/terms', 'db/schema', 'db/terms')],
  [/^db\//, only('db knows nothing of the rooms above', 'db')],
  [
    /^bidding\/(engine|openrtb|render|wire)\//,
    only('this part is pure: move it up a room', ...PURE),
  ],
  [/^bidding\//, only('bidding knows itself and db/terms', 'bidding', 'db/terms')],
  [/^api\/http\//, noTest],
  [/^api\/[\w-]+\.ts$/, noTest],
  [/^api\//, slice],
  [/^dashboard\//, dashboard],
];

function packageRemedy(path: string, { specifier, typeOnly }: Import): string | null {
  if (/^db\/terms\//.test(path)) return specifier === 'zod' ? null : 'db/terms imports only zod';
  if (/^bidding\/(engine|openrtb|render|wire)\//.test(path)) {
    // Sealing a token is arithmetic too, only done by node's crypto.
    const allowed = ['zod', 'node:crypto', 'node:buffer'];
    return allowed.includes(specifier) || typeOnly ? null : 'this part is pure: no packages';
  }
  if (/^bidding\//.test(path)) {
    const allowed = specifier.startsWith('node:') || ['ioredis', 'zod', 'pino'].includes(specifier);
    return allowed || NODE_SIDE.has(specifier) ? null : 'the hot process has redis and node: only';
  }
  if (/^dashboard\//.test(path)) {
    return /^(node:|drizzle|postgres|ioredis)/.test(specifier) && !/config/.test(path)
      ? 'the console runs in a browser'
      : null;
  }
  return null;
}

/** Small libraries the bidding process may have, each for one thing. */
const NODE_SIDE = new Set(['isbot', 'ip2region']);
