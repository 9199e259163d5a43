/**
 * Signed hops of a supply chain: what a deployment of this house adds to its node when it asks another one, and how that is
 * verified. Owns the text that is signed and the keys' form. A hop signs the request's id, the time, and all nodes up to its own
 * with their signatures, so that none can be left out, added, changed or moved to another request without the next one seeing it.
 *
 * The SupplyChain object (IAB Tech Lab 1.0) has no signatures: they travel in the node's `ext`, which others pass over.
 */
import {
  createPrivateKey,
  createPublicKey,
  hkdfSync,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto';

export interface ChainNode {
  asi?: unknown;
  sid?: unknown;
  rid?: unknown;
  hp?: unknown;
  ext?: { hongze?: { ts?: unknown; sig?: unknown } };
}

export interface ChainSigner {
  /** Ed25519, 32 bytes in base64url: what the other side enters for us. */
  publicKey: string;
  /** A text of this deployment, e.g. what it says it owes: base64url. */
  sign(text: string): string;
  /** The node with its signature. */
  signed(came: readonly ChainNode[], own: ChainNode, requestId: string, atMs: number): ChainNode;
}

export type ChainFault = 'empty' | 'elsewhere' | 'unsigned' | 'stale' | 'forged' | 'too_long';

/** RFC 8410 §7 and §4: what stands before the 32 bytes of a private and a public key. */
const PRIVATE_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');
const PUBLIC_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');
/** A longer chain is nobody's (the longest seen in the field have eight). */
const MAX_NODES = 16;
/** How far the clocks of two deployments may be apart, the way included. */
const FRESH_MS = 60_000;

const WORD = 'hongze-schain-1';
const listed = ({ asi, sid, rid, hp, ext }: ChainNode, withSignature: boolean): unknown[] => [
  String(asi ?? '').toLowerCase(),
  String(sid ?? ''),
  String(rid ?? ''),
  Number(hp ?? 0),
  withSignature ? String(ext?.hongze?.sig ?? '') : '',
];

/** All nodes up to the last, whose own signature is not part of it. */
const signedText = (nodes: readonly ChainNode[], requestId: string, ts: number): Buffer =>
  Buffer.from(
    JSON.stringify([
      WORD,
      requestId,
      ts,
      nodes.map((node, i) => listed(node, i < nodes.length - 1)),
    ]),
  );

/** Told apart from a hop's text, so that neither can stand for the other. */
const documentText = (text: string): Buffer => Buffer.from(`hongze-document-1\n${text}`);

/** Whether a text is that of the deployment with this key. */
export function isSignedBy(publicKey: string, text: string, signature: string): boolean {
  const bytes = Buffer.from(signature, 'base64url');
  return verify(null, documentText(text), publicKeyOf(publicKey), bytes);
}

/** The key of a deployment, from its secret: every node of it signs alike. `tokenKey`: 32 bytes in hexadecimal. */
export function chainSigner(tokenKey: string): ChainSigner {
  const seed = Buffer.from(hkdfSync('sha256', Buffer.from(tokenKey, 'hex'), '', WORD, 32));
  const key = createPrivateKey({
    key: Buffer.concat([PRIVATE_PREFIX, seed]),
    format: 'der',
    type: 'pkcs8',
  });
  const spki = createPublicKey(key).export({ format: 'der', type: 'spki' });
  return {
    publicKey: spki.subarray(PUBLIC_PREFIX.length).toString('base64url'),
    sign: (text) => sign(null, documentText(text), key).toString('base64url'),
    signed(came, own, requestId, atMs) {
      const text = signedText([...came, own], requestId, atMs);
      const sig = sign(null, text, key).toString('base64url');
      return { ...own, ext: { ...own.ext, hongze: { ts: atMs, sig } } };
    },
  };
}

const publicKeys = new Map<string, KeyObject>();

function publicKeyOf(text: string): KeyObject {
  const known = publicKeys.get(text);
  if (known) return known;
  const der = Buffer.concat([PUBLIC_PREFIX, Buffer.from(text, 'base64url')]);
  const key = createPublicKey({ key: der, format: 'der', type: 'spki' });
  if (publicKeys.size > 1_000) publicKeys.clear();
  publicKeys.set(text, key);
  return key;
}

function hopFault(
  nodes: readonly ChainNode[],
  key: string,
  requestId: string,
  nowMs: number,
): ChainFault | undefined {
  const { ts, sig } = nodes.at(-1)?.ext?.hongze ?? {};
  if (typeof sig !== 'string' || typeof ts !== 'number') return 'unsigned';
  if (Math.abs(nowMs - ts) > FRESH_MS) return 'stale';
  const text = signedText(nodes, requestId, ts);
  const holds = verify(null, text, publicKeyOf(key), Buffer.from(sig, 'base64url'));
  return holds ? undefined : 'forged';
}

/**
 * What is wrong with a chain whose last hop is `domain`'s. Every hop is verified whose deployment's key is known (`keyOf`, by `asi`
 * in lower case); the last must be. A hop of ours or of a stranger before them is vouched for by those that signed after it.
 */
export function chainFault(
  nodes: readonly ChainNode[],
  domain: string,
  requestId: string,
  keyOf: (asi: string) => string | undefined,
  nowMs: number,
): ChainFault | undefined {
  if (nodes.length === 0) return 'empty';
  if (nodes.length > MAX_NODES) return 'too_long';
  if (nodes.some((node) => typeof node !== 'object' || node === null)) return 'elsewhere';
  const last = nodes.at(-1) as ChainNode;
  if (String(last.asi).toLowerCase() !== domain || String(last.rid) !== requestId)
    return 'elsewhere';
  for (let hop = nodes.length; hop > 0; hop--) {
    const key = keyOf(String(nodes[hop - 1]?.asi).toLowerCase());
    if (key === undefined) continue;
    const fault = hopFault(nodes.slice(0, hop), key, requestId, nowMs);
    if (fault) return fault;
  }
  return undefined;
}
