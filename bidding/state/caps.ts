/**
 * Frequency counters: one packed string a user, ten bytes a counter, so that a user-day of ten counters is a hundred.
 * Owns their form, the read of all users of one event-loop turn in one call, and the counting. Counts of this node
 * that were sent only after a read are added to what it finds, so that two auctions for one user in a row see each other;
 * those sent before it are in it, because a connection keeps its order.
 *
 * Counted when an ad is handed out, not when it is seen: the decision and its count cannot come apart.
 */
import { hourOf, msOfDay } from '../../db/terms/day.ts';
import type { FrequencyCap } from '../../db/terms/market.ts';
import { keys } from '../wire/keys.ts';
import { run, type Store, script, within } from './script.ts';

const RECORD = 10;
const READ_TIMEOUT_MS = 50;
const DAY_MS = 86_400_000;
/** A call costs the client as much as an auction: at half load, calls of each turn apart doubled the processor time. */
const GATHER_MS = 1;
/** So many share the cost well enough. */
const ENOUGH = 16;
const SCOPES = { lineItem: 0, campaign: 1, advertiser: 2 } as const;
const WINDOWS = { hour: 0, day: 1, lifetime: 2 } as const;
/** A user's counters are forgotten this long after the last one, lifetime caps included: PIPL's storage limitation. */
const KEEP_SECONDS = 90 * 86_400;

type Scope = FrequencyCap['scope'];
type Window = FrequencyCap['window'];

/** One counter's identity: kind (1), id (4), bucket of time (3). The count (2) follows in the record. */
export function counterKey(scope: Scope, id: number, window: Window, atMs: number): string {
  const bucket = bucketOf(window, atMs);
  return String.fromCharCode(
    SCOPES[scope] * 4 + WINDOWS[window],
    (id >>> 24) & 255,
    (id >>> 16) & 255,
    (id >>> 8) & 255,
    id & 255,
    (bucket >>> 16) & 255,
    (bucket >>> 8) & 255,
    bucket & 255,
  );
}

/** Numbers hours and days of Shanghai; arithmetic, because `dayOf` makes a string of every call. */
function bucketOf(window: Window, atMs: number): number {
  if (window === 'hour') return hourOf(atMs);
  return window === 'day' ? Math.floor((atMs - msOfDay(atMs)) / DAY_MS) + 1 : 0;
}

/**
 * KEYS users; ARGV keep seconds, first bucket of hours and of days still alive, how many counters each key gets, then
 * all of them in one string: each argument more cost the client a microsecond. Counters whose time is over are
 * dropped on the way.
 */
const COUNT = script(`
local hour, day, all, at = tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[#ARGV], 1
for k = 1, #KEYS do
  local old, out, seen = redis.call('GET', KEYS[k]) or '', {}, {}
  for i = 1, tonumber(ARGV[3 + k]) do
    local key = string.sub(all, at, at + 7)
    seen[key] = (seen[key] or 0) + 1
    at = at + 8
  end
  for i = 1, #old, 10 do
    local key = string.sub(old, i, i + 7)
    local kind = string.byte(key, 1) % 4
    local b1, b2, b3, c1, c2 = string.byte(old, i + 5, i + 9)
    local bucket, count = b1 * 65536 + b2 * 256 + b3, c1 * 256 + c2
    if seen[key] then
      count = math.min(count + seen[key], 65535)
      seen[key] = nil
    end
    if kind == 2 or (kind == 0 and bucket >= hour) or (kind == 1 and bucket >= day) then
      out[#out + 1] = key .. string.char(math.floor(count / 256), count % 256)
    end
  end
  for key, count in pairs(seen) do
    out[#out + 1] = key .. string.char(math.floor(count / 256), count % 256)
  end
  redis.call('SET', KEYS[k], table.concat(out), 'EX', ARGV[1])
end
return #KEYS`);

/** What is known of one user at one moment. */
export interface UserCounts {
  count(scope: Scope, id: number, window: Window): number;
}

/** One count of this node that Redis has not confirmed yet. */
interface Unconfirmed {
  key: string;
  /** The number of the sending that carries it. */
  sending: number;
}

class Counts implements UserCounts {
  private readonly packed: string;
  private readonly unconfirmed: readonly Unconfirmed[] | undefined;
  private readonly lastSending: number;
  private readonly atMs: number;
  /** `lastSending`: the last one that went out before the read that found `packed`. */
  constructor(
    packed: string,
    unconfirmed: readonly Unconfirmed[] | undefined,
    lastSending: number,
    atMs: number,
  ) {
    this.packed = packed;
    this.unconfirmed = unconfirmed;
    this.lastSending = lastSending;
    this.atMs = atMs;
  }

  count(scope: Scope, id: number, window: Window): number {
    const { packed, unconfirmed } = this;
    let total = 0;
    if (packed.length > 0) {
      const kind = SCOPES[scope] * 4 + WINDOWS[window];
      const bucket = bucketOf(window, this.atMs);
      for (let at = 0; at < packed.length; at += RECORD) {
        if (packed.charCodeAt(at) !== kind || numberAt(packed, at + 1, 4) !== id >>> 0) continue;
        if (numberAt(packed, at + 5, 3) !== bucket) continue;
        total += numberAt(packed, at + 8, 2);
        break;
      }
    }
    if (!unconfirmed) return total;
    const key = counterKey(scope, id, window, this.atMs);
    for (const each of unconfirmed)
      if (each.sending > this.lastSending && each.key === key) total++;
    return total;
  }
}

