/**
 * The snapshot: all that a bidding node knows of the market, published by api/delivery, loaded by every node.
 * JSON, gzipped, in Redis; the engine compiles it. A delta is the same shape with only what changed.
 */
import type {
  Category,
  CreativeContent,
  Format,
  FrequencyCap,
  Pricing,
  Priority,
  PropertyKind,
  Size,
  StopScope,
  Tier,
} from '../../db/terms/market.ts';
import type { Target } from '../../db/terms/target.ts';
import type { SnapshotDemandPartner, SnapshotSupplyPartner } from './partner.ts';

export interface SnapshotOutlet {
  id: number;
  name: string;
  tier: Tier;
  divisionCode: string;
  blockedCategories: string[];
  blockedAdvertiserIds: number[];
}

export interface SnapshotProperty {
  id: number;
  outletId: number;
  kind: PropertyKind;
  domain: string | null;
  forMinors: boolean;
}

export interface SnapshotPlacement {
  id: number;
  propertyId: number;
  outletId: number;
  format: Format;
  sizes: Size[];
  floorCpmFen: number;
  auctionType: 'first' | 'second';
}

export interface SnapshotFloorRule {
  outletId: number;
  placementId: number | null;
  format: Format | null;
  divisionCode: string | null;
  hoursOfWeek: number[] | null;
  floorCpmFen: number;
}

export interface SnapshotCreative {
  id: number;
  advertiserId: number;
  format: Format;
  w: number | null;
  h: number | null;
  content: CreativeContent;
  landingUrl: string;
  category: Category;
  isPsa: boolean;
  aiGenerated: boolean;
  contentHash: string;
}

export interface SnapshotLineItem {
  id: number;
  campaignId: number;
  advertiserId: number;
  advertiserDomain: string | null;
  advertiserName: string;
  category: Category;
  priority: Priority;
  pricing: Pricing;
  /** Fen per thousand (CPM), per click (CPC), per conversion (OCPC). */
  bidFen: number;
  /** Epoch ms in which it may serve; half open. */
  startsAtMs: number;
  endsAtMs: number;
  target: Target;
  frequencyCaps: FrequencyCap[];
  creativeIds: number[];
  /** Rank multiplier m = exp(−y) of the pacing controller, 0 … 1. */
  rankMultiplier: number;
  /** Greatest pCTR and pCVR it may be ranked with; the engine's default where absent. */
  maxCtr?: number;
  maxCvr?: number;
  /** Dual prices of a guaranteed item, µCNY an impression: α of the deal, β by county code. */
  guaranteed?: { alphaMicroCny: number; countyMicroCny: Record<string, number> };
  /** Of priority `booked`: when it is its turn. */
  booked?: BookedVoice;
}

/** Days bought outright: which of a placement's slots each Shanghai day are the line item's, counted from 1. */
export interface BookedVoice {
  slotsADay: number;
  days: Record<string, number[]>;
}

/** What may not be served, whatever else holds: take-downs and silent periods. */
export interface SnapshotStop {
  id: number;
  scope: StopScope;
  /** Id or category key; null with scope `all`. */
  subject: string | null;
  /** Division prefix or outlet it holds in; both null: everywhere. */
  divisionCode: string | null;
  outletId: number | null;
}

export interface SnapshotDeal {
  id: string;
  /** Its row, which tokens and events carry; absent: its delivery is not counted. */
  rowId?: number;
  kind: 'pmp' | 'preferred' | 'guaranteed';
  /** Fixed price (preferred, guaranteed) or floor (pmp), CPM fen. */
  priceCpmFen: number;
  placementIds: number[];
  advertiserIds: number[];
  buyerSeats: string[];
  /** Domains a partner's bid may advertise under the deal; absent or empty: any. */
  advertiserDomains?: string[];
  /** The demand partner it is offered to; absent: our own line items buy. */
  partnerId?: number;
  /** Quantity agreed on: promised by a guaranteed deal, the most that another one allows. */
  impressions?: number;
  lineItemIds: number[];
  startsAtMs: number;
  endsAtMs: number;
}

export interface Snapshot {
  version: number;
  publishedAtMs: number;
  outlets: SnapshotOutlet[];
  properties: SnapshotProperty[];
  placements: SnapshotPlacement[];
  floorRules: SnapshotFloorRule[];
  creatives: SnapshotCreative[];
  lineItems: SnapshotLineItem[];
  deals: SnapshotDeal[];
  stops: SnapshotStop[];
  demandPartners?: SnapshotDemandPartner[];
  supplyPartners?: SnapshotSupplyPartner[];
}

/** Entities replaced whole by id, and ids that are gone. Applied in version order; a gap means reload. */
export interface SnapshotDelta {
  fromVersion: number;
  version: number;
  publishedAtMs: number;
  upsert: Partial<Omit<Snapshot, 'version' | 'publishedAtMs' | 'floorRules'>>;
  remove: Partial<
    Record<
      | 'outlets'
      | 'properties'
      | 'placements'
      | 'creatives'
      | 'lineItems'
      | 'stops'
      | 'demandPartners'
      | 'supplyPartners',
      number[]
    > & { deals: string[] }
  >;
  /** New pacing multipliers, `[lineItemId, m]`: every ten seconds for many items, so without the items themselves. */
  rankMultipliers?: [number, number][];
  /** New dual prices of guaranteed line items, for the same reason. */
  guaranteed?: [number, NonNullable<SnapshotLineItem['guaranteed']>][];
  /** Line items out of budget, or back: cheaper than removing and sending them again. */
  pause?: number[];
  resume?: number[];
  /** There is a new click and conversion model at `keys.model`: it is megabytes, and deltas are kept by the thousand. */
  hasNewModel?: boolean;
  /** Floor rules are few: sent whole when any changed. */
  floorRules?: SnapshotFloorRule[];
}
