/** A gateway and a client that trust each other, for tests and the story: two key pairs, one clock, one free port. */
import { type Alipay, createAlipay } from '../../../api/payments/alipay/client.ts';
import { createGateway, type Gateway, type GatewayOptions } from './gateway.ts';
import { createKeyPair, type KeyPair } from './keys.ts';

export const SANDBOX_APP_ID = '2021000122671080';
export const SANDBOX_SELLER_ID = '2088721996721370';

export interface GatewayPair {
  gateway: Gateway;
  alipay: Alipay;
  /** A second client of the same gateway, with whatever differs: for another process, another time-out. */
  client(changes?: { timeoutMs?: number }): Alipay;
}

/** Made once a process: the simulator opens hundreds of pairs, and what they trust each other by is not what it tries. */
const kept = new Map<number, { app: KeyPair; theirs: KeyPair }>();

function keysOf(bits: number) {
  const known = kept.get(bits);
  if (known) return known;
  const made = { app: createKeyPair(bits), theirs: createKeyPair(bits) };
  kept.set(bits, made);
  return made;
}

export async function openGatewayPair(
  options: Partial<GatewayOptions> &
    Pick<GatewayOptions, 'clock'> & {
      notifyUrl?: string;
      timeoutMs?: number;
      /** Fewer than 2048 where a million signatures are made and none is doubted. */
      keyBits?: number;
    },
): Promise<GatewayPair> {
  const { app, theirs } = keysOf(options.keyBits ?? 2048);
  const gateway = createGateway({
    appId: SANDBOX_APP_ID,
    sellerId: SANDBOX_SELLER_ID,
    appPublicKey: app.publicKey,
    gatewayPrivateKey: theirs.privateKey,
    ...options,
  });
  const url = await gateway.listen();
  const client = (changes: { timeoutMs?: number } = {}) =>
    createAlipay({
      gateway: url,
      appId: SANDBOX_APP_ID,
      sellerId: SANDBOX_SELLER_ID,
      privateKey: app.privateKey,
      publicKey: theirs.publicKey,
      notifyUrl: options.notifyUrl ?? 'http://127.0.0.1:9/api/payments/alipay/notify',
      timeoutMs: changes.timeoutMs ?? options.timeoutMs ?? 2_000,
      clock: options.clock,
    });
  return { gateway, alipay: client(), client };
}
