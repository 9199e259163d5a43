/** The demo's secrets: made once, kept in `.hongze/keys.json`. A real deployment brings its own. */
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const pair = z.object({ privateKey: z.string(), publicKey: z.string() });
const keysSchema = z.object({
  authSecret: z.string(),
  tokenKey: z.string(),
  alipayAppId: z.string(),
  alipaySellerId: z.string(),
  /** Ours: signs what we send to Alipay. */
  application: pair,
  /** The gateway's: signs what it answers. */
  gateway: pair,
});
export type Keys = z.infer<typeof keysSchema>;

export function readOrMakeKeys(folder: string): Keys {
  const file = join(folder, 'keys.json');
  if (existsSync(file)) return keysSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  const keys: Keys = {
    authSecret: randomBytes(32).toString('hex'),
    tokenKey: randomBytes(32).toString('hex'),
    alipayAppId: '9021000100000001',
    alipaySellerId: '2088000000000001',
    application: rsaPair(),
    gateway: rsaPair(),
  };
  writeFileSync(file, JSON.stringify(keys, null, 2), { mode: 0o600 });
  return keys;
}

const rsaPair = () =>
  generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
