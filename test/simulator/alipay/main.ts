/**
 * The gateway as a process of its own. Environment: GATEWAY_PORT, ALIPAY_APP_ID, ALIPAY_SELLER_ID, APP_PUBLIC_KEY and
 * GATEWAY_PRIVATE_KEY (PEM), BOOK_FILE (keeps the book over restarts), OPENING_FEN, PAYEES_FILE (JSON: logon id → name).
 *
 * `/_sim/*` beside it is the switchboard for people and tests: clock, faults, payments, bounces. The product does not
 * know it. POST JSON: `/_sim/clock {advanceMs}` · `/_sim/fault {call|notify|bill, …}` · `/_sim/pay {outTradeNo, late}` ·
 * `/_sim/bounce {outBizNo}` · `/_sim/payee {identity, name}` · `/_sim/clear`; GET `/_sim/book`.
 */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';
import { BILL_FAULTS, CALL_FAULTS, NOTIFY_FAULTS } from './faults.ts';
import { createGateway } from './gateway.ts';
import { readBody } from './wire.ts';

const environment = z
  .object({
    GATEWAY_PORT: z.coerce.number().int().default(0),
    CONTROL_PORT: z.coerce.number().int().default(0),
    ALIPAY_APP_ID: z.string(),
    ALIPAY_SELLER_ID: z.string(),
    APP_PUBLIC_KEY: z.string(),
    GATEWAY_PRIVATE_KEY: z.string(),
    BOOK_FILE: z.string().optional(),
    PAYEES_FILE: z.string().optional(),
    OPENING_FEN: z.coerce.bigint().default(0n),
  })
  .parse(process.env);

const command = z.object({
  advanceMs: z.number().int().optional(),
  call: z.enum(CALL_FAULTS).optional(),
  notify: z.enum(NOTIFY_FAULTS).optional(),
  bill: z.enum(BILL_FAULTS).optional(),
  when: z.enum(['before', 'after']).default('before'),
  method: z.string().optional(),
  times: z.number().int().positive().default(1),
  outTradeNo: z.string().default(''),
  late: z.boolean().default(false),
  outBizNo: z.string().default(''),
  identity: z.string().default(''),
  name: z.string().default(''),
});
type Command = z.infer<typeof command>;

let offsetMs = 0;
const gateway = createGateway({
  port: environment.GATEWAY_PORT,
  clock: () => Date.now() + offsetMs,
  appId: environment.ALIPAY_APP_ID,
  sellerId: environment.ALIPAY_SELLER_ID,
  appPublicKey: environment.APP_PUBLIC_KEY,
  gatewayPrivateKey: environment.GATEWAY_PRIVATE_KEY,
  openingFen: environment.OPENING_FEN,
});

const asText = (_key: string, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value);
const asBigint = (_key: string, value: unknown) =>
  typeof value === 'string' && /^-?\d+n$/.test(value) ? BigInt(value.slice(0, -1)) : value;

const state = () => ({ book: gateway.book.snapshot(), notifies: gateway.notifies.snapshot() });

let saved = '';
function save(): void {
  if (!environment.BOOK_FILE) return;
  const text = JSON.stringify(state(), asText);
  if (text === saved) return;
  writeFileSync(`${environment.BOOK_FILE}.new`, text);
  renameSync(`${environment.BOOK_FILE}.new`, environment.BOOK_FILE);
  saved = text;
}

function restore(): void {
  if (environment.BOOK_FILE && existsSync(environment.BOOK_FILE)) {
    const kept = JSON.parse(readFileSync(environment.BOOK_FILE, 'utf8'), asBigint) as ReturnType<
      typeof state
    >;
    gateway.book.restore(kept.book);
    gateway.notifies.restore(kept.notifies);
  }
  if (environment.PAYEES_FILE && existsSync(environment.PAYEES_FILE)) {
    const payees = JSON.parse(readFileSync(environment.PAYEES_FILE, 'utf8')) as object;
    for (const [identity, name] of Object.entries(payees)) gateway.book.payees.set(identity, name);
  }
}

const COMMANDS: Record<string, (c: Command) => void> = {
  clock: (c) => {
    offsetMs += c.advanceMs ?? 0;
  },
  fault: (c) => {
    if (c.call)
      gateway.faults.onCall({ kind: c.call, when: c.when, method: c.method, times: c.times });
    if (c.notify) gateway.faults.onNotify(c.notify, c.times);
    if (c.bill) gateway.faults.onBill(c.bill, c.times);
  },
  pay: (c) => gateway.pay(c.outTradeNo, c.late),
  bounce: (c) => void gateway.book.bounce(c.outBizNo),
  payee: (c) => void gateway.book.payees.set(c.identity, c.name),
  clear: () => gateway.faults.clear(),
  book: () => {},
};

/** The switchboard has a port of its own: the product is only ever given the gateway's. */
const control = createServer(async (request, response) => {
  try {
    const run = COMMANDS[(request.url ?? '').replace('/_sim/', '')];
    if (!run) return void response.writeHead(404).end();
    const body = await readBody(request);
    run(command.parse(body ? JSON.parse(body) : {}));
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(state(), asText));
  } catch (error) {
    response.writeHead(400).end(String(error));
  }
});

restore();
await gateway.listen();
await new Promise<void>((resolve) =>
  control.listen(environment.CONTROL_PORT, '127.0.0.1', resolve),
);
const timer = setInterval(() => {
  void gateway.notifies.deliver();
  save();
}, 500);
const controlPort = (control.address() as AddressInfo).port;
console.log(JSON.stringify({ gateway: gateway.url, control: `http://127.0.0.1:${controlPort}` }));

async function stop(): Promise<void> {
  clearInterval(timer);
  save();
  control.close();
  await gateway.close();
  process.exit(0);
}
process.once('SIGTERM', () => void stop());
process.once('SIGINT', () => void stop());
