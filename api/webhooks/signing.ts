/**
 * The signature on a webhook, as standardwebhooks.com v1 describes it: HMAC-SHA256 over `id.timestamp.body`, one for each secret
 * that is valid. Owns its form. Pure.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';

const PREFIX = 'whsec_';

/** The secret's text, from at least 24 random bytes. */
export const secretOf = (bytes: Uint8Array): string =>
  PREFIX + Buffer.from(bytes).toString('base64');

const keyOf = (secret: string): Buffer => Buffer.from(secret.slice(PREFIX.length), 'base64');

const signatureOf = (secret: string, id: string, seconds: number, body: string): string =>
  `v1,${createHmac('sha256', keyOf(secret)).update(`${id}.${seconds}.${body}`).digest('base64')}`;

/** The three headers; a receiver refuses timestamps more than five minutes off. */
export function signedHeaders(
  secrets: readonly string[],
  id: string,
  atMs: number,
  body: string,
): Record<string, string> {
  const seconds = Math.floor(atMs / 1000);
  return {
    'webhook-id': id,
    'webhook-timestamp': String(seconds),
    'webhook-signature': secrets.map((secret) => signatureOf(secret, id, seconds, body)).join(' '),
  };
}

/** What a receiver does: true when any of the signatures is by this secret. */
export function isSignedBy(
  secret: string,
  headers: Record<string, string | undefined>,
  body: string,
): boolean {
  const id = headers['webhook-id'] ?? '';
  const seconds = Number(headers['webhook-timestamp']);
  const wanted = Buffer.from(signatureOf(secret, id, seconds, body));
  return (headers['webhook-signature'] ?? '').split(' ').some((one) => {
    const given = Buffer.from(one);
    return given.length === wanted.length && timingSafeEqual(given, wanted);
  });
}
