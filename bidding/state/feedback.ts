/**
 * What readers say of ads, and what they will not see again. Owns the stream's producer (once a saying, by a guard in the same
 * script) and each node's memory of refused campaigns: the node that hears obeys at once, the others within their next look at the
 * stream. Nothing is asked of Redis when an auction is held.
 */
import { decodeFeedback, encodeFeedback, type Feedback } from '../wire/feedback.ts';
import { keys } from '../wire/keys.ts';
import { run, type Store, script, within } from './script.ts';

/** KEYS stream, guard; ARGV seconds to remember, most entries, record → 1, or 0 for a repetition. */
const SAY = script(`
if not redis.call('SET', KEYS[2], '1', 'NX', 'EX', ARGV[1]) then return 0 end
redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[2], '*', 'f', ARGV[3])
return 1`);

const REMEMBER_S = 86_400;
const KEPT = 200_000;
const PAGE = 2_000;
const TIMEOUT_MS = 500;
const MAX_READERS = 100_000;
const MAX_CAMPAIGNS = 64;

/** Kinds of saying after which a reader is spared the campaign. */
const SPARES: ReadonlySet<string> = new Set(['notInterested', 'report']);

export interface FeedbackLog {
  /** Files a saying. A Redis that is away loses it to the desk; this node spares the reader all the same. */
  say(feedback: Feedback): void;
  /** Campaigns that a reader refused; undefined for nearly everybody. */
  refusedBy(userHash: string): ReadonlySet<number> | undefined;
  /** Looks for what other nodes heard. Rejects when Redis does not answer. */
  refresh(): Promise<void>;
  /** Resolves when what was said is in Redis, or has failed. */
  flush(): Promise<void>;
}

export function createFeedback(store: Store): FeedbackLog {
  const refused = new Map<string, Set<number>>();
  const sending = new Set<Promise<unknown>>();
  let lastId = '0-0';
  let running: Promise<void> | undefined;

  function spare({ kind, userHash, campaignId }: Feedback): void {
    if (!SPARES.has(kind) || userHash === '' || campaignId === 0) return;
    let mine = refused.get(userHash);
    if (!mine) {
      // The longest known goes first: a Map keeps the order of insertion.
      if (refused.size >= MAX_READERS) refused.delete(refused.keys().next().value as string);
      mine = new Set();
      refused.set(userHash, mine);
    }
    if (mine.size < MAX_CAMPAIGNS) mine.add(campaignId);
  }

  async function look(): Promise<void> {
    for (;;) {
      const entries = await store.xrange(keys.feedback, `(${lastId}`, '+', 'COUNT', PAGE);
      for (const [id, fields] of entries) {
        lastId = id;
        const feedback = decodeFeedback(fields[fields.indexOf('f') + 1] ?? '');
        if (feedback) spare(feedback);
      }
      if (entries.length < PAGE) return;
    }
  }

  return {
    say(feedback) {
      spare(feedback);
      const names = [keys.feedback, `seen:{f}:${feedback.key}`];
      const args = [REMEMBER_S, KEPT, encodeFeedback(feedback)];
      const sent = within(TIMEOUT_MS, run(store, SAY, names, args))
        .catch(() => undefined)
        .finally(() => sending.delete(sent));
      sending.add(sent);
    },
    refusedBy: (userHash) =>
      refused.size === 0 || userHash === '' ? undefined : refused.get(userHash),
    refresh() {
      running ??= look().finally(() => {
        running = undefined;
      });
      return running;
    },
    async flush() {
      await Promise.all(sending);
    },
  };
}
