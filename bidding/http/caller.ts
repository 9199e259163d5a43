/** What is known of whoever sends a request, by either way in: of Node's HTTP server, or of the express lane. */
import type { IncomingMessage } from 'node:http';
import { callerAddress, type TrustedProxy } from '../wire/proxy.ts';

export interface Caller {
  /** Origin of the page that calls; undefined: no browser. */
  origin: string | undefined;
  userAgent: string;
  /** As claimed; believed only where a proxy in front writes it. */
  forwardedFor: string;
  debugKey: string;
  /** `Sec-GPC` (W3C Global Privacy Control), as sent: 1 says that the reader refuses. */
  gpc: string;
}

const one = (value: string | string[] | undefined): string =>
  typeof value === 'string' ? value : '';

export const callerOf = ({ headers }: IncomingMessage): Caller => ({
  origin: headers.origin,
  userAgent: headers['user-agent'] ?? '',
  forwardedFor: one(headers['x-forwarded-for']),
  debugKey: one(headers['x-hongze-debug']),
  gpc: one(headers['sec-gpc']),
});

/** Who calls a tracker. */
export interface Visitor {
  userAgent: string;
  ip: string;
}

export type AddressOf = (forwardedFor: string, remoteAddress: string | undefined) => string;

/** The caller's address: what a proxy that is trusted says, else the connection's. */
export const addressReader =
  (proxy: TrustedProxy): AddressOf =>
  (forwardedFor, remoteAddress = '') =>
    callerAddress(proxy, remoteAddress, forwardedFor)
      .replace(/^::ffff:/, '')
      .slice(0, 45);
