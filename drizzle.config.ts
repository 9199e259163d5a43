/**
 * For drizzle-kit's studio and its diffs. Migrations are written by hand in db/migrations (triggers,
 * grants and reasons do not come out of a generator) and applied by db/migrate.ts; that the schema in
 * db/schema says the same is checked by test/integration/db/schema.test.ts.
 */
import { defineConfig } from 'drizzle-kit';

export default defineConfig({
  dialect: 'postgresql',
  schema: './db/schema/*.ts',
  out: './.hongze/drizzle',
  dbCredentials: { url: process.env.DATABASE_URL ?? 'postgres://postgres@127.0.0.1:5432/hongze' },
});
