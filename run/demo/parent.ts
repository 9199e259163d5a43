/**
 * Notices that whoever started us is gone, however it went. A pipe would be surer, but npm gives us
 * none: so the chain of parents up to npm is looked at twice a second.
 */
import { existsSync, readFileSync } from 'node:fs';

/** Calls `onGone` once when npm, or the shell between npm and us, has ended. */
export function watchParents(onGone: () => void): void {
  // Started by hand (`nohup node run/boot.mjs start &`) we may well outlive the shell.
  if (!process.env.npm_lifecycle_event) return;
  const parent = process.ppid;
  const shell = commandLine(parent).includes('run/boot.mjs');
  const grandparent = shell ? parentOf(parent) : undefined;
  const timer = setInterval(() => {
    const same =
      process.ppid === parent && (grandparent === undefined || parentOf(parent) === grandparent);
    if (same) return;
    clearInterval(timer);
    onGone();
  }, 500);
  timer.unref();
}

function commandLine(pid: number): string {
  const file = `/proc/${pid}/cmdline`;
  return existsSync(file) ? readFileSync(file, 'utf8').replaceAll('\0', ' ') : '';
}

function parentOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is a name in brackets, which may itself hold blanks and brackets.
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return undefined;
  }
}
