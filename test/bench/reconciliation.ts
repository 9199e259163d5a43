/**
 * A day's bill of many rows against our book, on a PostgreSQL of its own: read, stored, matched, booked.
 * `npm run bench -- reconciliation [--rows 100000] [--anomalies 200] [--json]`; rows are top-ups and their fees.
 */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { keepBill, matchBill } from '../../api/reconciliation/reconciliation.ts';
import { connect, type Database } from '../../db/client.ts';
import { bootPostgres } from '../../db/embedded/postgres.ts';
import { migrate } from '../../db/migrate.ts';
import { addDays, type Day, dayOf, dayStartMs } from '../../db/terms/day.ts';
import { billZip } from '../simulator/alipay/bills.ts';
import type { Movement } from '../simulator/alipay/records.ts';
import { NOON, openHouse } from '../simulator/payments/house.ts';
import { readArguments, report, round } from './kit/figures.ts';

const args = readArguments(process.argv);
const rows = args.number('rows', 100_000);
const anomalies = args.number('anomalies', 200);

/** Credited top-ups of the day; every `n` of them is one that our book has not heard of being paid. */
async function fillBook(db: Database, count: number, day: Day): Promise<void> {
  const noon = new Date(dayStartMs(day) + 12 * 3_600_000).toISOString();
  await db.execute(sql`
    INSERT INTO top_up (advertiser_id, out_trade_no, method, subject, amount_fen, status, trade_no, created_by,
                        created_at, expires_at, paid_at, credited_at)
    SELECT 1 + n % 40, 'TU' || n, 'page', 's', 1000 + n % 9000,
           CASE WHEN n <= ${anomalies} THEN 'created' ELSE 'credited' END,
           CASE WHEN n > ${anomalies} THEN 'T' || n END, 'bench', ${noon}::timestamptz, ${noon}::timestamptz,
           CASE WHEN n > ${anomalies} THEN ${noon}::timestamptz END, CASE WHEN n > ${anomalies} THEN ${noon}::timestamptz END
      FROM generate_series(1, ${count}) n`);
  await db.execute(sql`ANALYZE top_up`);
}

function movementsOf(count: number, day: Day): Movement[] {
  const noonMs = dayStartMs(day) + 12 * 3_600_000;
  let balanceFen = 0n;
  return Array.from({ length: count }, (_, i) => i + 1).flatMap((n) => {
    const amountFen = BigInt(1000 + (n % 9000));
    const feeFen = (amountFen * 6n + 500n) / 1000n;
    const common = {
      businessSerial: `T${n}`,
      outNo: `TU${n}`,
      title: '广告账户充值',
      atMs: noonMs,
      counterparty: 'b@x',
      remark: '',
    };
    balanceFen += amountFen;
    const paid: Movement = { ...common, serial: `P${n}`, amountFen, balanceFen, kind: '在线支付' };
    balanceFen -= feeFen;
    return [paid, { ...common, serial: `F${n}`, amountFen: -feeFen, balanceFen, kind: '收费' }];
  });
}

const folder = mkdtempSync(join(tmpdir(), 'hongze-bench-'));
chmodSync(folder, 0o755);
const server = await bootPostgres({ dataDir: join(folder, 'postgres'), durable: false });
try {
  await migrate(server.url);
  const db = connect(server.url, { max: 8 });
  const house = await openHouse(db, {});
  const day = dayOf(NOON);
  const count = Math.floor(rows / 2);
  await fillBook(db, count, day);
  const zip = billZip(day, '2088', movementsOf(count, day), NOON);
  house.set(dayStartMs(addDays(day, 1)) + 36_000_000);
  const startedMs = performance.now();
  const startedCpu = process.cpuUsage();
  const bill = await keepBill(house.ctx, day, zip);
  const keptMs = performance.now();
  const keptCpu = process.cpuUsage(startedCpu);
  const run = await matchBill(house.ctx, day);
  const endedMs = performance.now();
  const seconds = {
    read: round((keptMs - startedMs) / 1_000, 2),
    match: round((endedMs - keptMs) / 1_000, 2),
    total: round((endedMs - startedMs) / 1_000, 2),
    // This process's own processor time: what a busy machine does not stretch.
    readCpu: round(keptCpu.user / 1_000_000, 2),
    cpu: round(process.cpuUsage(startedCpu).user / 1_000_000, 2),
  };
  const found = run.matched + run.fees + run.cases === bill.rowCount && run.cases === anomalies;
  report(
    'reconciliation',
    { rows: bill.rowCount, zipBytes: zip.length, ...run, found, seconds },
    args,
  );
  await house.gateway.close();
  await db.$client.end();
  process.exitCode = found ? 0 : 1;
} finally {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
}
