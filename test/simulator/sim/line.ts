/**
 * Plays the line of one yuan with deaths in it, one in each stage: killed before any step, the money ends where it would
 * have.
 */
import { accounts, balanceOf } from '../../../api/ledger/ledger.ts';
import { payout } from '../../../db/schema/payments.ts';
import { dayOf, dayStartMs, hourOf } from '../../../db/terms/day.ts';
import { deliver } from '../../kit/books.ts';
import { Killed } from './mortal.ts';
import { causes } from './run.ts';
import { stagesOf } from './stages.ts';
import type { Cast, World } from './world.ts';

export interface LineEnd {
  steps: number;
  /** The stages in which it died; at most once in each. */
  diedAt: string[];
  balances: Record<string, string>;
  wrongs: string[];
}

/** Plays the line for a cast, dying before the given step of every stage that has so many (from 0); null: never. */
export async function playLine(
  world: World,
  cast: Cast,
  month: string,
  dieBefore: number | null,
): Promise<LineEnd> {
  const { db, life, gateway } = world;
  const line = cast.lines[0];
  const place = cast.placements[0];
  if (!line || !place) throw new Error('an empty cast');
  world.turn(dayStartMs(`${month}-03`) - world.now());
  const hour = hourOf(dayStartMs(`${month}-02`)) + 9;
  await deliver(db, hour, { line, place, impressions: 400, spendMicroCny: 4_000_003n });
  const end: LineEnd = { steps: 0, diedAt: [], balances: {}, wrongs: [] };
  const began = life.steps();
  for (const stage of stagesOf(world, cast, month)) {
    for (let tries = 0; !(await stage.done()); tries++) {
      if (tries > 6) throw new Error(`${dayOf(world.now())}: "${stage.name}" does not happen`);
      try {
        life.killAfter(tries === 0 ? dieBefore : null);
        await stage.act();
      } catch (error) {
        if (!causes(error).some((one) => one instanceof Killed)) throw error;
        end.diedAt.push(stage.name);
        life.revive();
      }
    }
  }
  life.killAfter(null);
  end.steps = life.steps() - began;
  const watched = [
    ['wallet', accounts.wallet(line.advertiserId)],
    ['county', accounts.payable(place.outletId)],
    ['city', accounts.payable(cast.cityId)],
  ] as const;
  for (const [name, account] of watched) {
    const { balanceMicroCny, heldMicroCny } = await balanceOf(db, account);
    end.balances[name] = `${balanceMicroCny} (${heldMicroCny} held)`;
  }
  // A payout may go in parts: what counts is that its payee got its amount and no more.
  const sent = new Map<string, bigint>();
  for (const { name, amountFen } of gateway.book.transfers.values()) {
    sent.set(name, (sent.get(name) ?? 0n) + amountFen);
  }
  for (const { payeeName, amountFen } of await db.select().from(payout)) {
    const got = sent.get(payeeName) ?? 0n;
    if (got !== amountFen) end.wrongs.push(`${payeeName} got ${got} fen, was due ${amountFen}`);
  }
  return end;
}
