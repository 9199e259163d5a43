/**
 * Reaching out to addresses that customers name: webhooks, landing pages, files to fetch. Owns the rule that nothing private is
 * ever reached: the name is resolved here, every address it has is judged, and the connection goes to the judged one, so
 * that a second answer of the name server changes nothing (DNS rebinding). Each redirect is judged anew. Limits on time,
 * bytes and redirects are the caller's to name, and always there.
 */
import { lookup } from 'node:dns/promises';
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP } from 'node:net';
import { isPublicAddress } from '../../bidding/wire/addresses.ts';
import type { FailureDetail } from '../../db/terms/failure.ts';

export interface OutboundPolicy {
  /** `host` or `host:port` that may be reached although private: a test's own server, a monitor in our own network. */
  allow?: readonly string[] | undefined;
}

export interface OutboundRequest {
  url: string;
  method?: 'GET' | 'POST' | 'HEAD';
  headers?: Record<string, string>;
  body?: string;
  timeoutMs: number;
  maxBytes: number;
  maxRedirects?: number;
  /** Beyond `maxBytes`: refuse (default), or answer with what came so far. */
  cutOff?: boolean;
}

export interface OutboundAnswer {
  status: number;
  headers: Record<string, string>;
  body: Buffer;
  /** Every address on the way, the last one being what answered. */
  urls: string[];
}

export type OutboundReason =
  | 'bad_url'
  | 'private_address'
  | 'unresolved'
  | 'too_many_redirects'
  | 'too_large'
  | 'timeout'
  | 'unreachable';

const WORDS: Record<OutboundReason, { zh: string; en: string }> = {
  bad_url: { zh: '地址格式不被接受', en: 'the address is not acceptable' },
  private_address: { zh: '地址指向内网或保留网段', en: 'the address leads into a private network' },
  unresolved: { zh: '域名无法解析', en: 'the name cannot be resolved' },
  too_many_redirects: { zh: '跳转次数过多', en: 'too many redirects' },
  too_large: { zh: '返回内容过大', en: 'the answer is too large' },
  timeout: { zh: '对方超时未响应', en: 'no answer in time' },
  unreachable: { zh: '无法连接', en: 'cannot be reached' },
};

/** Why an address was not reached; expected, and for the customer to read. */
export class OutboundRefused extends Error {
  override readonly name = 'OutboundRefused';
  readonly reason: OutboundReason;
  /** The address refused: of a redirect, not the one asked for. */
  readonly url: string;
  constructor(reason: OutboundReason, url: string) {
    super(`${reason}: ${url}`);
    this.reason = reason;
    this.url = url;
  }

  detail(pointer: string): FailureDetail {
    const { zh, en } = WORDS[this.reason];
    const shown = this.url.slice(0, 200);
    return { pointer, zh: `${zh}：${shown}`, en: `${en}: ${shown}` };
  }
}

const isAllowed = (policy: OutboundPolicy, url: URL): boolean =>
  (policy.allow ?? []).some((one) => one === url.hostname || one === url.host);

/** Absolute http(s), no credentials, the web's own ports; names stay for `addressOf`. */
function parseUrl(policy: OutboundPolicy, text: string): URL {
  if (text.length > 2_000 || !URL.canParse(text)) throw new OutboundRefused('bad_url', text);
  const url = new URL(text);
  const isWeb = url.protocol === 'http:' || url.protocol === 'https:';
  if (!isWeb || url.username !== '' || url.password !== '') {
    throw new OutboundRefused('bad_url', text);
  }
  if (url.port !== '' && !isAllowed(policy, url)) throw new OutboundRefused('bad_url', text);
  return url;
}

/** One address of the name, all of whose addresses are public. */
async function addressOf(policy: OutboundPolicy, url: URL): Promise<string> {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const found = isIP(host)
    ? [{ address: host, family: isIP(host) }]
    : await lookup(host, { all: true, verbatim: true }).catch(() => []);
  const [first] = found;
  if (first === undefined) throw new OutboundRefused('unresolved', url.href);
  if (!isAllowed(policy, url) && !found.every(isPublicAddress)) {
    throw new OutboundRefused('private_address', url.href);
  }
  return first.address;
}

/** Fails with `OutboundRefused` where a webhook or page cannot be reached by rule; connects to nobody. */
export async function checkReachable(policy: OutboundPolicy, url: string): Promise<void> {
  await addressOf(policy, parseUrl(policy, url));
}

interface Exchanged {
  status: number;
  headers: Record<string, string>;
  body: Buffer;
}

function exchange(url: URL, address: string, ask: OutboundRequest, leftMs: number) {
  return new Promise<Exchanged>((resolve, reject) => {
    const family = isIP(address);
    const send = url.protocol === 'https:' ? requestHttps : requestHttp;
    const outgoing = send(
      url,
      {
        method: ask.method ?? 'GET',
        headers: { 'accept-encoding': 'identity', 'user-agent': 'Hongze/1.0', ...ask.headers },
        agent: false,
        // The judged address, whatever the name server says by now.
        lookup: (_host, options, done) =>
          options.all ? done(null, [{ address, family }]) : done(null, address, family),
      },
      (incoming) => {
        const chunks: Buffer[] = [];
        let size = 0;
        const finish = (): void => {
          clearTimeout(timer);
          const headers = Object.fromEntries(
            Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]),
          );
          resolve({ status: incoming.statusCode ?? 0, headers, body: Buffer.concat(chunks) });
        };
        incoming.on('data', (chunk: Buffer) => {
          size += chunk.length;
          if (size <= ask.maxBytes) chunks.push(chunk);
          else if (ask.cutOff) {
            finish();
            outgoing.destroy();
          } else {
            // What was sent in one piece may have ended already: refused here, not by the stream.
            const refused = new OutboundRefused('too_large', url.href);
            clearTimeout(timer);
            reject(refused);
            outgoing.destroy(refused);
          }
        });
        incoming.on('end', finish);
        incoming.on('error', reject);
      },
    );
    const timer = setTimeout(
      () => outgoing.destroy(new OutboundRefused('timeout', url.href)),
      leftMs,
    );
    outgoing.on('error', (error) => {
      clearTimeout(timer);
      const known = error instanceof OutboundRefused;
      reject(known ? error : new OutboundRefused('unreachable', url.href));
    });
    outgoing.end(ask.body);
  });
}

const isRedirect = (status: number): boolean => [301, 302, 303, 307, 308].includes(status);

/** @throws OutboundRefused; an answer of any status is an answer. Only GET and HEAD follow redirects. */
export async function reach(policy: OutboundPolicy, ask: OutboundRequest): Promise<OutboundAnswer> {
  const urls: string[] = [];
  const until = performance.now() + ask.timeoutMs;
  let next = ask.url;
  for (let hop = 0; hop <= (ask.maxRedirects ?? 0); hop++) {
    const url = parseUrl(policy, next);
    urls.push(url.href);
    const address = await addressOf(policy, url);
    const leftMs = Math.max(1, until - performance.now());
    const answer = await exchange(url, address, ask, leftMs);
    const { location } = answer.headers;
    const follows = ask.method !== 'POST' && (ask.maxRedirects ?? 0) > 0;
    if (!follows || !isRedirect(answer.status) || location === undefined) {
      return { ...answer, urls };
    }
    if (!URL.canParse(location, url.href)) throw new OutboundRefused('bad_url', location);
    next = new URL(location, url.href).href;
  }
  throw new OutboundRefused('too_many_redirects', next);
}
