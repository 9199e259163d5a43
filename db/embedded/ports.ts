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
