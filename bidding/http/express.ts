/**
 * The express lane: bid requests and tracker calls in their usual form are taken straight off the socket and answered on it.
 * A connection on which anything else arrives is handed to Node's HTTP server, bytes unread, and stays there. Owns the taking over
 * and what all connections have in common; each one's order and limits are `lane.ts`'s.
 *
 * Why: of an auction's 45 µs on Node's HTTP server, 14 went into its request and response objects, streams of which a message of
 * one packet needs nothing. Measured, µs of processor time to read 2 KB and answer 1.5 KB: `node:http` 25, Node's
 * parser alone 15, this 12, of which a buffer and a stream for each chunk were 4 (oneBuffer). An own parser for all of HTTP would not be worth the risk; this one reads a small part of it,
 * which a property test holds to what Node reads.
 */
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { Lane, type LaneDeps, type Shared } from './lane.ts';
import { createOutbox } from './outbox.ts';
import { pixel, replyText } from './reply.ts';

export interface Express {
  /** Looks for connections whose time is over; call once a second. */
  sweep(): void;
  close(): void;
}

/** Puts the lane in front of a server: from now on `server` is given only what the lane leaves. */
export function openExpress(server: Server, deps: LaneDeps): Express {
  const lanes = new Set<Lane>();
  const slow = server.listeners('connection') as ((socket: Socket) => void)[];
  server.removeAllListeners('connection');
  const shared: Shared = {
    deps,
    lanes,
    ...tailOf(deps),
    nowMs: performance.now(),
    outbox: createOutbox(),
    leave: (socket) => {
      for (const listener of slow) listener.call(server, socket);
    },
  };
  server.on('connection', (socket: Socket) => lanes.add(new Lane(socket, shared)));
  return {
    sweep() {
      Object.assign(shared, tailOf(deps));
      shared.nowMs = performance.now();
      for (const lane of lanes) lane.sweep();
    },
    close() {
      for (const lane of lanes) lane.close();
    },
  };
}

function tailOf({ clock, idleTimeoutMs }: LaneDeps): Pick<Shared, 'tail' | 'pixel'> {
  const date = new Date(clock()).toUTCString();
  const kept = `connection: keep-alive\r\nkeep-alive: timeout=${idleTimeoutMs / 1000}`;
  const tail = `date: ${date}\r\n${kept}\r\n\r\n`;
  return { tail, pixel: replyText(pixel, undefined, tail) };
}
