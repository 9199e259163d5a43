/**
 * Where a running demo lives: `.hongze/`. Owns its files, and the note by which other commands find
 * the running one (`running.json`).
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';

export const DEMO_FOLDER = resolve(process.env.HONGZE_DATA ?? '.hongze');

const runningSchema = z.object({
  pid: z.number().int(),
  publicUrl: z.string(),
  exchangeUrl: z.string(),
  databaseUrl: z.string(),
  redisUrl: z.string(),
  gatewayControlUrl: z.string().optional(),
});
export type Running = z.infer<typeof runningSchema>;

const noteFile = (folder: string) => join(folder, 'running.json');

export function ensureFolder(folder: string): void {
  mkdirSync(join(folder, 'logs'), { recursive: true, mode: 0o755 });
}

/** The demo that runs from this folder, or null; a note left by a killed one does not count. */
export function findRunning(folder = DEMO_FOLDER): Running | null {
  if (!existsSync(noteFile(folder))) return null;
  const parsed = runningSchema.safeParse(JSON.parse(readFileSync(noteFile(folder), 'utf8')));
  return parsed.success && isOurs(parsed.data.pid) ? parsed.data : null;
}

/** Whether a demo ran here before and was not stopped in order. */
export const wasKilled = (folder: string): boolean =>
  existsSync(noteFile(folder)) && !findRunning(folder);

export function noteRunning(folder: string, running: Running): void {
  writeFileSync(noteFile(folder), JSON.stringify(running, null, 2), { mode: 0o600 });
}

export function forgetRunning(folder: string): void {
  rmSync(noteFile(folder), { force: true });
}

/** Process ids are used again: where the system tells, only a process of ours counts. */
function isOurs(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  const commandLine = `/proc/${pid}/cmdline`;
  if (!existsSync('/proc/self/cmdline')) return true;
  return (
    existsSync(commandLine) && /run\/(boot\.mjs|\w+\.ts)/.test(readFileSync(commandLine, 'utf8'))
  );
}