function numberAt(packed: string, at: number, bytes: number): number {
  let value = 0;
  for (let i = at; i < at + bytes; i++) value = value * 256 + packed.charCodeAt(i);
  return value;
}

export interface CapCounters {
  /** Calls back in a later turn; undefined: Redis did not answer, so no cap can be checked. */
  read(userHash: string, atMs: number, done: (counts: UserCounts | undefined) => void): void;
  /** The same with other records in the same call. */
  readWith(
    userHash: string,
    names: readonly string[],
    atMs: number,
    done: (counts: UserCounts | undefined, values: (Buffer | null)[] | undefined) => void,
  ): void;
  /** Counts one ad handed out, for each cap of its line item. */
  add(userHash: string, counterKeys: readonly string[], atMs: number): void;
  /** Sends what waits; resolves when Redis has it. For an orderly end, and for tests. */
  flush(): Promise<void>;
}

interface Waiting {
  userHash: string;
  names: readonly string[];
  atMs: number;
  done: (counts: UserCounts | undefined, values: (Buffer | null)[] | undefined) => void;
}

const NO_NAMES: readonly string[] = [];

/** `readTimeoutMs`: how long an auction waits for its reader's counts before capped line items stand back. */
export function createCaps(store: Store, readTimeoutMs = READ_TIMEOUT_MS): CapCounters {
  let readers: Waiting[] = [];
  let additions = new Map<string, string[]>();
  const unconfirmed = new Map<string, Unconfirmed[]>();
  /** Sendings of additions so far; what is added now goes with the next. */
  let sendings = 0;
  let isLoaded = false;
  let scheduled = false;
  let sentAtMs = 0;
  let additionsAtMs = 0;
  let sending: Promise<void> = Promise.resolve();

  const send = (): void => {
    scheduled = false;
    sentAtMs = performance.now();
    flushReads();
    sending = flushAdditions();
  };

  // At the end of the turn; but where the last sending is no millisecond ago and few wait, others are waited for.
  const sendOrWait = (): void => {
    const waits = readers.length < ENOUGH && performance.now() - sentAtMs < GATHER_MS;
    if (waits) setTimeout(send, GATHER_MS);
    else send();
  };

  const schedule = (): void => {
    if (scheduled) return;
    scheduled = true;
    setImmediate(sendOrWait);
  };

  function flushReads(): void {
    if (readers.length === 0) return;
    const batch = readers;
    readers = [];
    const lastSending = sendings;
    within(readTimeoutMs, fetchAll(store, batch)).then(
      (values) => {
        let at = 0;
        for (const { userHash, names, atMs, done } of batch) {
          const packed = values[at++]?.toString('latin1') ?? '';
          const also = names.length === 0 ? [] : values.slice(at, at + names.length);
          at += names.length;
          done(new Counts(packed, unconfirmed.get(userHash), lastSending, atMs), also);
        }
      },
      () => {
        for (const { done } of batch) done(undefined, undefined);
      },
    );
  }

  async function flushAdditions(): Promise<void> {
    if (additions.size === 0) return;
    const batch = additions;
    additions = new Map();
    sendings++;
    try {
      // Ahead on the same connection: a script sent again after NOSCRIPT would come behind later reads.
      if (!isLoaded && !store.isCluster) store.script('LOAD', COUNT.lua).catch(() => {});
      isLoaded = true;
      await countAll(store, batch, additionsAtMs);
    } catch {
      // Redis is away: nobody with caps is served meanwhile, so these few counts are all that is lost.
    }
    for (const [userHash, sent] of batch) {
      const rest = unconfirmed.get(userHash)?.slice(sent.length) ?? [];
      if (rest.length > 0) unconfirmed.set(userHash, rest);
      else unconfirmed.delete(userHash);
    }
  }

  return {
    read(userHash, atMs, done) {
      readers.push({ userHash, names: NO_NAMES, atMs, done });
      schedule();
    },
    readWith(userHash, names, atMs, done) {
      readers.push({ userHash, names, atMs, done });
      schedule();
    },
    add(userHash, counterKeys, atMs) {
      const mine = additions.get(userHash);
      if (mine) mine.push(...counterKeys);
      else additions.set(userHash, [...counterKeys]);
      const added = counterKeys.map((key) => ({ key, sending: sendings + 1 }));
      const waiting = unconfirmed.get(userHash);
      if (waiting) waiting.push(...added);
      else unconfirmed.set(userHash, added);
      additionsAtMs = atMs;
      schedule();
    },
    async flush() {
      await sending;
      await flushAdditions();
    },
  };
}

/** On one server a single MGET; on a cluster a GET for each, which ioredis pipelines by node. */
function fetchAll(store: Store, batch: readonly Waiting[]): Promise<(Buffer | null)[]> {
  const names: string[] = [];
  for (const each of batch) names.push(keys.caps(each.userHash), ...each.names);
  return store.isCluster
    ? Promise.all(names.map((name) => store.getBuffer(name)))
    : store.mgetBuffer(names);
}

async function countAll(store: Store, batch: Map<string, string[]>, atMs: number): Promise<void> {
  const head = [KEEP_SECONDS, bucketOf('hour', atMs), bucketOf('day', atMs)];
  const count = (users: string[], added: string[][]): Promise<unknown> => {
    const each = added.map((counters) => counters.length);
    const all = Buffer.from(added.map((counters) => counters.join('')).join(''), 'latin1');
    return run(store, COUNT, users.map(keys.caps), [...head, ...each, all]);
  };
  if (store.isCluster) await Promise.all([...batch].map(([user, added]) => count([user], [added])));
  else await count([...batch.keys()], [...batch.values()]);
}
