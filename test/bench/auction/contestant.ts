/**
 * A server process under load: started on a core of its own, measured from outside, ended. Its processor time is read from the
 * kernel. The load and Redis have the other core, where there is one.
 */
import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { EXCHANGE_FLAGS } from '../../../run/demo/processes.ts';
import { round } from '../kit/figures.ts';
import type { Measured, Plan } from './generator.ts';

export interface Load {
  /** Warm-up included. */
  answered: number;
  requestsPerS: number;
  p50Ms: number;
  p99Ms: number;
  /** µs of the server's processor time a request. */
  cpuMicros: number;
  /** Of its core, 0 … 1: near 1 the server was the bottleneck, and not the load. */
  busy: number;
  bidShare: number;
  /** Turned away (http/gate); not among the answered, though their cost is. Above 0 a core was taken away from the server. */
  shedShare: number;
  generatorMicros: number;
}

export interface Contestant {
  name: string;
  /** `rate` 0: as fast as it goes. */
  load(seconds: number, rate?: number): Promise<Load>;
  rssMb(): number;
  stop(): void;
}

const TICK_MICROS = 10_000;
export const WARM_UP_S = 1;
/** Connections that closed have thrown compiled code away, and half a core's idle time is short for compiling it again. */
const PACED_WARM_UP_S = 3;
const hasTwoCores = cpus().length > 1;
const SERVER_CORE = '1';
const LOAD_CORE = '0';
const run = promisify(execFile);

const onCore = (core: string, command: string[]): string[] =>
  hasTwoCores ? ['taskset', '-c', core, ...command] : command;

/** Moves a running process (Redis) to the core of the load. */
export function moveToLoadCore(pid: number): void {
  if (hasTwoCores)
    execFileSync('taskset', ['-a', '-cp', LOAD_CORE, String(pid)], { stdio: 'ignore' });
}

export function cpuMicros(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * TICK_MICROS;
}

function started(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    child.stdout?.once('data', () => resolve());
    child.once('exit', (code) => reject(new Error(`server ended with ${code}`)));
  });
}

export interface Ground {
  folder: string;
  /** The generator's program. */
  generator: string;
  /** Whole requests, in the order in which they are sent. */
  requestsFor: (port: number) => Request[];
}

export interface Request {
  text: string;
  /** Where the reader's six digits stand; −1: nowhere. */
  readerAt: number;
}

const READER = /reader-(?=\d{6})/;

export function bidRequest(body: string, port: number): Request {
  const text =
    `POST /openrtb2/auction HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nContent-Type: application/json\r\n` +
    `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: keep-alive\r\n\r\n${body}`;
  const match = READER.exec(text);
  const readerAt = match ? Buffer.byteLength(text.slice(0, match.index + match[0].length)) : -1;
  return { text, readerAt };
}

/** Starts a server with the flags that the exchange itself runs with. */
export async function contestant(
  name: string,
  file: string,
  args: string[],
  env: NodeJS.ProcessEnv,
  port: number,
  ground: Ground,
): Promise<Contestant> {
  const [command = '', ...rest] = onCore(SERVER_CORE, [
    process.execPath,
    ...EXCHANGE_FLAGS,
    file,
    ...args,
  ]);
  const child = spawn(command, rest, {
    env: { ...process.env, ...env, EXCHANGE_PORT: String(port) },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await started(child);
  const pid = child.pid ?? 0;
  const requests = ground.requestsFor(port);
  let asked = 0;
  return {
    name,
    async load(seconds, rate = 0) {
      const plan = join(ground.folder, `${name}.json`);
      const [connections, warmUpS] = rate === 0 ? [64, WARM_UP_S] : [256, PACED_WARM_UP_S];
      const traffic: Plan = {
        port,
        warmUpS,
        seconds,
        connections,
        rate,
        from: asked,
        requests,
      };
      writeFileSync(plan, JSON.stringify(traffic));
      const [tool = '', ...words] = onCore(LOAD_CORE, [process.execPath, ground.generator, plan]);
      const before = cpuMicros(pid);
      const { stdout } = await run(tool, words);
      const spent = cpuMicros(pid) - before;
      const it = JSON.parse(stdout) as Measured;
      asked += it.answered + connections;
      if (it.faults > 0) throw new Error(`${name}: ${it.faults} requests failed`);
      return {
        answered: it.answered,
        requestsPerS: it.counted / seconds,
        p50Ms: round(it.p50Ms, 2),
        p99Ms: round(it.p99Ms, 2),
        cpuMicros: spent / Math.max(1, it.answered),
        busy: spent / ((warmUpS + seconds) * 1e6),
        shedShare: it.shed / Math.max(1, it.counted + it.shed),
        bidShare: it.bids / Math.max(1, it.answered),
        generatorMicros: it.ownMicros,
      };
    },
    rssMb: () =>
      Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024,
    stop: () => {
      child.kill('SIGTERM');
    },
  };
}
