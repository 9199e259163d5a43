import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { openTestDatabase } from '../../kit/database.ts';

const { db } = await openTestDatabase();

test('the script makes a login that may take both roles, owns nothing and sees nothing, out of an older one too', async () => {
  // The server is shared: another name, and nothing of it stays.
  const login = `program_${process.pid}`;
  const script = readFileSync('ops/postgres/program.sql', 'utf8')
    .replaceAll('hongze_program', login)
    .replaceAll(":'password'", "'it''s secret'")
    .replace(/^(--.*|BEGIN;|COMMIT;)$/gm, '');
  const undone = db.$client.begin(async (tx) => {
    // As 0.1.0 made it: it saw all rows by itself.
    await tx.unsafe(`CREATE ROLE ${login} LOGIN IN ROLE hongze_app, hongze_worker`);
    for (let round = 0; round < 2; round++) {
      for (const statement of script.split(/;|\\gexec/).filter((text) => text.trim() !== '')) {
        const rows = await tx.unsafe(statement);
        // psql's \gexec: each cell is a statement.
        for (const row of rows)
          for (const cell of Object.values(row)) await tx.unsafe(String(cell));
      }
    }
    const [role] = await tx`
      SELECT rolcanlogin AND NOT rolsuper AND NOT rolcreaterole AS plain,
        pg_has_role(rolname, 'hongze_app', 'MEMBER') AND pg_has_role(rolname, 'hongze_worker', 'MEMBER') AS member,
        pg_has_role(rolname, 'hongze_app', 'USAGE') OR pg_has_role(rolname, 'hongze_worker', 'USAGE') AS sees,
        (SELECT count(*)::int FROM pg_class WHERE relowner = pg_roles.oid) AS owned
        FROM pg_roles WHERE rolname = ${login}`;
    expect(role).toEqual({ plain: true, member: true, sees: false, owned: 0 });
    throw new Error('looked');
  });
  await expect(undone).rejects.toThrow('looked');
});
