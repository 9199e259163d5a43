/** The sim's world: real PostgreSQL, our gateway over real HTTP, a clock to turn, and a small cast of people and places. */
import { accounts, post } from '../../../api/ledger/ledger.ts';
import {
  DEFAULT_POLICY,
  type PayoutContext,
  receiveNotify,
} from '../../../api/payments/payments.ts';
import { statementPort } from '../../../api/statements/statements.ts';
import type { Database } from '../../../db/client.ts';
import { outlet } from '../../../db/schema/outlets.ts';
import { dayOf } from '../../../db/terms/day.ts';
import { addAdvertiser, addLineItem, addPlacement, signContract } from '../../kit/books.ts';
import { newRandom, type Random } from '../../kit/random.ts';
import { openGatewayPair } from '../alipay/pair.ts';
import { createLife, type Life, mortalAlipay, mortalDatabase } from './mortal.ts';

export const OPENING_FEN = 100_000n;

type LineItem = Awaited<ReturnType<typeof addLineItem>>;
type Placement = Awaited<ReturnType<typeof addPlacement>>;

export interface Cast {
  outletIds: number[];
  cityId: number;
  placements: Placement[];
  advertiserIds: number[];
  lines: LineItem[];
}

export interface World {
  /** Looks, and sets the scene; never dies. */
  db: Database;
  /** What the product runs on; dies when told. */
  ctx: PayoutContext;
  life: Life;
  gateway: Awaited<ReturnType<typeof openGatewayPair>>['gateway'];
  random: Random;
  now(): number;
  turn(ms: number): void;
  close(): Promise<void>;
}

export async function openSimWorld(
  db: Database,
  options: { seed: number; startMs: number; timeoutMs?: number; maxTransferFen?: bigint },
): Promise<World> {
  let nowMs = options.startMs;
  const clock = () => nowMs;
  const random = newRandom(options.seed);
  const faultRandom = newRandom(options.seed + 1);
  let receive: ((form: Record<string, string>) => Promise<string>) | undefined;
  const pair = await openGatewayPair({
    clock,
    openingFen: OPENING_FEN,
    timeoutMs: options.timeoutMs ?? 150,
    keyBits: 1024,
    random: () => faultRandom.next(),
    postNotify: async (_url, form) => receive?.(form),
  });
  const life = createLife();
  const ctx: PayoutContext = {
    db: mortalDatabase(db.$client, life),
    clock,
    alipay: mortalAlipay(pair.alipay, life),
    statements: statementPort(clock),
    // Payouts of a few yuan are then cut into parts, of which some fail.
    policy: { ...DEFAULT_POLICY, limits: { minFen: 10n, maxFen: options.maxTransferFen ?? 400n } },
  };
  receive = (form) => receiveNotify(ctx, form);
  const amountMicroCny = OPENING_FEN * 10_000n;
  await post(db, [
    {
      key: 'sim-opening',
      kind: 'opening',
      day: dayOf(nowMs),
      entries: [
        { account: accounts.alipayCash, amountMicroCny },
        { account: accounts.opening, amountMicroCny: -amountMicroCny },
      ],
    },
  ]);
  return {
    db,
    ctx,
    life,
    gateway: pair.gateway,
    random,
    now: clock,
    turn(ms) {
      nowMs += ms;
    },
    close: () => pair.gateway.close(),
  };
}

async function payee(db: Database, name: string, tier: 'county' | 'city'): Promise<number> {
  const [row] = await db
    .insert(outlet)
    .values({
      organizationId: 'sim',
      name,
      tier,
      divisionCode: '330106',
      status: 'active',
      payeeName: name,
      payeeAlipayAccount: `${name}@sim.test`,
    })
    .returning({ id: outlet.id });
  if (!row) throw new Error('insert returned nothing');
  return row.id;
}

let casts = 0;

/** Outlets with contracts and placements, advertisers with empty wallets and line items. */
export async function addCast(
  db: Database,
  size: { outlets: number; advertisers: number },
): Promise<Cast> {
  casts += 1;
  const cityId = await payee(db, `city-${casts}`, 'city');
  const cast: Cast = { outletIds: [cityId], cityId, placements: [], advertiserIds: [], lines: [] };
  for (let n = 0; n < size.outlets; n++) {
    const id = await payee(db, `county-${casts}-${n}`, 'county');
    cast.outletIds.push(id);
    await signContract(db, id, {
      cityId,
      effectiveFrom: '2020-01-01',
      minimumMonthlyMicroCny: n === 0 ? 2_000_000n : 0n,
    });
    for (let k = 0; k < 2; k++) cast.placements.push(await addPlacement(db, id));
  }
  for (let n = 0; n < size.advertisers; n++) {
    const advertiser = await addAdvertiser(db, 0n);
    cast.advertiserIds.push(advertiser.id);
    for (const pricing of ['CPM', 'CPC'] as const) {
      cast.lines.push(await addLineItem(db, advertiser.id, pricing));
    }
  }
  return cast;
}
