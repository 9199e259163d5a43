/**
 * The read replica: what may be a few seconds old (reports, the log behind forecasts) is read there. Owns whether it may be read
 * now, by what the primary had written and the replica has replayed, so that no clock and no privilege is needed; and going to the
 * primary where it lags, is gone, was promoted, or breaks off. Refuses transactions: who writes reads what they wrote.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { connect, type Database, type Db } from './client.ts';
import { baseOf, scopeOf, within } from './scope.ts';

export interface Replica {
  /** Runs `work` on the replica where that is fresh, else on `primary`. */
  read<T>(primary: Database, work: (db: Db) => Promise<T>): Promise<T>;
  /** What was read where so far, and how old the replica's last answer could be, ms (null: not to be read). */
  readonly state: { replica: number; primary: number; lagMs: number | null };
  close(): Promise<void>;
}

/** One judgement holds for this long. */
const JUDGED_MS = 1_000;
/** After a break, so long until it is tried again. */
const AWAY_MS = 5_000;
/** A replica that streams has replayed by then what the primary just had. */
const CATCH_UP_MS = 100;
const LOOK_MS = 20;
const ANSWER_MS = 2_000;
/** Connections gone, server stopping or starting; a row that replay needed to remove under the reader (§26.4.2). */
const BREAKS = /^(CONNECT|ECONN|EPIPE|ENOTFOUND|ETIMEDOUT|08|57P0|40001|40P01)/;

/** Drizzle wraps what the driver says. */
function isBreak(error: unknown): boolean {
  const { code, cause } = error as { code?: unknown; cause?: { code?: unknown } };
  return BREAKS.test(String(code ?? cause?.code ?? ''));
}

/** `16/B374D848` as a number. */
const lsnOf = (text: string): bigint => {
  const [high = '0', low = '0'] = text.split('/');
  return (BigInt(`0x${high}`) << 32n) | BigInt(`0x${low}`);
};

async function writtenAt(primary: Database): Promise<bigint> {
  const [row] = await baseOf(primary).$client<{ lsn: string }[]>`
    SELECT pg_current_wal_lsn()::text AS lsn`;
  return lsnOf(row?.lsn ?? '0/0');
}

/** Null: it replays nothing, so it is a primary itself. */
async function replayedAt(replica: Database): Promise<bigint | null> {
  const [row] = await replica.$client<{ lsn: string | null }[]>`
    SELECT CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() END::text AS lsn`;
  return row?.lsn ? lsnOf(row.lsn) : null;
}

export function openReplica(
  url: string,
  { maxLagMs = 5_000, nowMs = () => performance.now() } = {},
): Replica {
  const db = connect(url, { max: 5 });
  /** What the primary had written when, oldest first. */
  let marks: { atMs: number; lsn: bigint }[] = [];
  let judgement: { untilMs: number; fresh: Promise<boolean> } | undefined;
  const state: Replica['state'] = { replica: 0, primary: 0, lagMs: null };

  async function judge(primary: Database): Promise<boolean> {
    const lsn = await writtenAt(primary);
    const beganMs = nowMs();
    marks = [...marks.filter(({ atMs }) => beganMs - atMs <= maxLagMs), { atMs: beganMs, lsn }];
    let seen: { atMs: number } | undefined;
    do {
      const replayed = await replayedAt(db);
      if (replayed === null) break;
      seen = marks.findLast((mark) => mark.lsn <= replayed);
      if (seen?.atMs === beganMs) break;
      await sleep(LOOK_MS);
    } while (nowMs() - beganMs < CATCH_UP_MS);
    state.lagMs = seen ? nowMs() - seen.atMs : null;
    return state.lagMs !== null && state.lagMs <= maxLagMs;
  }

  function isFresh(primary: Database): Promise<boolean> {
    const now = nowMs();
    if (judgement && now < judgement.untilMs) return judgement.fresh;
    const late = sleep(ANSWER_MS, undefined, { ref: false }).then(() => {
      throw Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' });
    });
    const fresh = Promise.race([judge(primary), late]).catch(() => {
      away();
      return false;
    });
    judgement = { untilMs: now + JUDGED_MS, fresh };
    return fresh;
  }

  function away(): void {
    state.lagMs = null;
    judgement = { untilMs: nowMs() + AWAY_MS, fresh: Promise.resolve(false) };
  }

  return {
    state,
    async read(primary, work) {
      if (await isFresh(primary)) {
        try {
          const scope = scopeOf(primary);
          const result = await work(scope ? within(db, scope) : db);
          state.replica += 1;
          return result;
        } catch (error) {
          if (!isBreak(error)) throw error;
          away();
        }
      }
      state.primary += 1;
      return work(primary);
    },
    close: () => db.$client.end({ timeout: 1 }),
  };
}

/** Reads what may be a few seconds old: from the replica where there is one, it is fresh, and no transaction is open. */
export function readLately<T>(
  ctx: { db: Db; replica?: Replica | undefined },
  work: (db: Db) => Promise<T>,
): Promise<T> {
  const { db, replica } = ctx;
  return replica && '$client' in db ? replica.read(db as Database, work) : work(db);
}
