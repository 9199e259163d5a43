/**
 * What readers read about, gathered and sent now and then: pairs of pseudonym and content category, never an address. Owns the
 * gathering, so that a page view costs a look into a map; api/audiences makes segments of it.
 */
import { keys } from '../wire/keys.ts';
import { type Store, within } from './script.ts';

const MAX_READERS = 20_000;
const READERS_AN_ENTRY = 200;
const KEPT = 50_000;
const TIMEOUT_MS = 2_000;

export interface Interests {
  note(userHash: string, categories: readonly string[]): void;
  /** Sends what was gathered; what Redis does not take is dropped: it is statistics, no money. */
  flush(nowMs: number): Promise<void>;
}

export function createInterests(store: Store): Interests {
  let gathered = new Map<string, Map<string, number>>();
  return {
    note(userHash, categories) {
      let views = gathered.get(userHash);
      if (!views) {
        if (gathered.size >= MAX_READERS) return;
        views = new Map();
        gathered.set(userHash, views);
      }
      for (const category of categories) {
        if (!category.startsWith('safety:')) views.set(category, (views.get(category) ?? 0) + 1);
      }
    },
    async flush(nowMs) {
      if (gathered.size === 0) return;
      const lines = [...gathered].map(([userHash, views]) =>
        [userHash, ...[...views].map(([category, count]) => `${category}=${count}`)].join(' '),
      );
      gathered = new Map();
      const pipeline = store.pipeline();
      for (let i = 0; i < lines.length; i += READERS_AN_ENTRY) {
        const views = lines.slice(i, i + READERS_AN_ENTRY).join('\n');
        const fields = ['atMs', `${nowMs}`, 'views', views];
        pipeline.xadd(keys.interests, 'MAXLEN', '~', KEPT, '*', ...fields);
      }
      await within(TIMEOUT_MS, pipeline.exec()).catch(() => undefined);
    },
  };
}
