import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { closeHour } from '../../api/billing/billing.ts';
import { draftStatements } from '../../api/statements/statements.ts';
import { connect } from '../../db/client.ts';
import { freePort } from '../../db/embedded/ports.ts';
import { houseOf } from '../../db/scope.ts';
import { dayOfHour, monthOf } from '../../db/terms/day.ts';
import { hasBrowser, openBrowser } from '../kit/browser.ts';

const READER =
  'Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Mobile Safari/537.36';

/** Only Linux shows us which processes there are. */
const canLook = existsSync('/proc/self/environ');

describe.skipIf(!canLook)('npm start', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hongze-start-'));
  chmodSync(folder, 0o755);
  let occupied: Server;
  let port = 0;
  let exchangePort = 0;
  let first: Started;

  beforeAll(async () => {
    port = await freePort();
    exchangePort = await freePort();
    occupied = createServer().listen(port, '127.0.0.1');
    first = await start();
  }, 240_000);

  afterAll(() => {
    occupied.close();
    for (const pid of processesOf(folder)) killQuietly(pid);
    rmSync(folder, { recursive: true, force: true });
  });

  test('takes the next free port when the wanted one is taken, and says so', () => {
    expect(first.output()).toContain(`Port ${port} is taken by another program`);
    expect(first.output()).toContain(`Console    http://localhost:${port + 1}`);
  });

  test('prints a curl that wins, with an ad that says it is one', async () => {
    const answer = await bannersAuction();
    expect(answer.cur).toBe('CNY');
    expect(answer.seatbid[0]?.bid[0]?.adm).toContain('广告');
  });

  test.skipIf(!hasBrowser)(
    'shows that ad in a browser: one impression, whose amount is in the outlet’s statement',
    async () => {
      const { bidid, seatbid } = await bannersAuction();
      const browser = await openBrowser();
      // A browser that says it is headless is counted as a declared robot, and bills nothing.
      const page = await browser.newPage({ userAgent: READER });
      const fired: string[] = [];
      page.on('request', (request) => request.url().includes('/t/i?') && fired.push(request.url()));
      await page.setContent(seatbid[0]?.bid[0]?.adm ?? '');
      await page.getByText('广告', { exact: true }).waitFor();

      const counted = () =>
        query(`select outlet_id::int as "outletId", placement_id::int as "placementId",
                 hour, price_micro_cny::int as price
                 from event where event_key like '${bidid}:%' and kind = 1`) as Promise<Counted[]>;
      await expect.poll(counted, { timeout: 15_000 }).toHaveLength(1);
      expect(fired).toHaveLength(1);
      const [impression] = await counted();
      expect(impression?.price).toBeGreaterThan(0);
      const line = await statementLine(impression as Counted);
      expect(Number(line.gross)).toBeGreaterThanOrEqual(impression?.price ?? 0);
      expect(line.charged).toBe(line.gross);
    },
    60_000,
  );

  test('serves the console', async () => {
    const page = await fetch(`http://127.0.0.1:${port + 1}/`);
    expect(page.status).toBe(200);
    expect(await page.text()).toContain('<div id="root">');
  });

  test('tells this machine its measures, whatever address the asker claims', async () => {
    const ask = (headers: Record<string, string>) =>
      fetch(`http://127.0.0.1:${port + 1}/metrics`, { headers });
    const measures = await ask({ 'x-hongze-client-address': '10.1.1.1' });
    expect(measures.status).toBe(200);
    expect(await measures.text()).toContain('hongze_ledger_drift_micro_cny 0');
  });

  test('leaves no process behind when it is killed with -9, and finds its data again', async () => {
    await query('create table kept as select 42 as n');
    expect(processesOf(folder).length).toBeGreaterThan(5);
    first.child.kill('SIGKILL');
    await expect.poll(() => processesOf(folder), { timeout: 20_000, interval: 200 }).toEqual([]);

    const second = await start();
    expect(second.output()).not.toContain('Seeding');
    expect(await query('select n from kept')).toEqual([{ n: 42 }]);
    const ended = new Promise((resolve) => second.child.once('exit', resolve));
    second.child.kill('SIGINT');
    expect(await ended).toBe(0);
    await expect.poll(() => processesOf(folder), { timeout: 2000 }).toEqual([]);
  }, 240_000);

  interface Counted {
    outletId: number;
    placementId: number;
    hour: number;
    price: number;
  }

  /** Closes the impression's hour and drafts its month: the outlet's line of that day and placement. */
  async function statementLine({ outletId, placementId, hour }: Counted) {
    const db = houseOf(connect(databaseUrl(), { max: 2 }));
    const ctx = { db, clock: () => (hour + 2) * 3_600_000 };
    const day = dayOfHour(hour);
    await closeHour(ctx, hour);
    await draftStatements(ctx, monthOf(day));
    const [line] = (await query(`
      select l.gross_micro_cny as gross,
             (select sum(c.amount_micro_cny) from charge c
               where c.placement_id = l.placement_id and c.day = l.day) as charged
        from statement_line l join statement s on s.id = l.statement_id
       where s.outlet_id = ${outletId} and l.placement_id = ${placementId} and l.day = '${day}'
    `)) as { gross: string; charged: string }[];
    await db.$client.end();
    if (!line) throw new Error(`no line of ${day} in the statement of outlet ${outletId}`);
    return line;
  }

  async function bannersAuction() {
    const match = /curl -s '([^']+)'[\s\S]*?-d '([^']+)'/.exec(first.output());
    const response = await fetch(match?.[1] as string, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: match?.[2] as string,
    });
    return (await response.json()) as {
      bidid: string;
      cur: string;
      seatbid: { bid: { adm: string }[] }[];
    };
  }

  interface Started {
    child: ChildProcess;
    output(): string;
  }

  async function start(): Promise<Started> {
    const { DATABASE_URL: _database, REDIS_URL: _redis, ...rest } = process.env;
    const child = spawn(process.execPath, ['run/boot.mjs', 'start', '--no-traffic'], {
      env: {
        ...rest,
        HONGZE_DATA: folder,
        PORT: String(port),
        EXCHANGE_PORT: String(exchangePort),
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let text = '';
    const collect = (chunk: Buffer) => {
      text += chunk.toString();
    };
    child.stdout?.on('data', collect);
    child.stderr?.on('data', collect);
    await new Promise<void>((resolve, reject) => {
      child.stdout?.on('data', () => text.includes('Ctrl-C stops.') && resolve());
      child.once('exit', (code) => reject(new Error(`npm start ended with ${code}:\n${text}`)));
    });
    return { child, output: () => text };
  }

  const databaseUrl = (): string =>
    JSON.parse(readFileSync(join(folder, 'running.json'), 'utf8')).databaseUrl;

  /** The programs' login owns nothing and sees nothing by itself. */
  function ownersUrl(): string {
    const url = new URL(databaseUrl());
    url.username = 'postgres';
    return url.toString();
  }

  async function query(statement: string): Promise<unknown[]> {
    const sql = postgres(ownersUrl(), { max: 1 });
    return sql.unsafe(statement).finally(() => sql.end());
  }
});

/** Every process whose environment or command line names the folder, zombies left out. */
function processesOf(folder: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => ['environ', 'cmdline'].some((file) => read(pid, file).includes(folder)))
    .map(Number);
}

function read(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}

function killQuietly(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It went by itself.
  }
}
