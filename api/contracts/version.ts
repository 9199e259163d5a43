/** A version of a contract, as it is read, split by and shown. */
import type { Day } from '../../db/terms/day.ts';
import type { MicroCny } from '../../db/terms/money.ts';

export interface Party {
  /** Null: the platform. */
  outletId: number | null;
  sharePpm: number;
}

export interface ContractTier {
  /** The month's gross from which these shares hold, µCNY; the first tier's is 0. */
  fromMicroCny: MicroCny;
  parties: Party[];
}

export interface ContractVersion {
  id: number;
  contractId: number;
  number: number;
  scope: string;
  status: 'draft' | 'active' | 'discarded';
  outletId: number;
  /** Null: the house itself, or before this was kept. */
  draftedBy: string | null;
  effectiveFrom: Day;
  /** Exclusive. */
  effectiveTo: Day | null;
  minimumMonthlyMicroCny: MicroCny;
  /** The first tier's parties: all there are in a contract without volume tiers. */
  parties: Party[];
  tiers: ContractTier[];
}
