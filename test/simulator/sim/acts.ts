/**
 * What people, traffic and the worker may do in one step of the simulation. Each act chooses by the world's random, runs the
 * product's own verb, and says what it was. Many are wrong on purpose: those must be refused.
 */
import { sql } from 'drizzle-orm';
import { closeHour, hoursDue } from '../../../api/billing/billing.ts';
import { activate, createVersion } from '../../../api/contracts/contracts.ts';
import {
  accounts,
  expireHolds,
  holdKeys,
  placeHold,
  releaseHold,
  resizeHold,
  sealJournals,
} from '../../../api/ledger/ledger.ts';
import {
  approvePayout,
  checkReturns,
  createTopUp,
  querySweep,
  requestPayout,
  requestRefund,
  resolveUnknown,
  sendPayouts,
  sendRefunds,
} from '../../../api/payments/payments.ts';
import { reconcileDue } from '../../../api/reconciliation/reconciliation.ts';
import {
  approveAdjustment,
  approveStatement,
  confirmStatement,
  disputeStatement,
  draftStatements,
  freezeMonth,
  proposeAdjustment,
  resolveDispute,
} from '../../../api/statements/statements.ts';
import { addDays, dayOf, hourOf, monthOf } from '../../../db/terms/day.ts';
import { deliver } from '../../kit/books.ts';
import {
  batch,
  billFault,
  clawBack,
  closeMonth,
  faults,
  mendPayout,
  monthToClose,
  strayMoney,
  workCase,
} from './desk.ts';
import { advance, makeGood, orderImpressions, showPromised } from './guarantee.ts';
import { askForInvoice, bookedDay, credit, invoiceStatement, takeBack } from './papers.ts';
import { idOf } from './pick.ts';
import type { Cast, World } from './world.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const PEOPLE = ['lin', 'wu', 'zhao'] as const;
const DAYS_BACK = 3;

export type Act = (world: World, cast: Cast) => Promise<string>;

const person = (world: World) => world.random.pick(PEOPLE);
const lastMonth = (world: World) => monthOf(addDays(`${monthOf(dayOf(world.now()))}-01`, -1));

export const ACTS: readonly (readonly [weight: number, name: string, act: Act])[] = [
  [14, 'traffic', traffic],
  [10, 'billing', bill],
  [10, 'time', time],
  [6, 'topUp', topUp],
  [6, 'pay', payAtGateway],
  [6, 'notifies', async ({ gateway }) => `${await gateway.notifies.deliver()} taken`],
  [3, 'sweep', async ({ ctx }) => `${JSON.stringify(await querySweep(ctx))}`],
  [4, 'hold', hold],
  [2, 'refund', refund],
  [3, 'sendRefunds', async ({ ctx }) => JSON.stringify(await sendRefunds(ctx))],
  [2, 'draft', async (w) => `${await draftStatements(w.ctx, lastMonth(w))} drafts`],
  [3, 'freeze', freeze],
  [5, 'confirm', confirm],
  [2, 'dispute', dispute],
  [2, 'resolve', resolve],
  [5, 'approve', approve],
  [5, 'requestPayout', request],
  [5, 'approvePayout', approveIt],
  [6, 'sendPayouts', async ({ ctx }) => JSON.stringify(await sendPayouts(ctx))],
  [5, 'resolveUnknown', async ({ ctx }) => JSON.stringify(await resolveUnknown(ctx))],
  [1, 'bounce', bounce],
  [1, 'checkReturns', async ({ ctx }) => `${await checkReturns(ctx)} returned`],
  [2, 'adjust', adjust],
  [1, 'contract', contract],
  [2, 'reconcile', async ({ ctx }) => `${(await reconcileDue(ctx)).length} days matched`],
  [2, 'seal', async ({ ctx }) => `${await sealJournals(ctx.db)} sealed`],
  [2, 'expire', async ({ ctx }) => `${await expireHolds(ctx.db, ctx.clock())} expired`],
  [5, 'invoice', invoiceStatement],
  [1, 'takeBack', takeBack],
  [1, 'askForInvoice', askForInvoice],
  [3, 'bookedDay', bookedDay],
  [1, 'credit', credit],
  [2, 'orderImpressions', orderImpressions],
  [5, 'showPromised', showPromised],
  [3, 'advance', advance],
  [3, 'makeGood', makeGood],
  [5, 'case', workCase],
  [1, 'strayMoney', strayMoney],
  [2, 'mendPayout', mendPayout],
  [2, 'batch', batch],
  [1, 'clawBack', clawBack],
  [3, 'closeMonth', closeMonth],
  [1, 'billFault', billFault],
  [3, 'faults', faults],
];

