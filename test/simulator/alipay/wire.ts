/**
 * Alipay's wire forms, v2 (gateway.do) and v3, from the gateway's side: reads and verifies requests, signs responses
 * and notifies. Owns the signature rules; they were measured against the real SDK and differ in small ways:
 * requests keep `sign_type`, notifies drop it, responses sign the raw JSON text as sent.
 */
import {
  createPrivateKey,
  createPublicKey,
  createSign,
  createVerify,
  type KeyObject,
  randomUUID,
} from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { dayOf } from '../../../db/terms/day.ts';

export type Params = Record<string, string>;

/** Keys read from PEM once: reading one costs more than signing with it. */
const read = new Map<string, KeyObject>();

function keyOf(pem: string, parse: (pem: string) => KeyObject): KeyObject {
  const known = read.get(pem);
  if (known) return known;
  const key = parse(pem);
  read.set(pem, key);
  return key;
}

export const signRsa2 = (text: string, privateKey: string): string =>
  createSign('RSA-SHA256').update(text, 'utf8').sign(keyOf(privateKey, createPrivateKey), 'base64');

export const verifyRsa2 = (text: string, signature: string, publicKey: string): boolean =>
  createVerify('RSA-SHA256')
    .update(text, 'utf8')
    .verify(keyOf(publicKey, createPublicKey), signature, 'base64');

/** `a=1&b=2` in key order, without the named keys and without empty values. */
export function signContent(params: Params, omit: readonly string[]): string {
  return Object.keys(params)
    .filter((key) => !omit.includes(key) && params[key] !== '')
    .sort()
    .map((key) => `${key}=${params[key]}`)
    .join('&');
}

export async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

/** Query and form body, merged as the real gateway does. */
export function mergeParams(url: URL, body: string): Params {
  return {
    ...Object.fromEntries(url.searchParams),
    ...Object.fromEntries(new URLSearchParams(body)),
  };
}

export const requestSignatureHolds = (params: Params, appPublicKey: string): boolean =>
  params.sign_type === 'RSA2' &&
  params.sign !== undefined &&
  verifyRsa2(signContent(params, ['sign']), params.sign, appPublicKey);

/** The v2 body. Slashes are escaped as the real gateway's JSON writer does; the signature covers that text. */
export function signedResponse(method: string, payload: object, privateKey: string): string {
  const raw = JSON.stringify(payload).replaceAll('/', '\\/');
  const key = `${method.replaceAll('.', '_')}_response`;
  return `{"${key}":${raw},"sign":"${signRsa2(raw, privateKey)}"}`;
}

/** Notify form: signed without `sign` and `sign_type`, over decoded values. */
export function signNotify(params: Params, privateKey: string): Params {
  const sign = signRsa2(signContent(params, ['sign', 'sign_type']), privateKey);
  return { ...params, sign_type: 'RSA2', sign };
}

/** v3: `ALIPAY-SHA256withRSA app_id=…,nonce=…,timestamp=…,sign=…` over auth, method, path and body. */
export function v3SignatureHolds(
  request: IncomingMessage,
  body: string,
  appPublicKey: string,
): string | undefined {
  const match = /^ALIPAY-SHA256withRSA (.+),sign=(.+)$/.exec(request.headers.authorization ?? '');
  if (!match) return undefined;
  const [, auth = '', signature = ''] = match;
  const token = request.headers['alipay-app-auth-token'];
  const text = `${auth}\n${request.method}\n${request.url}\n${body}\n${token ? `${token}\n` : ''}`;
  if (!verifyRsa2(text, signature, appPublicKey)) return undefined;
  return /app_id=([^,]+)/.exec(auth)?.[1];
}

export function v3Headers(body: string, nowMs: number, privateKey: string): Record<string, string> {
  const nonce = randomUUID();
  return {
    'content-type': 'application/json;charset=utf-8',
    'alipay-timestamp': String(nowMs),
    'alipay-nonce': nonce,
    'alipay-signature': signRsa2(`${nowMs}\n${nonce}\n${body}\n`, privateKey),
    'alipay-trace-id': nonce.replaceAll('-', ''),
  };
}

const SHANGHAI_OFFSET_MS = 8 * 3_600_000;

/** `YYYY-MM-DD HH:MM:SS` in Shanghai, as every Alipay field writes time. */
export const alipayTime = (ms: number): string =>
  `${dayOf(ms)} ${new Date(ms + SHANGHAI_OFFSET_MS).toISOString().slice(11, 19)}`;

export const fenText = (fen: bigint): string => {
  const abs = fen < 0n ? -fen : fen;
  return `${fen < 0n ? '-' : ''}${abs / 100n}.${String(abs % 100n).padStart(2, '0')}`;
};

/** `12.34` → 1234n; undefined for three decimals, signs, exponents or anything else. */
export function parseFen(text: unknown): bigint | undefined {
  const match = typeof text === 'string' ? /^(\d{1,9})(?:\.(\d{1,2}))?$/.exec(text) : null;
  return match
    ? BigInt(match[1] ?? '0') * 100n + BigInt((match[2] ?? '').padEnd(2, '0'))
    : undefined;
}
