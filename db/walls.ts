/**
 * Row-level security: the second wall behind the routes' own checks. Owns laying it: what `hongze_app` (one organisation's
 * request) may see and write of each table, as declared in walls/owners.ts; `hongze_worker` sees all. Run after every
 * migration, so that a new table never stands without.
 */
import { createHash } from 'node:crypto';
import type postgres from 'postgres';
import { patiently } from './patience.ts';
import {
  APPEND_ONLY,
  MINE,
  OWNER_COLUMNS,
  READ_ONLY,
  type Table,
  throughExpression,
  type Wall,
  wallOf,
} from './walls/owners.ts';

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

const verbs = (table: string, wall: Wall): string => {
  if (wall.rows === 'house') return '';
  if (wall.rows === 'facts' || READ_ONLY.has(table)) return 'SELECT';
  return APPEND_ONLY.has(table) ? 'SELECT, INSERT' : 'SELECT, INSERT, UPDATE, DELETE';
};

/** Everything that lays one table's wall, whatever stood before. */
function layWall(table: Table): string[] {
  const { name } = table;
  // What nobody has declared stays closed: an error at its first use rather than a hole nobody notices.
  const wall = wallOf(table) ?? { rows: 'house' as const };
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

/** Functions that a role may only call when told so, and the numbers that sequences give: they tell nothing of anybody. */
const FUNCTION_GRANTS = `DO $$ DECLARE f regprocedure; BEGIN
  FOR f IN SELECT p.oid FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace
      AND has_function_privilege('hongze_app', p.oid, 'EXECUTE') AND p.proname LIKE 'ledger\\_%' LOOP
    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO hongze_worker', f);
  END LOOP;
  GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO hongze_app, hongze_worker;
  -- Days of a partitioned table are made and dropped as their owner, by the worker's word.
  FOR f IN SELECT p.oid FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace
      AND p.proname ~ '_partition(_drop)?$' LOOP
    EXECUTE format('ALTER FUNCTION %s SECURITY DEFINER SET search_path = public, pg_temp', f);
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO hongze_worker', f);
  END LOOP;
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
    await patiently(sql, async (tx) => {
      await tx.unsafe(
        [...statements, `COMMENT ON POLICY wall ON ${table.name} IS '${mark}'`].join(';\n'),
      );
    });
    changed.push(table.name);
  }
  const closed = await sql`
    SELECT 1 FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'S'
      AND CASE relkind WHEN 'S' THEN NOT has_sequence_privilege('hongze_worker', oid, 'USAGE') END`;
  if (changed.length > 0 || closed.length > 0) await sql.unsafe(FUNCTION_GRANTS);
  return changed;
}
