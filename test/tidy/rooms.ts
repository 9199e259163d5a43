/** The import table of ARCHITECTURE.md as data: who may know whom. */

/** Lower ranks know nothing of higher ones; equals know nothing of each other. */
export const SLICE_RANK: Record<string, number> = {
  ledger: 0,
  audit: 0,
  files: 0,
  identity: 1,
  webhooks: 2,
  outlets: 2,
  contracts: 2,
  payments: 2,
  campaigns: 3,
  creatives: 3,
  partners: 4,
  metering: 4,
  onboarding: 4,
  delivery: 5,
  content: 5,
  assistant: 5,
  audiences: 5,
  billing: 5,
  bookings: 6,
  deals: 6,
  statements: 6,
  reconciliation: 6,
  reports: 6,
  feedback: 6,
  acceptance: 6,
  invoices: 7,
  clearing: 7,
  plans: 7,
  periods: 8,
  observation: 7,
};

/** Slices may lean on these two beside the table: what a request carries, and what a process is given. */
export const API_COMMON = ['api/context.ts', 'api/env.ts'];

/** Programs: what is started, not imported. Everything alive is reached from one of these. */
export const ENTRANCES = [
  /^run\/[\w.-]+$/,
  /^api\/(server|worker|edge)\.ts$/,
  /^api\/statements\/verify\.ts$/,
  // wrangler.toml names it.
  /^api\/edge\/absent\.ts$/,
  /^bidding\/server\.ts$/,
  // drizzle.config.ts and the schema's test read the whole folder.
  /^db\/schema\//,
  /^dashboard\/app\/main\.tsx$/,
  // Its index.html names it.
  /^test\/bench\/console\/page\.tsx$/,
  /^dashboard\/vite\.config\.ts$/,
  /^dashboard\/[\w/]+\.d\.ts$/,
  /^[\w.]+\.config\.ts$/,
];

/** Programs of the tests (skew.mjs is loaded before one); they keep test files alive, not the product's. */
export const TEST_ENTRANCES = [
  /\.test\.tsx?$/,
  /^test\/simulator\/(\w+\/main|story|sim)\.ts$/,
  /^test\/(bench|faults)\/[\w-]+\.ts$/,
  /^test\/faults\/kit\/skew\.mjs$/,
  /^test\/e2e\/screens\.ts$/,
  /^test\/kit\//,
];

/** Slices whose arithmetic is money: integers only. */
export const MONEY_SLICES = [
  'ledger',
  'contracts',
  'billing',
  'payments',
  'statements',
  'reconciliation',
  'periods',
];
