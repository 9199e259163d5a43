/**
 * The market from Redis: the full snapshot once, then deltas as they come. Owns the order (a gap means loading anew) and
 * the rule that a node goes on with what it has while Redis is away. Needs no PostgreSQL.
 */
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { applyDelta, VersionGap } from '../engine/delta.ts';
import { compileSnapshot, type Market } from '../engine/market.ts';
import { decodeModel, type Predictor } from '../engine/pctr.ts';
import { keys } from '../wire/keys.ts';
import type { Snapshot, SnapshotDelta } from '../wire/snapshot.ts';
import type { Store } from './script.ts';

const unpack = promisify(gunzip);
const MAX_DELTAS = 1000;

export interface MarketFeed {
  readonly market: Market | undefined;
  /** Looks for what is new: loads, applies, or does nothing. Rejects when Redis does not answer. */
  refresh(): Promise<void>;
}

/** `loaded` is called with the market after each change, in the same turn as the change. */
export function followMarket(store: Store, loaded: (market: Market) => void): MarketFeed {
  let market: Market | undefined;
  let lastId = '0-0';
  let running: Promise<void> | undefined;
  let predictor: Predictor | undefined;
  let modelIsNew = false;

  async function load(): Promise<void> {
    // The stream's end is read first: a delta that lands meanwhile is then seen twice, never missed.
    const newest = await store.xrevrange(keys.snapshotDeltas, '+', '-', 'COUNT', 1);
    const packed = await store.getBuffer(keys.snapshot);
    if (!packed) return;
    const snapshot = JSON.parse((await unpack(packed)).toString('utf8')) as Snapshot;
    const backlog = await store.xrange(keys.snapshotDeltas, '-', '+', 'COUNT', MAX_DELTAS * 100);
    await fetchModel();
    market = compileSnapshot(snapshot);
    if (predictor) market.predictor = predictor;
    lastId = newest[0]?.[0] ?? '0-0';
    for (const [id, fields] of backlog) {
      apply(fields);
      lastId = id;
    }
    loaded(market);
  }

  /** Rates to predict with; what cannot be read is passed over, and the last model goes on. */
  async function fetchModel(): Promise<void> {
    const model = await store.getBuffer(keys.model);
    if (!model) return;
    try {
      predictor = decodeModel(await unpack(model));
    } catch {
      return;
    }
    if (market) market.predictor = predictor;
  }

  /** False where the delta does not follow on what is here. */
  function apply(fields: string[]): boolean {
    const current = market;
    const text = fields[fields.indexOf('d') + 1];
    if (!current || text === undefined) return false;
    const version = Number(fields[fields.indexOf('v') + 1]);
    if (version <= current.version) return true;
    try {
      const delta = JSON.parse(text) as SnapshotDelta;
      market = applyDelta(current, delta);
      modelIsNew ||= delta.hasNewModel === true;
      return true;
    } catch (error) {
      if (error instanceof VersionGap) return false;
      throw error;
    }
  }

  async function look(): Promise<void> {
    if (!market) return load();
    const entries = await store.xrange(keys.snapshotDeltas, `(${lastId}`, '+', 'COUNT', MAX_DELTAS);
    let changed = false;
    for (const [id, fields] of entries) {
      lastId = id;
      if (!apply(fields)) return load();
      changed = true;
    }
    if (modelIsNew) {
      await fetchModel();
      modelIsNew = false;
    }
    if (changed && market) loaded(market);
    // A Redis that was lost and filled anew starts its stream again: the version tells.
    if (entries.length === 0 && Number(await store.get(keys.snapshotVersion)) > market.version)
      await load();
  }

  return {
    get market() {
      return market;
    },
    refresh() {
      running ??= look().finally(() => {
        running = undefined;
      });
      return running;
    },
  };
}
