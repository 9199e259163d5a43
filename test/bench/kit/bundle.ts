/** Programs of a bench as one file each, as the product's own are run: translated on the way, they measured a third slower. */
import { join, resolve } from 'node:path';
import { build } from 'esbuild';

const OUT = 'dist/bench';

/** Built files by name. */
export async function bundle<Name extends string>(
  programs: Record<Name, string>,
): Promise<Record<Name, string>> {
  await build({
    entryPoints: programs,
    outdir: OUT,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'error',
  });
  const files = Object.keys(programs).map((name) => [name, resolve(join(OUT, `${name}.mjs`))]);
  return Object.fromEntries(files) as Record<Name, string>;
}
