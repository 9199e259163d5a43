/**
 * Whose rows are whose. Owns the declaration; how it becomes policies is db/walls.ts. A table is judged by its columns
 * (`organization_id`, `advertiser_id`, `outlet_id`) unless it is named here; test/integration/db/walls.test.ts finds those
 * that neither have such a column nor are named.
 */

export type Wall =
  /** Visible and writable to whom one of its owner columns names. */
  | { rows: 'owned' }
  /** The market's shop window: all may read, and lock; what is written must be one's own. */
  | { rows: 'shared' }
  /** Read by all, written by the house: calendars, rates, divisions. */
  | { rows: 'facts' }
  /** Belongs to whom the parent row belongs: `column` names the parent's id. */
  | { rows: 'through'; parent: string; column: string; key?: string }
  /** Nothing for tenants, not even an empty answer: a query of theirs is an error. */
  | { rows: 'house' }
  /** Nobody's: all read and write. */
  | { rows: 'open' }
  /** `see` decides who reads; `write` (default: the same) what may be written. */
  | { rows: 'by'; see: string; write?: string };

export const MINE = {
  organization_id: 'organization_id = (SELECT wall_organization())',
  advertiser_id: 'advertiser_id = ANY ((SELECT wall_advertisers())::bigint[])',
  outlet_id: 'outlet_id = ANY ((SELECT wall_outlets())::bigint[])',
} as const;
export const OWNER_COLUMNS = Object.keys(MINE) as (keyof typeof MINE)[];

const through = (parent: string, column = `${parent}_id`, key = 'id'): Wall => ({
  rows: 'through',
  parent,
  column,
  key,
});

const OWN_CONTRACT = `EXISTS (SELECT FROM contract c WHERE c.id = contract_version.contract_id AND c.${MINE.outlet_id})`;

