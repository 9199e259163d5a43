/** A person's authenticator: the key as the console shows it, the six digits of this moment. */
import { totp } from '../../api/identity/secondFactor.ts';

/** RFC 4648: how the secret is written in the link an authenticator reads. */
export function base32Text(text: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  let bits = '';
  for (const letter of text.replace(/=+$/, '')) {
    bits += alphabet.indexOf(letter).toString(2).padStart(5, '0');
  }
  const bytes = bits.match(/.{8}/g) ?? [];
  return Buffer.from(bytes.map((byte) => Number.parseInt(byte, 2))).toString();
}

/** @param secret as better-auth keeps it (see `base32Text`). */
export const codeNow = (secret: string): string => totp(secret, Math.floor(Date.now() / 30_000));
