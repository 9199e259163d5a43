/**
 * A server that dies with its parent. Owns the one trick for it: a small shell stands between, and
 * holds the reading end of a pipe; when this process ends, however it ends (kill -9 too), the
 * kernel closes the writing end, the shell reads end-of-file and stops the server.
 */
import { type ChildProcess, spawn } from 'node:child_process';

/** In `sh`: start the server without the pipe; at end-of-file send it its stop signal. */
const KEEPER = `
signal=$1; shift
"$@" 3<&- </dev/null & server=$!
{
  read -r _ <&3
  trap 'kill "$nap"; exit' TERM
  kill -s "$signal" "$server"
  sleep 8 & nap=$!
  wait "$nap"
  kill -s KILL "$server"
} >/dev/null 2>&1 & watch=$!
wait "$server"; code=$?
kill "$watch" 2>/dev/null
exit "$code"
`;

export interface KeptOptions {
  /** The signal by which this server shuts down cleanly and fast. */
  stopSignal: 'INT' | 'TERM';
  uid?: number | undefined;
  gid?: number | undefined;
  cwd?: string;
  /** Sees everything the server writes, e.g. to log it. */
  onOutput?: (chunk: Buffer) => void;
  env?: NodeJS.ProcessEnv;
}

export interface Kept {
  /** What the server wrote, latest last, at most 16 KiB: for error messages. */
  output(): string;
  exited: Promise<number | null>;
  running(): boolean;
  stop(): Promise<void>;
}

/** Starts `command` so that it cannot outlive this process. */
export function keep(command: string, args: string[], options: KeptOptions): Kept {
  const child: ChildProcess = spawn(
    '/bin/sh',
    ['-c', KEEPER, 'keeper', options.stopSignal, command, ...args],
    {
      // An own session: Ctrl-C in the terminal reaches us alone, and we stop servers in order.
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
      cwd: options.cwd,
      env: options.env ?? process.env,
      ...(options.uid === undefined ? {} : { uid: options.uid, gid: options.gid }),
    },
  );
  let tail = '';
  const collect = (chunk: Buffer) => {
    options.onOutput?.(chunk);
    tail = (tail + chunk.toString('utf8')).slice(-16_384);
  };
  child.stdout?.on('data', collect);
  child.stderr?.on('data', collect);
  const pipe = child.stdio[3];
  pipe?.on('error', () => {});
  let alive = true;
  const exited = new Promise<number | null>((resolve) => {
    child.once('error', (error) => {
      alive = false;
      tail += String(error);
      resolve(null);
    });
    child.once('exit', (code) => {
      alive = false;
      resolve(code);
    });
  });
  unreference(child);
  return {
    output: () => tail.trim(),
    exited,
    running: () => alive,
    stop: async () => {
      if (!alive) return;
      // A destroyed pipe is the same end-of-file that our death would be: one way to stop.
      child.ref();
      pipe?.destroy();
      await exited;
    },
  };
}

/** A kept server must not keep this process alive: a script that is done may simply end. */
function unreference(child: ChildProcess): void {
  child.unref();
  for (const stream of child.stdio) {
    (stream as unknown as { unref?: () => void } | null)?.unref?.();
  }
}
