import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freePort } from '../../db/embedded/ports.ts';

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
    const match = /curl -s '([^']+)'[\s\S]*?-d '([^']+)'/.exec(first.output());
    const response = await fetch(match?.[1] as string, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: match?.[2] as string,
    });
    const answer = (await response.json()) as {
      cur: string;
      seatbid: { bid: { adm: string }[] }[];
    };
    expect(answer.cur).toBe('CNY');
    expect(answer.seatbid[0]?.bid[0]?.adm).toContain('广告');
  });

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
    const kept = await query(`create table kept as select 42 as n`).then(() => true);
    expect(kept).toBe(true);
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

  async function query(statement: string): Promise<unknown[]> {
    const note = JSON.parse(readFileSync(join(folder, 'running.json'), 'utf8'));
    const sql = postgres(note.databaseUrl, { max: 1 });
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
