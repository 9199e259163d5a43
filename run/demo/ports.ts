/** The two ports that people type. Owns the choice of the next free one and the message about it. */
import { type HeldPort, holdPort, portIsFree } from '../../db/embedded/ports.ts';

/**
 * The wanted port, else the next free one, said aloud; held until its program is started, which may be many seconds later.
 * @param patienceMs how long to wait for a demo killed a moment ago to let go of it.
 */
export async function choosePort(
  name: string,
  wanted: number,
  options: { patienceMs: number; taken: Set<number>; say: (line: string) => void },
): Promise<HeldPort> {
  if (!Number.isInteger(wanted) || wanted < 1 || wanted > 65_535) {
    throw new Error(`${name}=${process.env[name]} is not a port: give a number from 1 to 65535.`);
  }
  const deadline = performance.now() + options.patienceMs;
  while (!(await isFree(wanted, options.taken)) && performance.now() < deadline) {
    await new Promise((wake) => setTimeout(wake, 100));
  }
  for (let port = wanted; port <= Math.min(wanted + 200, 65_535); port++) {
    const held = (await isFree(port, options.taken)) ? await holdPort(port, HOST) : undefined;
    if (!held) continue;
    if (port !== wanted) {
      options.say(`Port ${wanted} is taken by another program; ${name} is ${port} this time.`);
    }
    options.taken.add(port);
    return held;
  }
  throw new Error(`No free port from ${wanted} on; set ${name} to another one.`);
}

const HOST = process.env.HOST ?? '127.0.0.1';

const isFree = async (port: number, taken: Set<number>): Promise<boolean> =>
  !taken.has(port) &&
  (await portIsFree(port, HOST)) &&
  // What the outside can reach under `localhost` may be a program on the IPv6 loopback.
  ((await portIsFree(port, '::1').catch(() => true)) || !(await hasIpv6()));

let ipv6: Promise<boolean> | undefined;
function hasIpv6(): Promise<boolean> {
  // Port 0 is free wherever there is an IPv6 loopback at all.
  ipv6 ??= portIsFree(0, '::1');
  return ipv6;
}
