/**
 * Whose rows are whose, as row-level security: the second wall behind the routes' own checks. Owns what `hongze_app` (one
 * organisation's request) may see and write of each table; `hongze_worker` sees all. A table is judged by its columns
 * (`organization_id`, `advertiser_id`, `outlet_id`) unless it is named here; test/integration/db/walls.test.ts finds those
 * that neither have such a column nor are named.
 */
import { createHash } from 'node:crypto';
import type postgres from 'postgres';

type Wall =
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

const MINE = {
  organization_id: 'organization_id = (SELECT wall_organization())',
  advertiser_id: 'advertiser_id = ANY ((SELECT wall_advertisers())::bigint[])',
  outlet_id: 'outlet_id = ANY ((SELECT wall_outlets())::bigint[])',
} as const;
const OWNER_COLUMNS = Object.keys(MINE) as (keyof typeof MINE)[];

const through = (parent: string, column = `${parent}_id`, key = 'id'): Wall => ({
  rows: 'through',
  parent,
  column,
  key,
});

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
  contract_version: through('contract'),
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
  stop_receipt: { rows: 'facts' },
  pacing_state: through('line_item'),
  budget_grant: through('line_item'),
  lease_spend: through('line_item'),
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
  payment_refusal: { rows: 'by', see: 'false', write: 'true' },
  bill: { rows: 'house' },
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
const READ_ONLY = new Set([
  'account_kind', 'account', 'balance', 'period', 'journal', 'entry', 'hold', 'hold_capture', 'journal_block',
  'period_balance',
]); // biome-ignore format: a list
/** Appended to, never changed: not even by grant. */
const APPEND_ONLY = new Set(['audit_entry']);