export const WALLS: Record<string, Wall> = {
  // Who belongs where. Passwords, sessions and secrets are read by sign-in alone, which acts as the house.
  organization: {
    rows: 'by',
    see: `id = (SELECT wall_organization())
      OR EXISTS (SELECT FROM organization_member m WHERE m.organization_id = organization.id)
      OR EXISTS (SELECT FROM advertiser a WHERE a.organization_id = organization.id)`,
    // An agency takes in a client, who gets an organisation of its own.
    write: `id = (SELECT wall_organization()) OR kind = 'advertiser'`,
  },
  organization_member: {
    rows: 'by',
    see: `${MINE.organization_id} OR user_id = (SELECT wall_person())`,
    write: MINE.organization_id,
  },
  user_account: {
    rows: 'by',
    see: 'EXISTS (SELECT FROM organization_member m WHERE m.user_id = user_account.id)',
    write: 'false',
  },
  user_session: { rows: 'by', see: 'active_organization_id = (SELECT wall_organization())' },
  user_credential: { rows: 'house' },
  user_two_factor: { rows: 'house' },
  user_verification: { rows: 'house' },
  letter: { rows: 'house' },
  second_factor_use: { rows: 'house' },

  // Everybody writes their own acts; nobody but the house rewrites or links them.
  audit_entry: { rows: 'by', see: `${MINE.organization_id} OR organization_id IS NULL` },
  audit_chain: { rows: 'house' },

  // The ledger: accounts kept for one of ours and what was posted to them. Written by its own functions only.
  account_kind: { rows: 'facts' },
  account: { rows: 'by', see: 'code = ANY ((SELECT wall_accounts())::text[])', write: 'false' },
  balance: through('account'),
  entry: through('account'),
  hold: through('account'),
  hold_capture: through('hold'),
  journal: through('entry', 'id', 'journal_id'),
  journal_block: { rows: 'house' },
  period: { rows: 'facts' },
  period_balance: through('account'),

  // Supply is what buyers choose from.
  outlet: {
    rows: 'by',
    see: 'true',
    write: MINE.organization_id,
  },
  property: { rows: 'shared' },
  placement: { rows: 'shared' },
  rate_card: { rows: 'by', see: 'true', write: throughExpression('placement', 'placement_id') },
  division: { rows: 'facts' },
  // An outlet that has a share sees what is or was in force; drafts and whatever is written are its owner's.
  contract: {
    rows: 'by',
    see: `${MINE.outlet_id} OR id = ANY ((SELECT wall_shared_contracts())::bigint[])`,
    write: MINE.outlet_id,
  },
  contract_version: {
    rows: 'by',
    see: `${OWN_CONTRACT} OR id = ANY ((SELECT wall_shared_versions())::bigint[])`,
    write: OWN_CONTRACT,
  },
  contract_party: through('contract_version'),
  contract_residual: through('contract_version'),
  contract_volume: through('contract_version'),

  // Demand. An outlet sees who has booked with it.
  advertiser: {
    rows: 'by',
    see: `${MINE.organization_id} OR agency_organization_id = (SELECT wall_organization())
      OR EXISTS (SELECT FROM booking_line l WHERE l.advertiser_id = advertiser.id)`,
    write: `${MINE.organization_id} OR agency_organization_id = (SELECT wall_organization())`,
  },
  line_item_creative: through('line_item'),
  segment_member: through('segment'),
  reader_interest: { rows: 'house' },
  // Whom a reader told to forget them binds everybody's uploads.
  reader_erasure: { rows: 'shared' },
  // An outlet sees what may run on its pages.
  creative: {
    rows: 'by',
    see: `${MINE.advertiser_id} OR (status <> 'draft' AND (SELECT wall_outlets())::bigint[] <> '{}')`,
    write: MINE.advertiser_id,
  },
  feedback_case: {
    rows: 'by',
    see: `${MINE.advertiser_id} OR EXISTS (SELECT FROM feedback f WHERE f.case_id = feedback_case.id)`,
    write: MINE.advertiser_id,
  },
  creative_review: through('creative'),
  review_task: through('creative'),
  // Either side proposes, and names the other's things: the deal says who the two are.
  deal_placement: through('deal'),
  deal_line_item: through('deal'),
  booking_order: {
    rows: 'by',
    see: `${MINE.advertiser_id} OR EXISTS (SELECT FROM booking_line l WHERE l.order_id = booking_order.id)`,
  },
  // That a slot is taken is all it says, and whoever books must know.
  booking_slot: { rows: 'open' },
  booking_evidence: through('booking_line', 'line_id'),

  // Delivery.
  delivery_change: { rows: 'open' }, // noted by triggers, without saying for whom
  stop: { rows: 'shared' }, // what is stopped must be known to whom it stops
  stop_receipt: { rows: 'open' }, // by party, who confirms for itself
  pacing_state: through('line_item'),
  budget_grant: through('line_item'),
  lease_spend: through('line_item'),
  request_sample: { rows: 'house' },
  rate_model: { rows: 'house' },
  rejected_event: { rows: 'house' },
  metering_final: { rows: 'facts' },
  billing_month: { rows: 'facts' },
  tax_rate: { rows: 'facts' },

  // Money's papers.
  statement_line: through('statement'),
  statement_event: through('statement'),
  top_up_refund: through('top_up'),
  payout_part: through('payout'),
  payout_batch: { rows: 'house' },
  clawback_use: through('payout'),
  notify_inbox: { rows: 'house' },
  // What finance thinks of giving is not for whom it would be given to.
  credit_proposal: { rows: 'house' },
  payment_refusal: { rows: 'by', see: 'false', write: 'true' },
  bill: { rows: 'house' },
  // Without an owner it is the platform's own: what both sides write on their invoices.
  invoice_title: {
    rows: 'by',
    see: `${MINE.advertiser_id} OR ${MINE.outlet_id} OR (advertiser_id IS NULL AND outlet_id IS NULL)`,
    write: `${MINE.advertiser_id} OR ${MINE.outlet_id}`,
  },
  // The bank's line of a payout is its outlet's to see.
  bill_line: {
    rows: 'by',
    see: 'EXISTS (SELECT FROM bill_match m WHERE m.bill_line_id = bill_line.id)',
    write: 'false',
  },
  bill_match: {
    rows: 'by',
    see: `item_kind IN ('payout', 'payoutReturn') AND EXISTS (SELECT FROM payout_part p WHERE p.id = item_id)`,
    write: 'false',
  },
  reconciliation_case: { rows: 'house' },

  schema_migration: { rows: 'house' },
};

/** Tables the ledger's own functions write: the application's roles only read them (see 0015). */
export const READ_ONLY = new Set([
  'account_kind', 'account', 'balance', 'period', 'journal', 'entry', 'hold', 'hold_capture', 'journal_block',
  'period_balance', 'schema_migration',
]); // biome-ignore format: a list
/** Appended to, never changed: not even by grant. */
export const APPEND_ONLY = new Set(['audit_entry']);

export function throughExpression(parent: string, column: string, key = 'id'): string {
  return `EXISTS (SELECT FROM ${parent} up WHERE up.${key} = ${column})`;
}

export interface Table {
  name: string;
  columns: string[];
}

/** Its declaration, else what its columns say; undefined: nobody has said whose its rows are. */
export function wallOf({ name, columns }: Table): Wall | undefined {
  const declared = WALLS[name];
  if (declared) return declared;
  return OWNER_COLUMNS.some((column) => columns.includes(column)) ? { rows: 'owned' } : undefined;
}
