/** Acts on paper, and fixed-price days: invoices registered and taken back, asked for by advertisers, booked days charged. */
import { sql } from 'drizzle-orm';
import { chargeBookedDays } from '../../../api/billing/billing.ts';
import {
  answerRed,
  invoiceableOf,
  issueOutgoing,
  issueRed,
  registerIncoming,
  requestOutgoing,
  requestRed,
  verifyIncoming,
} from '../../../api/invoices/invoices.ts';
import { accounts, setCreditLimit } from '../../../api/ledger/ledger.ts';
import { addDays, dayOf } from '../../../db/terms/day.ts';
import { addTitles, invoiceFor, invoiceNoOf } from '../../kit/invoices.ts';
import { idOf } from './pick.ts';
import type { Cast, World } from './world.ts';

const CONFIRMED = "('outlet_confirmed', 'approved', 'paying', 'paid', 'reconciled')";

/** An outlet invoices a statement it confirmed, now and then more than it may; finance verifies it. */
export async function invoiceStatement(world: World): Promise<string> {
  const { ctx, random } = world;
  const id = await idOf(
    world,
    'statement',
    `status IN ${CONFIRMED} AND total_micro_cny > 100000 AND invoice_no IS NULL`,
  );
  if (id === undefined) return 'nothing to invoice';
  const input = await invoiceFor({ ...ctx, db: world.db }, id);
  const wrong = random.chance(0.1);
  const row = await registerIncoming(
    ctx,
    wrong
      ? { ...input, totalFen: input.totalFen + 500n, amountFen: input.amountFen + 500n }
      : input,
    'outlet',
  );
  await verifyIncoming(ctx, row.id, 'lin');
  return `statement ${id}`;
}

let serial = 1_000_000;

/** Some issued invoice is taken back, in whole or in part, by whichever side. */
export async function takeBack(world: World): Promise<string> {
  const { ctx, random } = world;
  const invoiceId = await idOf(
    world,
    'invoice',
    "status IN ('issued', 'verified') AND red_of IS NULL",
  );
  if (invoiceId === undefined) return 'no invoice';
  const isPlatform = random.chance(0.5);
  const totalFen = random.chance(0.5) ? BigInt(1 + random.below(5_000)) : undefined;
  const reason = random.pick(['issued_wrongly', 'allowance'] as const);
  const letter = await requestRed(ctx, { invoiceId, isPlatform, reason, totalFen }, 'wu');
  const letterId = letter.id;
  if (letter.status === 'requested') {
    const accept = random.chance(0.8);
    const answered = await answerRed(ctx, { letterId, isPlatform: !isPlatform, accept, by: 'wu' });
    if (answered.status === 'declined') return 'declined';
  }
  serial += 2;
  const issuedOn = dayOf(world.now());
  const year = Number(issuedOn.slice(2, 4));
  const numbers = { invoiceNo: invoiceNoOf(serial, year), confirmationNo: invoiceNoOf(serial + 1) };
  const [row] = await world.db.execute<{ direction: string }>(
    sql`SELECT direction FROM invoice WHERE id = ${invoiceId}`,
  );
  const seller = row?.direction === 'outgoing';
  await issueRed(ctx, { letterId, isPlatform: seller, issuedOn, ...numbers }, 'wu');
  return `invoice ${invoiceId}`;
}

/** An advertiser asks for what it was charged, or for more. */
export async function askForInvoice(world: World, cast: Cast): Promise<string> {
  const { ctx, random } = world;
  const advertiserId = random.pick(cast.advertiserIds);
  await addTitles({ ...ctx, db: world.db }, { advertiserId });
  const { availableFen } = await invoiceableOf(world.db, advertiserId);
  const totalFen = random.chance(0.2) ? availableFen + 1n : availableFen / 2n;
  const kind = random.pick(['special', 'ordinary'] as const);
  const row = await requestOutgoing(ctx, { advertiserId, kind, totalFen }, 'a');
  serial += 1;
  const issuedOn = dayOf(world.now());
  const invoiceNo = invoiceNoOf(serial, Number(issuedOn.slice(2, 4)));
  await issueOutgoing(ctx, row.id, { invoiceNo, issuedOn, by: 'lin' });
  return `${totalFen} fen for ${advertiserId}`;
}

/** A booked day ran, ran less, or not at all after all. */
export async function bookedDay(world: World, cast: Cast): Promise<string> {
  const { ctx, random } = world;
  const place = random.pick(cast.placements);
  const day = addDays(dayOf(world.now()), -random.below(30));
  const bookingLineId = 1 + random.below(5);
  const advertiserId = cast.advertiserIds[bookingLineId % cast.advertiserIds.length] as number;
  const quantity = random.below(3);
  const charged = await chargeBookedDays(ctx, [
    {
      bookingLineId: bookingLineId * 10_000 + place.id,
      day,
      advertiserId,
      placementId: place.id,
      quantity,
      amountMicroCny: BigInt(quantity) * 777_777n,
      // No order of the simulation has such a number.
      holdKey: `booking:${900_000 + bookingLineId}`,
      subject: `order:${bookingLineId}`,
    },
  ]);
  return `${charged.amountMicroCny} on ${day}`;
}

/** Finance grants credit, or takes it back: not below what is already drawn. */
export async function credit(world: World, cast: Cast): Promise<string> {
  const { ctx, random } = world;
  const advertiserId = random.pick(cast.advertiserIds);
  const limit = BigInt(random.pick([0, 500_000, 3_000_000]));
  await setCreditLimit(ctx.db, accounts.wallet(advertiserId), limit);
  return `${limit} for ${advertiserId}`;
}
