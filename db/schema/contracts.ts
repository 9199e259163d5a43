/** Contracts and their versions. Written by api/contracts only; frozen on activation by triggers (0030). */
import {
  bigint,
  date,
  index,
  integer,
  pgTable,
  primaryKey,
  smallint,
  text,
  timestamp,
  uniqueIndex,
} from 'drizzle-orm/pg-core';
import { identity, microCny, timestamps, version } from './columns.ts';

const number64 = (name: string) => bigint(name, { mode: 'number' });

export type ContractKind = 'resale' | 'agency';

export const contract = pgTable(
  'contract',
  {
    id: identity(),
    name: text('name').notNull(),
    kind: text('kind').$type<ContractKind>().notNull().default('resale'),
    outletId: number64('outlet_id').notNull(),
    propertyId: number64('property_id'),
    placementId: number64('placement_id'),
    dealId: text('deal_id'),
    /** Generated: `placement:9`, `outlet:5`. */
    scope: text('scope').notNull().generatedAlwaysAs(''),
    ...timestamps,
  },
  (t) => [index('contract_outlet').on(t.outletId)],
);

export type ContractStatus = 'draft' | 'active' | 'discarded';

export const contractVersion = pgTable(
  'contract_version',
  {
    id: identity(),
    contractId: number64('contract_id')
      .notNull()
      .references(() => contract.id),
    number: integer('number').notNull(),
    scope: text('scope').notNull(),
    status: text('status').$type<ContractStatus>().notNull().default('draft'),
    effectiveFrom: date('effective_from').notNull(),
    /** Exclusive; null: until further notice. */
    effectiveTo: date('effective_to'),
    minimumMonthlyMicroCny: microCny('minimum_monthly_micro_cny').notNull().default(0n),
    /** Somebody else activates; null: before this was kept, or by the house itself. */
    draftedBy: text('drafted_by'),
    activatedAt: timestamp('activated_at', { withTimezone: true }),
    activatedBy: text('activated_by'),
    ...version,
    ...timestamps,
  },
  (t) => [uniqueIndex('contract_version_contract_id_number_key').on(t.contractId, t.number)],
);

export const contractParty = pgTable(
  'contract_party',
  {
    contractVersionId: number64('contract_version_id')
      .notNull()
      .references(() => contractVersion.id),
    tier: smallint('tier').notNull(),
    ordinal: smallint('ordinal').notNull(),
    fromMicroCny: microCny('from_micro_cny').notNull(),
    /** Null: the platform. */
    outletId: number64('outlet_id'),
    sharePpm: integer('share_ppm').notNull(),
  },
  (t) => [primaryKey({ columns: [t.contractVersionId, t.tier, t.ordinal] })],
);

export const contractResidual = pgTable(
  'contract_residual',
  {
    contractVersionId: number64('contract_version_id')
      .notNull()
      .references(() => contractVersion.id),
    tier: smallint('tier').notNull(),
    ordinal: smallint('ordinal').notNull(),
    /** Millionths of a µCNY. */
    residual: bigint('residual', { mode: 'bigint' }).notNull().default(0n),
  },
  (t) => [primaryKey({ columns: [t.contractVersionId, t.tier, t.ordinal] })],
);

export const contractVolume = pgTable(
  'contract_volume',
  {
    contractVersionId: number64('contract_version_id')
      .notNull()
      .references(() => contractVersion.id),
    month: text('month').notNull(),
    grossMicroCny: microCny('gross_micro_cny').notNull().default(0n),
    lastDay: date('last_day').notNull(),
  },
  (t) => [primaryKey({ columns: [t.contractVersionId, t.month] })],
);
