/** Whom an act of the simulation meets: mostly a row in the state it is made for, now and then one in any state. */
import { sql } from 'drizzle-orm';
import type { World } from './world.ts';

/** The id of one of a table's latest rows; undefined where there is none. `usual` is SQL of the state the act is made for. */
export async function idOf(
  world: World,
  table: string,
  usual: string,
): Promise<number | undefined> {
  const where = world.random.chance(0.8) ? usual : 'true';
  const rows = await world.db.execute<{ id: string }>(
    sql.raw(`SELECT id FROM ${table} WHERE ${where} ORDER BY id DESC LIMIT 12`),
  );
  const ids = rows.map((row) => Number(row.id));
  return ids.length === 0 ? undefined : world.random.pick(ids);
}
