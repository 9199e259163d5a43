/**
 * Frequency caps' traffic with Redis: the read of all users of one event-loop turn in one call, and the counting. Counts of this node
 * that go out after a read are added to what it finds (readings.ts), so that two auctions for one user in a row see each
 * other; those that went before it are in it, because a connection keeps its order.
 *
 * Counted when an ad is handed out, not when it is seen: the decision and its count cannot come apart.
 */
import { keys } from '../wire/keys.ts';
import { bucketOf, KEY } from './counters.ts';
import { OpenReadings, Reading, type UserCounts } from './readings.ts';
import { run, type Store, script, within } from './script.ts';

const READ_TIMEOUT_MS = 50;
/** A call costs the client as much as an auction: at half load, calls of each turn apart doubled the processor time. */
const GATHER_MS = 1;
/** So many share the cost well enough. */
const ENOUGH = 16;
/** A user's counters are forgotten this long after the last one, lifetime caps included: PIPL's storage limitation. */
const KEEP_SECONDS = 90 * 86_400;

/**
 * KEYS users; ARGV keep seconds, first bucket of hours and of days still alive, and for each key how many counters it gets (2 bytes)
 * and those: all in one string, since each argument more cost the client a microsecond. Counters whose time is over are
 * dropped on the way.
 */
const COUNT = script(`
local hour, day, all, at = tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4], 1
for k = 1, #KEYS do
  local old, out, seen = redis.call('GET', KEYS[k]) or '', {}, {}
  local n1, n2 = string.byte(all, at, at + 1)
  at = at + 2
  for i = 1, n1 * 256 + n2 do
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

export interface CapCounters {
  /** Calls back in a later turn; undefined: Redis did not answer, so no cap can be checked. To be closed by who is called. */
  read(userHash: string, atMs: number, done: (counts: UserCounts | undefined) => void): void;
  /** The same with other records in the same call. */
  readWith(
    userHash: string,
    names: readonly string[],
    atMs: number,
    done: (counts: UserCounts | undefined, values: (Buffer | null)[] | undefined) => void,
  ): void;
  /** Counts one ad handed out; `counters`: of its line item (`countersOf`). */
  add(userHash: string, counters: string, atMs: number): void;
  /** Sends what waits; resolves when Redis has it. For an orderly end, and for tests. */
  flush(): Promise<void>;
}

/** Counts of this node that travel in one call: counters by user, eight characters each. */
interface Additions {
  readonly counters: Map<string, string>;
  atMs: number;
}

interface Waiting {
  reading: Reading;
  names: readonly string[];
  done: (counts: UserCounts | undefined, values: (Buffer | null)[] | undefined) => void;
}

const NO_NAMES: readonly string[] = [];

/** `readTimeoutMs`: how long an auction waits for its reader's counts before capped line items stand back. */
export function createCaps(store: Store, readTimeoutMs = READ_TIMEOUT_MS): CapCounters {
  const open = new OpenReadings();
  let readers: Waiting[] = [];
  /** What is counted now goes with these, once they are due. */
  let gathering: Additions = { counters: new Map(), atMs: 0 };
  let isLoaded = false;
  let scheduled = false;
  let sentAtMs = 0;
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

  const begin = (userHash: string, atMs: number): Reading => {
    const reading = new Reading(userHash, atMs, gathering.counters.get(userHash) ?? '', open);
    // Nothing is ever counted for nobody, and who asks for nobody's counts has none to close.
    if (userHash !== '') open.add(reading);
    return reading;
  };

  function flushReads(): void {
    if (readers.length === 0) return;
    const batch = readers;
    readers = [];
    within(readTimeoutMs, fetchAll(store, batch)).then(
      (values) => {
        let at = 0;
        for (const { reading, names, done } of batch) {
          reading.found = values[at++]?.toString('latin1') ?? '';
          const also = names.length === 0 ? [] : values.slice(at, at + names.length);
          at += names.length;
          done(reading, also);
        }
      },
      () => {
        for (const { reading, done } of batch) {
          reading.close();
          done(undefined, undefined);
        }
      },
    );
  }

  async function flushAdditions(): Promise<void> {
    if (gathering.counters.size === 0) return;
    const batch = gathering;
    gathering = { counters: new Map(), atMs: 0 };
    try {
      // Ahead on the same connection: a script sent again after NOSCRIPT would come behind later reads.
      if (!isLoaded && !store.isCluster) store.script('LOAD', COUNT.lua).catch(() => {});
      isLoaded = true;
      await countAll(store, batch);
    } catch {
      // Redis is away: nobody with caps is served meanwhile, so these few counts are all that is lost.
    }
  }

  return {
    read(userHash, atMs, done) {
      readers.push({ reading: begin(userHash, atMs), names: NO_NAMES, done });
      schedule();
    },
    readWith(userHash, names, atMs, done) {
      readers.push({ reading: begin(userHash, atMs), names, done });
      schedule();
    },
    add(userHash, counters, atMs) {
      open.tell(userHash, counters);
      const mine = gathering.counters.get(userHash);
      gathering.counters.set(userHash, mine === undefined ? counters : mine + counters);
      gathering.atMs = atMs;
      schedule();
    },
    async flush() {
      await sending;
      flushReads();
      await flushAdditions();
    },
  };
}

/** On one server a single MGET; on a cluster a GET for each, which ioredis pipelines by node. */
function fetchAll(store: Store, batch: readonly Waiting[]): Promise<(Buffer | null)[]> {
  const names: string[] = [];
  for (const { reading, names: also } of batch) names.push(keys.caps(reading.userHash), ...also);
  return store.isCluster
    ? Promise.all(names.map((name) => store.getBuffer(name)))
    : store.mgetBuffer(names);
}

async function countAll(store: Store, { counters, atMs }: Additions): Promise<void> {
  const head = [KEEP_SECONDS, bucketOf('hour', atMs), bucketOf('day', atMs)];
  const count = (users: Iterable<string>, added: Iterable<string>): Promise<unknown> => {
    let all = '';
    for (const each of added) all += lengthOf(each) + each;
    return run(store, COUNT, Array.from(users, keys.caps), [...head, Buffer.from(all, 'latin1')]);
  };
  if (store.isCluster)
    await Promise.all([...counters].map(([user, added]) => count([user], [added])));
  else await count(counters.keys(), counters.values());
}

/** How many counters there are, in two characters. */
const lengthOf = (counters: string): string =>
  String.fromCharCode((counters.length / KEY) >> 8, (counters.length / KEY) & 255);
