/** The exchange's environment, read once at the start. Refuses to start with what it cannot use, naming it. */
import { hostname } from 'node:os';
import { z } from 'zod';
import { type TracingSettings, tracingOf, tracingVariables } from './tracing.ts';
import { TRUSTED_PROXIES, type TrustedProxy } from './wire/proxy.ts';

const schema = z.object({
  REDIS_URL: z.string().regex(/^rediss?:\/\//),
  EXCHANGE_PORT: z.coerce.number().int().min(0).max(65_535).default(8080),
  /** Address to listen on; the loopback unless said otherwise. */
  EXCHANGE_HOST: z.string().default('127.0.0.1'),
  /** How the world reaches this exchange. */
  EXCHANGE_URL: z.url().optional(),
  /** How the world reaches the console's server, which serves pictures. */
  PUBLIC_URL: z.url().optional(),
  TOKEN_KEY: z.string().regex(/^[0-9a-f]{64}$/i, '32 bytes in hexadecimal'),
  NODE_ID: z.string().min(1).max(64).optional(),
  /** Sent as `x-hongze-debug`, it shows the trace of any auction. */
  DEBUG_KEY: z.string().min(16).optional(),
  /** Of which proxies `x-forwarded-for` is believed (wire/proxy); `0` and `1` as 0.1.0 spelt `none` and `any`. */
  TRUST_PROXY: z.enum([...TRUSTED_PROXIES, '0', '1']).default('none'),
  /** `1` when REDIS_URL names a node of a cluster. */
  REDIS_CLUSTER: z.enum(['0', '1']).default('0'),
  ...tracingVariables,
});

export interface ExchangeEnv {
  redisUrl: string;
  redisCluster: boolean;
  port: number;
  host: string;
  exchangeUrl: string;
  assetsUrl: string;
  tokenKey: string;
  nodeId: string;
  debugKey: string | undefined;
  trustProxy: TrustedProxy;
  tracing: TracingSettings | null;
}

const trustOf = (said: TrustedProxy | '0' | '1'): TrustedProxy =>
  said === '1' ? 'any' : said === '0' ? 'none' : said;

/** Responses are ASCII: a host of Chinese characters goes by its punycode. */
const asciiUrl = (url: string): string => new URL(url).href;

/** Throws with every wrong variable named. */
export function readEnv(source: NodeJS.ProcessEnv): ExchangeEnv {
  const parsed = schema.safeParse(source);
  if (!parsed.success) throw new Error(`environment: ${z.prettifyError(parsed.error)}`);
  const env = parsed.data;
  const exchangeUrl = env.EXCHANGE_URL ?? `http://127.0.0.1:${env.EXCHANGE_PORT}`;
  return {
    redisUrl: env.REDIS_URL,
    redisCluster: env.REDIS_CLUSTER === '1',
    port: env.EXCHANGE_PORT,
    host: env.EXCHANGE_HOST,
    exchangeUrl: asciiUrl(exchangeUrl).replace(/\/+$/, ''),
    assetsUrl: env.PUBLIC_URL ?? exchangeUrl,
    tokenKey: env.TOKEN_KEY,
    nodeId: env.NODE_ID ?? `${hostname()}-${process.pid}`,
    debugKey: env.DEBUG_KEY,
    trustProxy: trustOf(env.TRUST_PROXY),
    tracing: tracingOf(env),
  };
}
