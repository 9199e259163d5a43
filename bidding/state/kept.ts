/**
 * Events that Redis has taken and metering has not committed yet, so that a Redis that is emptied, or loses its last second,
 * loses nothing of this node's. Owns when an event may be forgotten and when it must be sent again; a second copy is
 * harmless, the event's key sees to that. What it cannot help against: this node lost together with Redis.
 *
 * An entry of a stream is cut once it is committed. So what stood in Redis at one look is committed as soon as a later look
 * finds the stream's oldest entry younger than that look, or none. A look also tells which life of Redis it was: a mark that
 * is gone with the data, and the server's run id.
 */
import { randomUUID } from 'node:crypto';
import { EVENT_SHARDS, keys } from '../wire/keys.ts';
import { run, type Store, script, within } from './script.ts';

/** KEYS stream, life; ARGV a new life's name → life and run, ms of the oldest entry or -1, ms of the server's clock. */
const LOOK = script(`
local life = redis.call('GET', KEYS[2])
if not life then
  life = ARGV[1]
  redis.call('SET', KEYS[2], life)
end
local server = string.match(redis.call('INFO', 'server'), 'run_id:(%w+)')
local oldest = redis.call('XRANGE', KEYS[1], '-', '+', 'COUNT', 1)[1]
local time = redis.call('TIME')
return {
  life .. ' ' .. server,
  oldest and string.match(oldest[1], '^%d+') or '-1',
  string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000)),
}`);

const TIMEOUT_MS = 1_000;
/** A shard keeps at most so many; metering is then minutes behind, and the oldest are trusted to Redis alone. */
const MAX_KEPT = 100_000;

/** What was taken by Redis before one look. `untilMs`: no entry of it is younger, by Redis's clock. */
interface Round<T> {
  untilMs: number;
  entries: T[];
}

interface Shard<T> {
  life: string;
  /** Taken since the last look. */
  fresh: T[];
  rounds: Round<T>[];
  kept: number;
}

export interface Kept<T> {
  /** Redis has taken these. */
  keep(shard: number, entries: readonly T[]): void;
  /** Looks at Redis: forgets what is committed; what it lost is handed to `again`. Rejects while Redis is away. */
  look(again: (shard: number, entries: readonly T[]) => void): Promise<void>;
  readonly count: number;
}

export function createKept<T>(store: Store, maxKept = MAX_KEPT): Kept<T> {
  const shards: Shard<T>[] = Array.from({ length: EVENT_SHARDS }, () => ({
    life: '',
    fresh: [],
    rounds: [],
    kept: 0,
  }));

  async function lookAt(
    shard: Shard<T>,
    index: number,
    again: (shard: number, entries: readonly T[]) => void,
  ): Promise<void> {
    const round: Round<T> = { untilMs: 0, entries: shard.fresh };
    const names = [keys.events(index), keys.eventsLife(index)];
    const asked = run(store, LOOK, names, [randomUUID()]);
    // Whatever is taken from here on belongs to the next look, even if this one fails.
    shard.fresh = [];
    shard.rounds.push(round);
    const answer = (await within(TIMEOUT_MS, asked)) as [string, string, string];
    const [life, oldestMs, nowMs] = [answer[0], Number(answer[1]), Number(answer[2])];
    const lost = shard.life !== '' && shard.life !== life;
    shard.life = life;
    if (lost) {
      const all = shard.rounds.flatMap(({ entries }) => entries);
      shard.rounds = [];
      shard.kept = shard.fresh.length;
      again(index, all);
      return;
    }
    for (const each of shard.rounds) each.untilMs ||= nowMs;
    forget(shard, oldestMs < 0 ? Number.POSITIVE_INFINITY : oldestMs);
  }

  function forget(shard: Shard<T>, committedBeforeMs: number): void {
    while (shard.rounds.length > 0) {
      const { untilMs, entries } = shard.rounds[0] as Round<T>;
      if (untilMs >= committedBeforeMs && shard.kept <= maxKept) return;
      shard.rounds.shift();
      shard.kept -= entries.length;
    }
  }

  return {
    keep(index, entries) {
      const shard = shards[index] as Shard<T>;
      for (const entry of entries) shard.fresh.push(entry);
      shard.kept += entries.length;
    },
    async look(again) {
      await Promise.all(shards.map((shard, index) => lookAt(shard, index, again)));
    },
    get count() {
      return shards.reduce((sum, { kept }) => sum + kept, 0);
    },
  };
}
