/**
 * An S3-compatible store for tests: one bucket in memory behind Signature Version 4, checked by this own reading of the
 * specification (AWS, "Authenticating Requests (AWS Signature Version 4)"), no code of the client's. Owns what a real store
 * would refuse: a wrong key, an altered request, a stale date, another region; path-style addresses only.
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

const BUCKET = 'hongze';
const SKEW_MS = 15 * 60_000;

export interface S3Server {
  bucketUrl: string;
  accessKeyId: string;
  secretAccessKey: string;
  region: string;
  objects: Map<string, { bytes: Buffer; mediaType: string }>;
  /** The next so many requests are answered 503. */
  failNext(count: number): void;
  close(): Promise<void>;
}

const sha256 = (text: string | Buffer): string => createHash('sha256').update(text).digest('hex');
const hmac = (key: string | Buffer, text: string): Buffer =>
  createHmac('sha256', key).update(text).digest();

const encoded = (text: string): string =>
  encodeURIComponent(text).replace(
    /[!'()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );

const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, ?SignedHeaders=([a-z0-9;-]+), ?Signature=([0-9a-f]{64})$/;

/** The code of S3's refusal; undefined: the request is its sender's and untouched. */
function refusalOf(
  request: IncomingMessage,
  body: Buffer,
  keys: Pick<S3Server, 'accessKeyId' | 'secretAccessKey' | 'region'>,
): string | undefined {
  const match = AUTHORIZATION.exec(request.headers.authorization ?? '');
  if (!match) return 'AccessDenied';
  const [, keyId, day = '', region = '', signed = '', signature = ''] = match;
  if (keyId !== keys.accessKeyId) return 'InvalidAccessKeyId';
  if (region !== keys.region) return 'AuthorizationHeaderMalformed';
  const headers = signed.split(';');
  if (!headers.includes('host') || !headers.includes('x-amz-date')) return 'AccessDenied';
  const date = String(request.headers['x-amz-date']);
  const atMs = Date.parse(
    date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'),
  );
  if (!date.startsWith(day) || !(Math.abs(Date.now() - atMs) < SKEW_MS))
    return 'RequestTimeTooSkewed';
  const payload = String(request.headers['x-amz-content-sha256'] ?? '');
  if (payload !== 'UNSIGNED-PAYLOAD' && payload !== sha256(body))
    return 'XAmzContentSHA256Mismatch';
  const url = new URL(request.url ?? '', 'http://store');
  const canonical = [
    request.method,
    url.pathname
      .split('/')
      .map((part) => encoded(decodeURIComponent(part)))
      .join('/'),
    [...url.searchParams]
      .map(([k, v]) => `${encoded(k)}=${encoded(v)}`)
      .sort()
      .join('&'),
    ...headers.map(
      (h) =>
        `${h}:${String(request.headers[h] ?? '')
          .trim()
          .replace(/ +/g, ' ')}`,
    ),
    '',
    signed,
    payload,
  ].join('\n');
  const scope = `${day}/${region}/s3/aws4_request`;
  const toSign = ['AWS4-HMAC-SHA256', date, scope, sha256(canonical)].join('\n');
  const dayKey = hmac(`AWS4${keys.secretAccessKey}`, day);
  const key = hmac(hmac(hmac(dayKey, region), 's3'), 'aws4_request');
  const right = timingSafeEqual(hmac(key, toSign), Buffer.from(signature, 'hex'));
  return right ? undefined : 'SignatureDoesNotMatch';
}

/** A store on the loopback. */
export async function openS3(): Promise<S3Server> {
  const keys = { accessKeyId: 'AKIATEST', secretAccessKey: 'a/secret+key', region: 'cn-east-1' };
  const objects: S3Server['objects'] = new Map();
  let failing = 0;
  const refuse = (response: ServerResponse, status: number, code: string) => {
    response.writeHead(status, { 'content-type': 'application/xml' });
    return response.end(`<?xml version="1.0"?><Error><Code>${code}</Code></Error>`);
  };
  const answer = (request: IncomingMessage, body: Buffer, response: ServerResponse) => {
    if (failing > 0) {
      failing--;
      return refuse(response, 503, 'SlowDown');
    }
    const code = refusalOf(request, body, keys);
    if (code) return refuse(response, 403, code);
    const [, bucket, ...rest] = decodeURIComponent(request.url ?? '').split('/');
    const name = rest.join('/');
    if (bucket !== BUCKET) return refuse(response, 404, 'NoSuchBucket');
    if (request.method === 'PUT') {
      objects.set(name, { bytes: body, mediaType: String(request.headers['content-type']) });
      return response.writeHead(200, { etag: `"${sha256(body)}"` }).end();
    }
    if (request.method === 'DELETE') {
      objects.delete(name);
      return response.writeHead(204).end();
    }
    const found = objects.get(name);
    if (!found) return refuse(response, 404, 'NoSuchKey');
    return response.writeHead(200, { 'content-type': found.mediaType }).end(found.bytes);
  };
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    answer(request, Buffer.concat(chunks), response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    ...keys,
    bucketUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/${BUCKET}`,
    objects,
    failNext(count) {
      failing = count;
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
