/** Runs one other program to its end, for the commands. Owns passing on signals and exit codes. */
import { spawn } from 'node:child_process';

export interface Finished {
  code: number;
  output: string;
  seconds: number;
}

/** Shows the program's output as it comes; resolves with its exit code (1 when killed). */
export function runToEnd(
  command: string,
  args: string[],
  options: { env?: NodeJS.ProcessEnv; quiet?: boolean } = {},
): Promise<Finished> {
  const began = performance.now();
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      stdio: options.quiet ? ['ignore', 'pipe', 'pipe'] : 'inherit',
      env: options.env ?? process.env,
    });
    let output = '';
    const collect = (chunk: Buffer) => {
      output += chunk.toString('utf8');
    };
    child.stdout?.on('data', collect);
    child.stderr?.on('data', collect);
    const pass = (signal: NodeJS.Signals) => child.kill(signal);
    // Ctrl-C reaches the child by itself; we only must not end before it.
    const ignore = () => {};
    process.on('SIGTERM', pass);
    process.on('SIGINT', ignore);
    child.once('error', reject);
    child.once('close', (code) => {
      process.off('SIGTERM', pass);
      process.off('SIGINT', ignore);
      resolve({ code: code ?? 1, output, seconds: (performance.now() - began) / 1000 });
    });
  });
}

/** Runs a TypeScript file of ours by tsx, with its own standard streams. */
export function runScript(
  file: string,
  args: string[],
  options: { env?: NodeJS.ProcessEnv; quiet?: boolean } = {},
): Promise<Finished> {
  return runToEnd(process.execPath, ['--import', 'tsx', file, ...args], options);
}
