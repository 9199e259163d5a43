/**
 * The key by which another deployment signs its hops, as it publishes it. Owns reading it. Keeping it is a person's act: what was
 * entered for a partner stays whatever its page says later, and a person who sees the two differ asks the other side before taking it.
 */
import { z } from 'zod';
import { Failure } from '../../db/terms/failure.ts';
import type { Config } from '../env.ts';
import { OutboundRefused, reach } from '../http/outbound.ts';

const PATH = '/.well-known/hongze-chain.json';
const TIMEOUT_MS = 3_000;
const MAX_BYTES = 4_096;

const pageSchema = z.object({
  domain: z.string().max(253),
  alg: z.literal('EdDSA'),
  publicKey: z.string().regex(/^[A-Za-z0-9_-]{43}$/),
});

const refused = (zh: string, en: string) =>
  new Failure('invalid_input', { pointer: '/exchange', zh, en });

/** @throws Failure `invalid_input`: not by HTTPS, not to be reached, or no such page there. */
export async function publishedKey(
  { config }: { config: Pick<Config, 'outboundAllow'> },
  exchange: string,
): Promise<{ domain: string; publicKey: string }> {
  const { protocol, host, hostname, origin } = new URL(exchange);
  const allow = config.outboundAllow ?? [];
  // On the way a key could be exchanged for another's.
  if (protocol !== 'https:' && !allow.includes(host) && !allow.includes(hostname))
    throw refused('只经 HTTPS 读取公钥', 'a key is read by HTTPS only');
  const answer = await reach(
    { allow },
    { url: `${origin}${PATH}`, timeoutMs: TIMEOUT_MS, maxBytes: MAX_BYTES },
  ).catch((error: unknown) => {
    if (!(error instanceof OutboundRefused)) throw error;
    throw new Failure('invalid_input', error.detail('/exchange'));
  });
  const page = pageSchema.safeParse(parse(answer.body.toString('utf8')));
  if (answer.status !== 200 || !page.success || page.data.domain !== hostname)
    throw refused(`${origin}${PATH} 没有公布公钥`, `${origin}${PATH} publishes no key`);
  return { domain: page.data.domain, publicKey: page.data.publicKey };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
