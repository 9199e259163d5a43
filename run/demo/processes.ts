/** The demo's processes. Owns starting one, its log file, and waiting until it answers. */
import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { type Kept, keep } from '../../db/embedded/keeper.ts';
import { type ProgramName, programFile } from './programs.ts';

export interface DemoProcess {
  name: string;
  kept: Kept;
  stop(): Promise<void>;
}

/**
 * Node's flags for the exchange. A collection of the young copies what the auctions under way hold and looks at every page of the
 * old, however little has survived: 1.2 ms with a nursery of 8 MB, 1.9 with 16, 3.0 with 32, and 100,000 line items. An auction
 * took 62 µs with 8, 59 with 16 and 60 with 32, and half as much again with 4, whose survivors fill the old with what is soon dead.
 * On one core helper threads of the collector only take turns with it. After a quiet moment V8 would look through the whole market
 * for memory to return, 300 ms at half the speed and a pause of 45: the old are collected when they have grown.
 */
export const EXCHANGE_FLAGS = [
  '--min-semi-space-size=16',
  '--max-semi-space-size=16',
  '--single-threaded-gc',
  '--no-memory-reducer',
];

/**
 * And for the worker: what a batch of events is made of outlives several collections of a small nursery, and was copied at each; 10 µs
 * an event became 7.5.
 */
export const WORKER_FLAGS = ['--max-semi-space-size=64'];

const FLAGS: Partial<Record<ProgramName, readonly string[]>> = {
  exchange: EXCHANGE_FLAGS,
  worker: WORKER_FLAGS,
};

/** Starts a built program; it ends when this process ends. Its output goes to a log. */
export function startProcess(
  name: ProgramName,
  options: { folder: string; env: NodeJS.ProcessEnv; args?: string[] },
): DemoProcess {
  const log = openSync(join(options.folder, 'logs', `${name}.log`), 'w');
  let open = true;
  const kept = keep(
    process.execPath,
    [...(FLAGS[name] ?? []), '--enable-source-maps', programFile(name), ...(options.args ?? [])],
    {
      stopSignal: 'TERM',
      env: options.env,
      onOutput: (chunk) => {
        if (open) writeSync(log, chunk);
      },
    },
  );
  void kept.exited.then(() => {
    open = false;
    closeSync(log);
  });
  return { name, kept, stop: () => kept.stop() };
}

/**
 * Waits until `url` answers 2xx.
 * @throws when the process ends before, or does not answer in time: with the end of its output.
 */
export async function untilHealthy(
  process: DemoProcess,
  url: string,
  timeoutMs = 60_000,
): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  let last = 'no answer yet';
  while (performance.now() < deadline && process.kept.running()) {
    try {
      const response = await fetch(url, { signal: AbortSignal.timeout(2000) });
      const text = await response.text();
      if (response.ok) return;
      last = `${response.status} ${text.slice(0, 300)}`;
    } catch (error) {
      last = String((error as Error).cause ?? error);
    }
    await new Promise((wake) => setTimeout(wake, 40));
  }
  const state = process.kept.running() ? `does not answer ${url} (${last})` : 'ended';
  throw new Error(`${process.name} ${state}. The end of its output:\n${process.kept.output()}`);
}
