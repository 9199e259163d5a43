/**
 * The environment, read once at the start. Owns names and defaults; refuses to start on a missing or malformed
 * value and says so for all of them at once.
 */
import { z } from 'zod';
import { type TracingSettings, tracingOf, tracingVariables } from '../bidding/tracing.ts';
import { TRUSTED_PROXIES, type TrustedProxy } from '../bidding/wire/proxy.ts';
import type { MailConfig } from './http/mail.ts';

const pem = z
  .string()
  .min(64)
  // Environment files write line breaks as the two characters \n.
  .transform((text) => text.replaceAll('\\n', '\n'));

const environmentSchema = z.object({
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }),
  /** A streaming replica for reports and forecasts, and how far behind it may be read. */
  DATABASE_REPLICA_URL: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
  DATABASE_REPLICA_MAX_LAG_MS: z.coerce.number().int().min(100).max(600_000).default(5_000),
  REDIS_URL: z.url({ protocol: /^rediss?$/ }),
  /** `1` when REDIS_URL names a node of a cluster. */
  REDIS_CLUSTER: z.enum(['0', '1']).default('0'),
  PORT: z.coerce.number().int().min(0).max(65_535).default(8787),
  HOST: z.string().min(1).default('127.0.0.1'),
  PUBLIC_URL: z.url({ protocol: /^https?$/ }).optional(),
  EXCHANGE_URL: z.url({ protocol: /^https?$/ }).default('http://localhost:8080'),
  AUTH_SECRET: z.string().min(32),
  TOKEN_KEY: z.string().regex(/^[0-9a-f]{64}$/, '32 bytes in hex'),
  ASSETS_DIR: z.string().min(1).default('.hongze/assets'),
  ALIPAY_GATEWAY: z.url({ protocol: /^https?$/ }),
  ALIPAY_APP_ID: z.string().min(1),
  ALIPAY_SELLER_ID: z.string().min(1),
  ALIPAY_PRIVATE_KEY: pem,
  ALIPAY_PUBLIC_KEY: pem,
  /** Of which proxies X-Forwarded-For is believed (bidding/wire/proxy.ts). */
  TRUST_PROXY: z.enum(TRUSTED_PROXIES).default('none'),
  /** Wanted of whoever reads /metrics; without it only this machine may. */
  METRICS_TOKEN: z.string().min(16).optional(),
  /** An S3-compatible store for files instead of ASSETS_DIR: bucket's URL and keys. */
  S3_BUCKET_URL: z.url({ protocol: /^https?$/ }).optional(),
  S3_ACCESS_KEY_ID: z.string().min(1).optional(),
  S3_SECRET_ACCESS_KEY: z.string().min(1).optional(),
  S3_REGION: z.string().min(1).default('us-east-1'),
  /** Hosts, `a.example` or `10.0.0.8:9000`, that may be reached though private; comma between them. */
  OUTBOUND_ALLOW: z.string().default(''),
  /** An OpenAI-compatible endpoint; without it there is no assistant. */
  AI_BASE_URL: z.url({ protocol: /^https?$/ }).optional(),
  AI_API_KEY: z.string().min(1).optional(),
  AI_MODEL: z.string().min(1).default('default'),
  /** Who must show a one-time code to approve a payout: whoever has one enrolled, or everybody. */
  SECOND_FACTOR: z.enum(['enrolled', 'required']).default('enrolled'),
  /** Outgoing mail, `smtp://user:password@host:587` or `smtps://`; MAIL_OUTBOX instead keeps letters in a folder. */
  MAIL_URL: z.url({ protocol: /^smtps?$/ }).optional(),
  MAIL_OUTBOX: z.string().min(1).optional(),
  MAIL_FROM: z.string().min(3).default('Hongze <no-reply@localhost>'),
  OIDC_ISSUER: z.url().optional(),
  OIDC_CLIENT_ID: z.string().min(1).optional(),
  OIDC_CLIENT_SECRET: z.string().min(1).optional(),
  ...tracingVariables,
});

