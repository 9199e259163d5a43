/**
 * Three projects: `unit` needs no services and is what `npm run check` runs; `integration` gets a
 * PostgreSQL and a Redis; `e2e` also gets a browser.
 */
import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

const cores = availableParallelism();
/** Left alone, vitest keeps a core free: on two cores one file at a time, mostly waiting. */
const isolatedFiles = {
  environment: 'node',
  pool: 'forks',
  isolate: true,
  maxWorkers: cores + 1,
  sequence: { groupOrder: 1 },
} as const;
/** Pure functions keep nothing between files, so that files may share a process and its imports. */
const sharedProcess = {
  ...isolatedFiles,
  isolate: false,
  maxWorkers: cores,
  sequence: { groupOrder: 0 },
} as const;

export default defineConfig({
  test: {
    reporters: process.env.HONGZE_REPORTER ? ['default', process.env.HONGZE_REPORTER] : ['default'],
    projects: [
      {
        test: {
          ...sharedProcess,
          name: 'unit',
          include: ['test/{unit,property,tidy}/**/*.test.{ts,tsx}'],
          testTimeout: 60_000,
        },
      },
      {
        test: {
          ...isolatedFiles,
          name: 'integration',
          include: ['test/{integration,conformance}/**/*.test.ts'],
          globalSetup: ['test/kit/servers.ts'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          ...isolatedFiles,
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          globalSetup: ['test/kit/servers.ts', 'test/kit/browserSetup.ts'],
          testTimeout: 120_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
});
