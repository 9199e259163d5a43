/**
 * The close certificate: what a month was when it was closed, signed with the house's Ed25519 key. Verifiable by anyone
 * with the public key, without the database. The key is derived from the house's secret: nothing more to keep.
 */
import {
  createPrivateKey,
  createPublicKey,
  hkdfSync,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto';
import { canonicalJson } from '../statements/statements.ts';

export interface CertificateBody {
  format: 'hongze.close/2';
  month: string;
  journals: number;
  /** SHA-256 over the month's journals in id order. */
  journalsHash: string;
  /** The hash chain's last block. */
  chain: { number: number; hash: string } | null;
  debitMicroCny: string;
  creditMicroCny: string;
  statements: number;
  /** SHA-256 over `statementId:contentHash` of the month's living statements, by id. */
  statementsHash: string;
  taxes: Record<string, string>;
  /** The ledger's cash against the bank's, fen, by what explains the difference: `CashBalance`; '' where there is no bill. */
  cash: Record<string, string>;
  suspenseMicroCny: string;
  suspenseNote: string | null;
  gate: string[];
  closingBy: string;
  closedBy: string;
  closedAt: string;
}

export interface Certificate extends CertificateBody {
  /** Base64 Ed25519 over the canonical JSON of everything else. */
  signature: string;
  /** Base64 of the raw public key. */
  publicKey: string;
}

const PKCS8_ED25519 = Buffer.from('302e020100300506032b657004220420', 'hex');
const SPKI_ED25519 = Buffer.from('302a300506032b6570032100', 'hex');

function signingKey(secret: string): KeyObject {
  const seed = Buffer.from(hkdfSync('sha256', secret, '', 'hongze close certificate', 32));
  const key = Buffer.concat([PKCS8_ED25519, seed]);
  return createPrivateKey({ key, format: 'der', type: 'pkcs8' });
}

export function signCertificate(body: CertificateBody, secret: string): Certificate {
  const key = signingKey(secret);
  const spki = createPublicKey(key).export({ format: 'der', type: 'spki' });
  return {
    ...body,
    signature: sign(null, Buffer.from(canonicalJson(body)), key).toString('base64'),
    publicKey: spki.subarray(SPKI_ED25519.length).toString('base64'),
  };
}

/** @param publicKey base64, from a place other than the certificate itself. */
export function certificateHolds(certificate: Certificate, publicKey: string): boolean {
  const { signature, publicKey: stated, ...body } = certificate;
  if (stated !== publicKey) return false;
  try {
    const der = Buffer.concat([SPKI_ED25519, Buffer.from(publicKey, 'base64')]);
    const key = createPublicKey({ key: der, format: 'der', type: 'spki' });
    return verify(null, Buffer.from(canonicalJson(body)), key, Buffer.from(signature, 'base64'));
  } catch {
    return false;
  }
}
