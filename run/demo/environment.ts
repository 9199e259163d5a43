/** The environment of every process of the demo, from the servers, ports and keys of this start. */
import { join } from 'node:path';
import type { Keys } from './keys.ts';

export interface Addresses {
  databaseUrl: string;
  redisUrl: string;
  port: number;
  exchangePort: number;
  gatewayPort: number;
  gatewayControlPort: number;
}

export interface DemoEnvironment extends NodeJS.ProcessEnv {
  PUBLIC_URL: string;
  EXCHANGE_URL: string;
}

/** A value that is set already wins for what a person may set; addresses and keys are this start's. */
export function demoEnvironment(folder: string, keys: Keys, at: Addresses): DemoEnvironment {
  return {
    NODE_ENV: 'production',
    HOST: '127.0.0.1',
    EXCHANGE_HOST: process.env.HOST ?? '127.0.0.1',
    LOG_LEVEL: 'info',
    ...process.env,
    DATABASE_URL: at.databaseUrl,
    REDIS_URL: at.redisUrl,
    PORT: String(at.port),
    EXCHANGE_PORT: String(at.exchangePort),
    PUBLIC_URL: process.env.PUBLIC_URL ?? `http://localhost:${at.port}`,
    EXCHANGE_URL: process.env.EXCHANGE_URL ?? `http://localhost:${at.exchangePort}`,
    NODE_ID: process.env.NODE_ID ?? 'demo-1',
    AUTH_SECRET: process.env.AUTH_SECRET ?? keys.authSecret,
    TOKEN_KEY: process.env.TOKEN_KEY ?? keys.tokenKey,
    ASSETS_DIR: process.env.ASSETS_DIR ?? join(folder, 'assets'),
    MAIL_OUTBOX: process.env.MAIL_OUTBOX ?? join(folder, 'mail'),
    ALIPAY_GATEWAY: process.env.ALIPAY_GATEWAY ?? `http://127.0.0.1:${at.gatewayPort}/gateway.do`,
    ALIPAY_APP_ID: process.env.ALIPAY_APP_ID ?? keys.alipayAppId,
    ALIPAY_SELLER_ID: process.env.ALIPAY_SELLER_ID ?? keys.alipaySellerId,
    ALIPAY_PRIVATE_KEY: process.env.ALIPAY_PRIVATE_KEY ?? keys.application.privateKey,
    ALIPAY_PUBLIC_KEY: process.env.ALIPAY_PUBLIC_KEY ?? keys.gateway.publicKey,
    GATEWAY_PORT: String(at.gatewayPort),
    CONTROL_PORT: String(at.gatewayControlPort),
    APP_PUBLIC_KEY: keys.application.publicKey,
    GATEWAY_PRIVATE_KEY: keys.gateway.privateKey,
    BOOK_FILE: join(folder, 'alipay-book.json'),
    PAYEES_FILE: join(folder, 'alipay-payees.json'),
    OPENING_FEN: '100000000000',
  };
}
