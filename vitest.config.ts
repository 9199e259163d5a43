/**
 * Three projects: `unit` needs no services and is what `npm run check` runs; `integration` gets a
 * PostgreSQL and a Redis; `e2e` also gets a browser.
 */
import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

const cores = availableParallelism();
/**
 * Files share a process and what it has imported, which is most of their cost: a test leaves nothing behind that another could see.
 * Left alone, vitest would keep a core free: on two cores one file at a time, mostly waiting.
 */
const shared = {
  environment: 'node',
  pool: 'forks',
  isolate: false,
  setupFiles: 'test/kit/eachFile.ts',
} as const;
const pure = { ...shared, maxWorkers: cores, sequence: { groupOrder: 0 } } as const;
/** They wait for their servers as much as they work. */
const served = { ...shared, maxWorkers: cores + 1, sequence: { groupOrder: 1 } } as const;

/** For what hangs; a machine ten times as busy is no reason to fail. */
const PATIENCE_MS = 240_000;

export default defineConfig({
  test: {
    reporters: process.env.HONGZE_REPORTER ? ['default', process.env.HONGZE_REPORTER] : ['default'],
    projects: [
      {
        test: {
          ...pure,
          name: 'unit',
          include: ['test/{unit,property,tidy}/**/*.test.{ts,tsx}'],
          testTimeout: PATIENCE_MS,
        },
      },
      {
        test: {
          ...served,
          name: 'integration',
          include: ['test/{integration,conformance}/**/*.test.ts'],
          globalSetup: ['test/kit/servers.ts'],
          testTimeout: PATIENCE_MS,
          hookTimeout: PATIENCE_MS,
        },
      },
      {
        test: {
          ...served,
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          globalSetup: ['test/kit/servers.ts', 'test/kit/browserSetup.ts', 'test/kit/demoSetup.ts'],
          testTimeout: PATIENCE_MS,
          hookTimeout: PATIENCE_MS,
        },
      },
    ],
  },
});
