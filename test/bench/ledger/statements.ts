/** Ten thousand statements: drafted, proved against the ledger and frozen. */
import { sql } from 'drizzle-orm';
import { closeHour } from '../../../api/billing/billing.ts';
import { draftStatements, freezeMonth } from '../../../api/statements/statements.ts';
import type { Database } from '../../../db/client.ts';
import { dayStartMs, hourOf } from '../../../db/terms/day.ts';
import { addAdvertiser, addLineItem } from '../../kit/books.ts';

const MONTH = '2026-09';
const DAYS = [3, 17];

export interface StatementFigures {
  statements: number;
  lines: number;
  draftSeconds: number;
  freezeSeconds: number;
  seconds: number;
}

/** As many outlets, each with one placement, a contract, and delivery on two days. */
export async function measureStatements(db: Database, outlets: number): Promise<StatementFigures> {
  const advertiser = await addAdvertiser(db, 10n ** 15n);
  const line = await addLineItem(db, advertiser.id);
  await db.execute(sql`
    WITH made AS (
      INSERT INTO outlet (organization_id, name, tier, division_code, status)
      SELECT 'bench', '融媒体中心 ' || n, 'county', '330106', 'active' FROM generate_series(1, ${outlets}) n
      RETURNING id),
    sites AS (INSERT INTO property (outlet_id, kind, name) SELECT id, 'site', '网站' FROM made RETURNING id, outlet_id)
    INSERT INTO placement (outlet_id, property_id, name, format, floor_cpm_fen)
    SELECT outlet_id, id, 'bench', 'banner', 100 FROM sites`);
  await db.execute(sql`
    WITH made AS (INSERT INTO contract (name, outlet_id) SELECT 'bench', id FROM outlet WHERE organization_id = 'bench'
                  RETURNING id, outlet_id, scope),
    versions AS (INSERT INTO contract_version (contract_id, number, scope, effective_from)
                 SELECT id, 1, scope, '2026-01-01' FROM made RETURNING id, contract_id)
    INSERT INTO contract_party SELECT v.id, 0, o.ordinal, 0, CASE o.ordinal WHEN 0 THEN m.outlet_id END,
      CASE o.ordinal WHEN 0 THEN 700000 ELSE 300000 END
      FROM versions v JOIN made m ON m.id = v.contract_id, generate_series(0, 1) o(ordinal)`);
  await db.execute(sql`UPDATE contract_version v SET status = 'active', activated_at = now(), activated_by = 'bench'
    FROM contract c WHERE c.id = v.contract_id AND c.name = 'bench'`);
  await db.execute(sql`INSERT INTO contract_residual (contract_version_id, tier, ordinal)
    SELECT p.contract_version_id, p.tier, p.ordinal FROM contract_party p JOIN contract_version v ON v.id = p.contract_version_id
    JOIN contract c ON c.id = v.contract_id WHERE c.name = 'bench'`);
  const clock = () => dayStartMs('2026-10-02');
  for (const day of DAYS) {
    const hour = hourOf(dayStartMs(`${MONTH}-${String(day).padStart(2, '0')}`)) + 10;
    await db.execute(sql`
      INSERT INTO rollup_hour (hour, outlet_id, placement_id, division_code, advertiser_id, campaign_id, line_item_id,
                               creative_id, device, impressions, spend_micro_cny)
      SELECT ${hour}, p.outlet_id, p.id, '330106', ${advertiser.id}, ${line.campaignId}, ${line.id}, 1, 0, 100, 1000000 + p.id
        FROM placement p WHERE p.name = 'bench'`);
    await closeHour({ db, clock }, hour);
  }
  const began = performance.now();
  await draftStatements({ db }, MONTH);
  const drafted = performance.now();
  const statements = await freezeMonth({ db, clock }, { month: MONTH, by: 'bench' });
  const frozen = performance.now();
  const seconds = (ms: number) => Math.round(ms / 100) / 10;
  return {
    statements,
    lines: statements * DAYS.length,
    draftSeconds: seconds(drafted - began),
    freezeSeconds: seconds(frozen - drafted),
    seconds: seconds(frozen - began),
  };
}