async function traffic(world: World, cast: Cast): Promise<string> {
  const { random, db } = world;
  const line = random.pick(cast.lines);
  const place = random.pick(cast.placements);
  const late = random.chance(0.1) ? random.below(24 * 40) : random.below(2);
  const hour = hourOf(world.now()) - late;
  const units = 1 + random.below(400);
  const spend = BigInt(units) * BigInt(10 + random.below(90)) * 10n;
  await deliver(db, hour, {
    line,
    place,
    impressions: units,
    clicks: random.below(5),
    spendMicroCny: spend,
    divisionCode: random.pick(['330106', '330108']),
  });
  // Invalid traffic found later takes back part of what was rolled up.
  if (random.chance(0.05)) {
    const taken = -spend / 2n;
    await deliver(db, hour, { line, place, impressions: -(units >> 1), spendMicroCny: taken });
  }
  return `${spend} µCNY at ${hour} on ${place.id}`;
}

async function bill({ ctx, now }: World): Promise<string> {
  const until = hourOf(now());
  const due = await hoursDue(ctx.db, until, until - 24 * 62, { chargeable: true });
  let charges = 0;
  for (const hour of due.slice(0, 6)) charges += (await closeHour(ctx, hour, 7)).charges;
  return `${charges} charges of ${due.length} hours due`;
}

async function time(world: World): Promise<string> {
  const ms = world.random.pick([MINUTE, 5 * MINUTE, HOUR, 5 * HOUR, 26 * HOUR, 70 * HOUR]);
  world.turn(ms);
  return `${ms / MINUTE} min`;
}

async function topUp(world: World, cast: Cast): Promise<string> {
  const amountFen = world.random.pick([0, -1, 1, 99, 100_000, 250_000]);
  const advertiserId = world.random.pick(cast.advertiserIds);
  const made = await createTopUp(world.ctx, { advertiserId, amountFen, by: person(world) });
  // The browser follows the link: that opens the trade at Alipay.
  if (world.random.chance(0.9)) await fetch(made.payUrl);
  return `${amountFen} fen for ${advertiserId}`;
}

async function payAtGateway({ gateway, random }: World): Promise<string> {
  const open = [...gateway.book.trades.values()].filter((t) => t.status === 'WAIT_BUYER_PAY');
  if (open.length === 0) return 'nobody waits';
  const trade = random.pick(open);
  gateway.pay(trade.outTradeNo);
  return trade.outTradeNo;
}

async function hold(world: World, cast: Cast): Promise<string> {
  const { ctx, random } = world;
  const line = random.pick(cast.lines);
  const key = holdKeys.budget(line.id, dayOf(world.now()));
  const amountMicroCny = BigInt(1 + random.below(3_000_000));
  const verb = random.below(3);
  if (verb === 0) {
    const account = accounts.wallet(line.advertiserId);
    const upTo = random.chance(0.7);
    const expiresAtMs = world.now() + 30 * HOUR;
    await placeHold(ctx.db, { key, account, amountMicroCny, upTo, expiresAtMs });
  } else if (verb === 1) {
    await resizeHold(ctx.db, { key, remainingMicroCny: amountMicroCny, upTo: random.chance(0.5) });
  } else await releaseHold(ctx.db, key);
  return `${['place', 'resize', 'release'][verb]} ${key} ${amountMicroCny}`;
}

async function refund(world: World): Promise<string> {
  const topUpId = await idOf(world, 'top_up', "status IN ('credited', 'part_refunded')");
  if (topUpId === undefined) return 'no top-up';
  const amountFen = 1 + world.random.below(60_000);
  await requestRefund(world.ctx, { topUpId, amountFen, reason: 'sim', by: person(world) });
  return `${amountFen} fen of ${topUpId}`;
}

