/**
 * Many steps as many walks, each on fresh ground with a seed of its own: a walk of a few thousand steps is years of books,
 * and a failure is shown again by its own seed alone.
 */
import { sql } from 'drizzle-orm';
import type { Database } from '../../../db/client.ts';
import type { Arguments } from '../../bench/kit/figures.ts';
import { type Grounds, inLanes } from './grounds.ts';
import { runSim, type SimResult, type Violation } from './run.ts';
import { addCast } from './world.ts';

export interface WalkResult extends Omit<SimResult, 'violation'> {
  walks: number;
  faultsStruck: number;
  /** How far the books came in all walks: a walk that never closes a month has not shown that closing holds. */
  reached: Record<string, number>;
  violation: (Violation & { seed: number }) | null;
}

const addAll = (into: Record<string, number>, more: Record<string, number>) => {
  for (const [key, count] of Object.entries(more)) into[key] = (into[key] ?? 0) + count;
};

async function reachedBy(db: Database): Promise<Record<string, number>> {
  const [row] = await db.execute<Record<string, number>>(sql`
    SELECT (SELECT count(*)::int FROM journal) AS journals, (SELECT count(*)::int FROM charge) AS charges,
           (SELECT count(*)::int FROM statement WHERE status IN ('paid', 'reconciled')) AS "statementsPaid",
           (SELECT count(*)::int FROM payout_part WHERE status = 'succeeded') AS "partsPaid",
           (SELECT count(*)::int FROM payout_part WHERE status = 'returned') AS "partsReturned",
           (SELECT count(*)::int FROM payout_part WHERE replaced_by IS NOT NULL) AS "partsSentAgain",
           (SELECT count(*)::int FROM bill WHERE status = 'matched') AS "billsMatched",
           (SELECT count(*)::int FROM bill WHERE status = 'refused') AS "billsRefused",
           (SELECT count(*)::int FROM reconciliation_case) AS cases,
           (SELECT count(*)::int FROM booking_line WHERE judged_at IS NOT NULL) AS "guaranteesJudged",
           (SELECT count(*)::int FROM booking_line WHERE makegood_of IS NOT NULL) AS "guaranteesMadeGood",
           (SELECT count(*)::int FROM reconciliation_case WHERE resolution = 'written_off') AS "casesWrittenOff",
           (SELECT count(*)::int FROM reconciliation_case WHERE resolution = 'restated') AS "casesRestated",
           (SELECT count(*)::int FROM period WHERE status = 'closed') AS "monthsClosed"`);
  return row ?? {};
}

/** `--seed`, `--steps`, `--walk` (steps a walk), `--lanes`, `--kill-per-mille`, `--deep-every`. */
export async function walk(
  grounds: Grounds,
  args: Arguments,
  progress: (steps: number) => void,
): Promise<WalkResult> {
  const seed = args.number('seed', 1);
  const steps = args.number('steps', 2_000);
  const length = args.number('walk', 2_000);
  const total: WalkResult = {
    walks: 0,
    steps: 0,
    refused: 0,
    killed: 0,
    faultsStruck: 0,
    reached: {},
    acts: {},
    refusals: {},
    violation: null,
  };
  await inLanes(Math.ceil(steps / length), args.number('lanes', 4), async (n) => {
    // The first walk is the seed's own, so that `--seed S --steps N` of a violation shows it.
    const mine = seed + n;
    await grounds.within(mine, async (world) => {
      const cast = await addCast(world.db, { outlets: 4, advertisers: 3 });
      const result = await runSim(world, cast, {
        steps: Math.min(length, steps - n * length),
        killPerMille: args.number('kill-per-mille', 60),
        deepEvery: args.number('deep-every', 200),
      });
      total.walks += 1;
      total.faultsStruck += world.gateway.faults.struck();
      for (const key of ['steps', 'refused', 'killed'] as const) total[key] += result[key];
      addAll(total.reached, await reachedBy(world.db));
      addAll(total.acts, result.acts);
      addAll(total.refusals, result.refusals);
      if (result.violation) total.violation ??= { seed: mine, ...result.violation };
    });
    progress(total.steps);
    return total.violation === null;
  });
  return total;
}
