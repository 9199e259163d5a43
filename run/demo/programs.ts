/**
 * The server programs as one file each in dist/programs. Owns their build: translated file by file
 * at start, as tsx does it, api and worker took 2.9 s of processor time each; bundled 1.1 s.
 * Packages stay outside of the bundle, since some read files beside their own.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, type Plugin } from 'esbuild';
import { keepBuilt } from './sources.ts';

const OUT = 'dist/programs';
const SOURCES = ['api', 'bidding', 'db', 'test/simulator', 'run', 'package-lock.json'];

/** Name of the process and the file it runs. */
export const PROGRAMS = {
  alipay: 'test/simulator/alipay/main.ts',
  api: 'api/server.ts',
  exchange: 'bidding/server.ts',
  worker: 'api/worker.ts',
  traffic: 'test/simulator/traffic/main.ts',
  seed: 'run/seed.ts',
  migrate: 'run/migrate.ts',
} as const;
export type ProgramName = keyof typeof PROGRAMS;

/** The built file of a program. */
export const programFile = (name: ProgramName): string => resolve(OUT, `${name}.mjs`);

/** Builds all programs when a source changed: about half a second. */
export async function buildPrograms(): Promise<void> {
  await keepBuilt(OUT, SOURCES, async (draft) => {
    await build({
      entryPoints: Object.fromEntries(
        Object.entries(PROGRAMS).map(([name, file]) => [`${name}.main`, file]),
      ),
      outdir: draft,
      outExtension: { '.js': '.mjs' },
      bundle: true,
      splitting: true,
      packages: 'external',
      platform: 'node',
      format: 'esm',
      target: 'node20',
      sourcemap: 'linked',
      logLevel: 'error',
      plugins: [originalPlace],
    });
    for (const [name, file] of Object.entries(PROGRAMS)) {
      // A program knows by its first argument that it is the one that was started.
      const text = `process.argv[1] = ${JSON.stringify(resolve(file))};\nawait import('./${name}.main.mjs');\n`;
      writeFileSync(join(draft, `${name}.mjs`), text);
    }
  });
}

/** Files that a module reads beside itself are found from where the module was written. */
const originalPlace: Plugin = {
  name: 'original place',
  setup({ onLoad, onResolve }) {
    // Plain Node does not import JSON from a package as tsx and vite do.
    onResolve({ filter: /^[^./].*\.json$/ }, ({ path, importer }) => ({
      path: createRequire(importer).resolve(path),
    }));
    onLoad({ filter: /\.ts$/ }, ({ path }) => {
      const text = readFileSync(path, 'utf8');
      if (!text.includes('import.meta.url')) return undefined;
      const url = JSON.stringify(pathToFileURL(path).href);
      return { contents: text.replaceAll('import.meta.url', url), loader: 'ts' };
    });
  },
};