async function freeze(world: World): Promise<string> {
  const month = world.random.chance(0.5) ? lastMonth(world) : await monthToClose(world);
  return `${await freezeMonth(world.ctx, { month: month ?? lastMonth(world), by: person(world) })} frozen`;
}

async function onStatement(
  world: World,
  usual: string,
  run: (statementId: number) => Promise<unknown>,
): Promise<string> {
  const id = await idOf(world, 'statement', `status = '${usual}'`);
  if (id === undefined) return 'no statement';
  await run(id);
  return `statement ${id}`;
}

function confirm(world: World): Promise<string> {
  return onStatement(world, 'frozen', (statementId) =>
    confirmStatement(world.ctx, { statementId, by: 'outlet' }),
  );
}

function dispute(world: World): Promise<string> {
  return onStatement(world, 'frozen', (statementId) =>
    disputeStatement(world.ctx, { statementId, by: 'outlet', reason: 'sim', lines: [1] }),
  );
}

function resolve(world: World): Promise<string> {
  const accept = world.random.chance(0.5);
  return onStatement(world, 'disputed', (statementId) =>
    resolveDispute(world.ctx, { statementId, by: 'lin', accept, note: 'sim' }),
  );
}

function approve(world: World): Promise<string> {
  const by = person(world);
  return onStatement(world, 'outlet_confirmed', (statementId) =>
    approveStatement(world.ctx, { statementId, by }),
  );
}

function request(world: World): Promise<string> {
  const by = person(world);
  return onStatement(world, 'approved', (statementId) =>
    requestPayout(world.ctx, { statementId, by }),
  );
}

async function approveIt(world: World): Promise<string> {
  const payoutId = await idOf(world, 'payout', "status = 'created'");
  if (payoutId === undefined) return 'no payout';
  await approvePayout(world.ctx, { payoutId, by: person(world) });
  return `payout ${payoutId}`;
}

async function bounce({ gateway, random, now }: World): Promise<string> {
  const sent = [...gateway.book.transfers.values()].filter(
    (t) => t.status === 'SUCCESS' && now() - t.atMs < DAYS_BACK * 24 * HOUR,
  );
  if (sent.length === 0) return 'nothing to bounce';
  return gateway.book.bounce(random.pick(sent).outBizNo).outBizNo;
}

async function adjust(world: World, cast: Cast): Promise<string> {
  const { ctx, random } = world;
  const open = await idOf(world, 'statement_adjustment', 'approved_by IS NULL');
  if (open !== undefined && random.chance(0.6)) {
    await approveAdjustment(ctx, { adjustmentId: open, by: person(world) });
    return `approve ${open}`;
  }
  const outletId = random.pick(cast.outletIds);
  const amountMicroCny = BigInt(random.below(200_000) - 100_000);
  const month = random.chance(0.5) ? lastMonth(world) : monthOf(dayOf(world.now()));
  await proposeAdjustment(ctx, {
    outletId,
    month,
    amountMicroCny,
    reason: 'sim',
    by: person(world),
  });
  return `propose ${amountMicroCny} for ${outletId}`;
}

/** A new version of a contract from tomorrow, today or last week: only the first may pass where days were charged. */
async function contract(world: World): Promise<string> {
  const { ctx, random } = world;
  const rows = await world.db.execute<{ id: string; outlet_id: string }>(
    sql`SELECT id, outlet_id FROM contract ORDER BY id`,
  );
  const chosen = random.pick([...rows]);
  const shift = random.pick([1, 0, -7]);
  const outletShare = 300_000 + random.below(600_000);
  const version = await createVersion(ctx.db, Number(chosen.id), {
    effectiveFrom: addDays(dayOf(world.now()), shift),
    parties: [
      { outletId: Number(chosen.outlet_id), sharePpm: outletShare },
      { outletId: null, sharePpm: 1_000_000 - outletShare + (random.chance(0.1) ? 1 : 0) },
    ],
    by: person(world),
  });
  await activate(ctx, { versionId: version.id, by: person(world) });
  return `version ${version.id} from ${shift} days`;
}
