/**
 * Keys by which other deployments let us in, as they are kept and published: sealed, so that neither the database, its log of changes
 * nor Redis betrays one. Opened by bidding nodes only. ChaCha20-Poly1305 of OpenSSL: it happens once a partner and node.
 */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

const ALGORITHM = 'chacha20-poly1305';
const NONCE_BYTES = 12;
const TAG = { authTagLength: 16 };

/** `tokenKey`: 32 bytes in hexadecimal. */
const keyOf = (tokenKey: string): Buffer =>
  Buffer.from(hkdfSync('sha256', Buffer.from(tokenKey, 'hex'), '', 'hongze-call-key', 32));

export function sealCallKey(tokenKey: string, text: string): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(ALGORITHM, keyOf(tokenKey), nonce, TAG);
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return Buffer.concat([nonce, sealed, cipher.getAuthTag()]).toString('base64url');
}

/** Empty where it was sealed under another key: the partner then refuses us, and its record says so. */
export function openCallKey(tokenKey: string, sealed: string): string {
  const bytes = Buffer.from(sealed, 'base64url');
  const nonce = bytes.subarray(0, NONCE_BYTES);
  try {
    const decipher = createDecipheriv(ALGORITHM, keyOf(tokenKey), nonce, TAG);
    decipher.setAuthTag(bytes.subarray(-TAG.authTagLength));
    const body = decipher.update(bytes.subarray(NONCE_BYTES, -TAG.authTagLength));
    return Buffer.concat([body, decipher.final()]).toString('utf8');
  } catch {
    return '';
  }
}