function throughExpression(parent: string, column: string, key = 'id'): string {
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

/** The condition on rows to be seen, and on rows as written. */
function conditions(table: Table, wall: Wall): { see: string; write: string } {
  const mine = OWNER_COLUMNS.filter((column) => table.columns.includes(column))
    .map((column) => MINE[column])
    .join(' OR ');
  switch (wall.rows) {
    case 'owned':
      return { see: mine, write: mine };
    case 'shared':
      return { see: 'true', write: mine || 'false' };
    case 'through': {
      const see = throughExpression(wall.parent, `${table.name}.${wall.column}`, wall.key);
      return { see, write: see };
    }
    case 'by':
      return { see: wall.see, write: wall.write ?? wall.see };
    case 'facts':
      return { see: 'true', write: 'false' };
    case 'open':
      return { see: 'true', write: 'true' };
    case 'house':
      return { see: 'false', write: 'false' };
  }
}

const verbs = (table: string, wall: Wall | undefined): string => {
  if (wall?.rows === 'house') return '';
  if (wall?.rows === 'facts' || READ_ONLY.has(table)) return 'SELECT';
  return APPEND_ONLY.has(table) ? 'SELECT, INSERT' : 'SELECT, INSERT, UPDATE, DELETE';
};

/** Everything that lays one table's wall, whatever stood before. */
function layWall(table: Table): string[] {
  const { name } = table;
  const wall = wallOf(table) ?? { rows: 'open' as const };
  const mine = verbs(name, wall);
  const house = READ_ONLY.has(name)
    ? 'SELECT'
    : APPEND_ONLY.has(name)
      ? 'SELECT, INSERT'
      : 'SELECT, INSERT, UPDATE, DELETE';
  const all = READ_ONLY.has(name) ? 'hongze_worker, hongze_ledger' : 'hongze_worker';
  const { see, write } = conditions(table, wall);
  return [
    `REVOKE ALL ON ${name} FROM PUBLIC, hongze_app, hongze_worker`,
    ...(mine ? [`GRANT ${mine} ON ${name} TO hongze_app`] : []),
    `GRANT ${house} ON ${name} TO hongze_worker`,
    `ALTER TABLE ${name} ENABLE ROW LEVEL SECURITY`,
    `DROP POLICY IF EXISTS wall ON ${name}`,
    `CREATE POLICY wall ON ${name} TO hongze_app USING (${see}) WITH CHECK (${write})`,
    // Reading and locking is wider than writing; deleting asks only what may be seen.
    `DROP POLICY IF EXISTS wall_delete ON ${name}`,
    ...(see === write
      ? []
      : [
          `CREATE POLICY wall_delete ON ${name} AS RESTRICTIVE FOR DELETE TO hongze_app USING (${write})`,
        ]),
    `DROP POLICY IF EXISTS house ON ${name}`,
    `CREATE POLICY house ON ${name} TO ${all} USING (true) WITH CHECK (true)`,
  ];
}

/** A view shows what its reader may see, not what its owner may (PostgreSQL 15; before, tenants get none). */
function layView(name: string, invokes: boolean): string[] {
  return [
    ...(invokes ? [`ALTER VIEW ${name} SET (security_invoker = true)`] : []),
    `REVOKE ALL ON ${name} FROM PUBLIC, hongze_app, hongze_worker`,
    `GRANT SELECT ON ${name} TO hongze_worker${invokes ? ', hongze_app' : ''}`,
  ];
}

async function raiseViews(sql: postgres.Sql): Promise<string[]> {
  const [server] =
    await sql`SELECT current_setting('server_version_num')::int >= 150000 AS invokes`;
  const bare = await sql<{ name: string }[]>`
    SELECT relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'v'
      AND NOT has_table_privilege('hongze_worker', oid, 'SELECT') ORDER BY 1`;
  for (const { name } of bare)
    await sql.unsafe(layView(name, server?.invokes === true).join(';\n'));
  return bare.map(({ name }) => name);
}

/** Functions that a role may only call when told so. */
const FUNCTION_GRANTS = `DO $$ DECLARE f regprocedure; BEGIN
  FOR f IN SELECT p.oid FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace
      AND has_function_privilege('hongze_app', p.oid, 'EXECUTE') AND p.proname LIKE 'ledger\\_%' LOOP
    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO hongze_worker', f);
  END LOOP;
  GRANT EXECUTE ON FUNCTION event_partition(date), event_partition_drop(date) TO hongze_worker;
END $$`;

export async function readTables(sql: postgres.Sql): Promise<Table[]> {
  return sql<Table[]>`
    SELECT c.relname AS name, array_agg(a.attname::text ORDER BY a.attnum) AS columns
      FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
     WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
       AND a.attnum > 0 AND NOT a.attisdropped
     GROUP BY 1 ORDER BY 1`;
}

/**
 * Lays the walls that are not as declared; nothing where all are. Takes each table's lock for an instant. Returns the
 * tables changed. Where the roles could not be made (a managed database), there are none to lay.
 */
export async function raiseWalls(sql: postgres.Sql): Promise<string[]> {
  const roles = await sql`
    SELECT 1 FROM pg_roles WHERE rolname IN ('hongze_app', 'hongze_worker', 'hongze_ledger')`;
  if (roles.length < 3) return [];
  const laid = new Map(
    (
      await sql<{ name: string; mark: string | null }[]>`
      SELECT c.relname AS name, obj_description(p.oid, 'pg_policy') AS mark
        FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid WHERE p.polname = 'wall'`
    ).map(({ name, mark }) => [name, mark]),
  );
  const changed = await raiseViews(sql);
  for (const table of await readTables(sql)) {
    const statements = layWall(table);
    const mark = createHash('sha256').update(statements.join(';')).digest('hex').slice(0, 16);
    if (laid.get(table.name) === mark) continue;
    await sql.begin(async (tx) => {
      await tx.unsafe(
        [...statements, `COMMENT ON POLICY wall ON ${table.name} IS '${mark}'`].join(';\n'),
      );
    });
    changed.push(table.name);
  }
  if (changed.length > 0) await sql.unsafe(FUNCTION_GRANTS);
  return changed;
}
