/** Free ports below the kernel's ephemeral range (32768), where no outgoing connection takes one. */
import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** Whether a server could listen on this loopback port now. */
export function portIsFree(port: number, host = '127.0.0.1'): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen({ port, host, exclusive: true }, () => probe.close(() => resolve(true)));
  });
}

/** A random free port in 20000 … 31999. Another process may still take it first: callers retry. */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < 64; attempt++) {
    const port = randomInt(20_000, 32_000);
    if (await portIsFree(port)) return port;
  }
  throw new Error('no free port found between 20000 and 31999');
}

export interface HeldPort {
  port: number;
  /** Lets go of it: now its program may take it. */
  release(): Promise<void>;
}

/** Listens on a port so that nobody else takes it before its program is up; whoever calls meanwhile is hung up on. */
export function holdPort(port: number, host = '127.0.0.1'): Promise<HeldPort | undefined> {
  return new Promise((resolve) => {
    const holder = createServer((socket) => socket.destroy());
    holder.unref();
    holder.once('error', () => resolve(undefined));
    holder.listen({ port, host, exclusive: true }, () =>
      resolve({ port, release: () => new Promise((done) => holder.close(() => done())) }),
    );
  });
}
