/** Loaded before a program: it stays on one core, CORE, as a node does that has a machine of its own. Linux only. */
import { execFileSync } from 'node:child_process';

execFileSync('taskset', ['-acp', process.env.CORE ?? '0', String(process.pid)], {
  stdio: 'ignore',
});
