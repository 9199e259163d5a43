/**
 * A folder on a file system of its own, so small that it can be filled: tmpfs in a user and mount namespace, which needs no
 * root. Its keeper lives inside and does what is asked by a line; others reach it by /proc/<keeper>/root. Linux only.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { createInterface } from 'node:readline';

export interface SmallFolder {
  path: string;
  /** Leaves not a byte free. */
  fill(): Promise<void>;
  free(): Promise<void>;
  stop(): void;
}

const KEEPER = `
mount -t tmpfs -o size=$1,mode=0755 none "$2" && cd "$2" && mkdir -m 0700 data && echo ready || exit
while read -r word; do
  if [ "$word" = fill ]; then dd if=/dev/zero of=filler bs=4096 2>/dev/null; else rm -f filler; fi
  echo done
done`;

/** PostgreSQL runs as another account under root (db/embedded/postgres), and the namespace must know it. */
function accountOfPostgres(): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const nobody = /^nobody:[^:]*:(\d+):(\d+):/m.exec(readFileSync('/etc/passwd', 'utf8'));
  return { uid: Number(nobody?.[1]), gid: Number(nobody?.[2]) };
}

/** @throws where namespaces are not to be had. */
export async function openSmallFolder(
  megabytes: number,
  of: 'redis' | 'postgres',
): Promise<SmallFolder> {
  const place = mkdtempSync(`${tmpdir()}/hongze-small-`);
  const args = ['-rm', 'sh', '-c', KEEPER, 'keeper', `${megabytes}m`, place];
  const keeper = spawn('unshare', args, {
    stdio: ['pipe', 'pipe', 'inherit'],
    ...(of === 'postgres' ? accountOfPostgres() : {}),
  });
  const lines = createInterface({ input: keeper.stdout })[Symbol.asyncIterator]();
  const stop = () => {
    // At the end of its input the keeper ends, and with it the file system.
    keeper.stdin.end();
    rmSync(place, { recursive: true, force: true });
  };
  const ask = async (word: string) => {
    keeper.stdin.write(`${word}\n`);
    await lines.next();
  };
  const first = await lines.next();
  if (first.value !== 'ready') {
    stop();
    throw new Error('no file system of our own can be mounted here (unshare -rm)');
  }
  const path = `/proc/${keeper.pid}/root${place}/data`;
  return { path, fill: () => ask('fill'), free: () => ask('free'), stop };
}
