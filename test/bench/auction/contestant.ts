/** A server process under load: started, measured from outside, ended. CPU time is read from the kernel. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import autocannon from 'autocannon';

export interface Load {
  requestsPerS: number;
  p50Ms: number;
  p99Ms: number;
  /** µs of the server's CPU a request. */
  cpuMicros: number;
  non2xx: number;
}

export interface Contestant {
  name: string;
  /** `rate` 0: as fast as it goes. */
  load(seconds: number, rate?: number): Promise<Load>;
  rssMb(): number;
  stop(): void;
}

const TICK_MICROS = 10_000;

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

/** Pinned to one core where the machine allows it, so that "a core" means one. */
export async function contestant(
  name: string,
  file: string,
  args: string[],
  env: NodeJS.ProcessEnv,
  port: number,
  bodies: readonly string[],
): Promise<Contestant> {
  const command = [
    '-c',
    '1',
    process.execPath,
    '--max-semi-space-size=16',
    '--import',
    'tsx',
    file,
    ...args,
  ];
  const child = spawn('taskset', command, {
    env: { ...process.env, ...env, EXCHANGE_PORT: String(port) },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await started(child);
  const pid = child.pid ?? 0;
  return {
    name,
    async load(seconds, rate = 0) {
      const before = cpuMicros(pid);
      const result = await autocannon({
        url: `http://127.0.0.1:${port}/openrtb2/auction`,
        connections: rate === 0 ? 64 : 32,
        duration: seconds,
        ...(rate === 0 ? {} : { overallRate: rate }),
        requests: bodies.map((body) => ({
          method: 'POST' as const,
          headers: { 'content-type': 'application/json' },
          body,
        })),
      });
      const spent = cpuMicros(pid) - before;
      const total = result['2xx'] + result.non2xx;
      return {
        requestsPerS: total / result.duration,
        p50Ms: result.latency.p50,
        p99Ms: result.latency.p99,
        cpuMicros: spent / Math.max(1, total),
        non2xx: result.non2xx,
      };
    },
    rssMb: () =>
      Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024,
    stop: () => {
      child.kill('SIGTERM');
    },
  };
}