export interface Config {
  databaseUrl: string;
  /** Absent or null: all is read from the primary. */
  replica?: { url: string; maxLagMs: number } | null;
  redisUrl: string;
  /** Absent: one server. */
  redisCluster?: boolean;
  port: number;
  host: string;
  /** Origin under which browsers see the console and the API; no slash at the end. */
  publicUrl: string;
  exchangeUrl: string;
  authSecret: string;
  tokenKey: string;
  assetsDir: string;
  trustProxy: TrustedProxy;
  metricsToken?: string | undefined;
  alipay: {
    gateway: string;
    appId: string;
    sellerId: string;
    privateKey: string;
    publicKey: string;
  };
  /** Where files are kept instead of `assetsDir`. */
  s3?: S3Config | null;
  /** Private hosts that webhooks, landing checks and fetches may reach. */
  outboundAllow?: string[];
  /** Absent or null: there is no assistant. */
  ai?: { baseUrl: string; apiKey: string | undefined; model: string } | null;
  /** Absent: `enrolled`. */
  secondFactor?: 'enrolled' | 'required';
  /** Absent or null: no letters, and so no reset of passwords and no proof of addresses. */
  mail?: MailConfig | null;
  /** A province's unified account system; null: e-mail and password only. */
  oidc: { issuer: string; clientId: string; clientSecret: string } | null;
  /** Absent or null: no traces. */
  tracing?: TracingSettings | null;
}

export interface S3Config {
  /** With the bucket in it, no slash at the end. */
  bucketUrl: string;
  accessKeyId: string;
  secretAccessKey: string;
  region: string;
}

/** Throws an Error that names every wrong variable, never its value. */
export function readConfig(environment: Record<string, string | undefined>): Config {
  const parsed = environmentSchema.safeParse(environment);
  if (!parsed.success) {
    const lines = parsed.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`);
    throw new Error(`The environment is incomplete:\n${lines.join('\n')}`);
  }
  const env = parsed.data;
  return {
    databaseUrl: env.DATABASE_URL,
    replica: env.DATABASE_REPLICA_URL
      ? { url: env.DATABASE_REPLICA_URL, maxLagMs: env.DATABASE_REPLICA_MAX_LAG_MS }
      : null,
    redisUrl: env.REDIS_URL,
    redisCluster: env.REDIS_CLUSTER === '1',
    port: env.PORT,
    host: env.HOST,
    publicUrl: (env.PUBLIC_URL ?? `http://localhost:${env.PORT}`).replace(/\/+$/, ''),
    exchangeUrl: env.EXCHANGE_URL.replace(/\/+$/, ''),
    authSecret: env.AUTH_SECRET,
    tokenKey: env.TOKEN_KEY,
    assetsDir: env.ASSETS_DIR,
    trustProxy: env.TRUST_PROXY,
    metricsToken: env.METRICS_TOKEN,
    alipay: {
      gateway: env.ALIPAY_GATEWAY,
      appId: env.ALIPAY_APP_ID,
      sellerId: env.ALIPAY_SELLER_ID,
      privateKey: env.ALIPAY_PRIVATE_KEY,
      publicKey: env.ALIPAY_PUBLIC_KEY,
    },
    s3: s3Of(env),
    outboundAllow: env.OUTBOUND_ALLOW.split(',').filter((host) => host !== ''),
    ai: env.AI_BASE_URL
      ? {
          baseUrl: env.AI_BASE_URL.replace(/\/+$/, ''),
          apiKey: env.AI_API_KEY,
          model: env.AI_MODEL,
        }
      : null,
    secondFactor: env.SECOND_FACTOR,
    oidc:
      env.OIDC_ISSUER && env.OIDC_CLIENT_ID && env.OIDC_CLIENT_SECRET
        ? {
            issuer: env.OIDC_ISSUER,
            clientId: env.OIDC_CLIENT_ID,
            clientSecret: env.OIDC_CLIENT_SECRET,
          }
        : null,
    mail:
      env.MAIL_URL || env.MAIL_OUTBOX
        ? { from: env.MAIL_FROM, smtpUrl: env.MAIL_URL, outbox: env.MAIL_OUTBOX }
        : null,
    tracing: tracingOf(env),
  };
}

function s3Of(env: z.infer<typeof environmentSchema>): S3Config | null {
  if (!env.S3_BUCKET_URL || !env.S3_ACCESS_KEY_ID || !env.S3_SECRET_ACCESS_KEY) return null;
  return {
    bucketUrl: env.S3_BUCKET_URL.replace(/\/+$/, ''),
    accessKeyId: env.S3_ACCESS_KEY_ID,
    secretAccessKey: env.S3_SECRET_ACCESS_KEY,
    region: env.S3_REGION,
  };
}
