/**
 * Whose word about the caller's address is believed. Owns the one meaning of TRUST_PROXY for exchange and API: by where a connection
 * comes from, and of what a proxy says only the last, which it wrote itself.
 */

/** `loopback`: a proxy on this machine; `private`: one in our own network, as containers see their host; `any`: whoever connects. */
export const TRUSTED_PROXIES = ['none', 'loopback', 'private', 'any'] as const;
export type TrustedProxy = (typeof TRUSTED_PROXIES)[number];

const LOOPBACK = /^(::ffff:)?127\.|^::1$/;
const PRIVATE = /^(::ffff:)?(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.)|^f[cd]/i;

const isTrusted = (proxy: TrustedProxy, remote: string): boolean =>
  proxy === 'any' ||
  (proxy !== 'none' && LOOPBACK.test(remote)) ||
  (proxy === 'private' && PRIVATE.test(remote));

/** Address of whoever asks; `remote` is the connection's. */
export function callerAddress(proxy: TrustedProxy, remote: string, forwardedFor: string): string {
  if (forwardedFor === '' || !isTrusted(proxy, remote)) return remote;
  return forwardedFor.slice(forwardedFor.lastIndexOf(',') + 1).trim() || remote;
}
