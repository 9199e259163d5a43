/**
 * What is known beside the request: the segments of its reader and the content of its page. Owns which of it must be asked
 * for before matching, so that it travels with the counters in one MGET; what no line item asks for is learnt later, off the
 * way of the auction. Never the network: what the outlets' feed has not said is not known.
 */
import { msOfDay } from '../../db/terms/day.ts';
import type { Market } from '../engine/market.ts';
import type { Request } from '../engine/request.ts';
import type { BidRequest } from '../openrtb/message.ts';
import { keys } from '../wire/keys.ts';
import { canonicalPage, decodePage, type PageRecord, pageHash } from '../wire/page.ts';
import { unpackMemberships } from '../wire/reader.ts';
import { createInterests } from './interests.ts';
import type { Store } from './script.ts';

/** Pages remembered; a province's readers are on some thousands at a time. */
const REMEMBERED = 20_000;
/** A page's content is asked for again after this, one that nobody knew sooner: its article may be on the way. */
const KNOWN_MS = 300_000;
const UNKNOWN_MS = 30_000;
/** Pages waiting to be learnt; more are left to the next request. */
const MAX_LEARNING = 500;
const DAY_MS = 86_400_000;

const NO_NAMES: readonly string[] = [];
const NOTHING: PageRecord = { categories: [], keywords: [] };

interface Remembered {
  page: PageRecord;
  untilMs: number;
}

export interface Knowledge {
  /** Names of the records to fetch before this request can be matched; none: `apply` may follow at once. */
  wanted(market: Market, message: BidRequest, request: Request): readonly string[];
  /** Puts what is known into the request; `values` as fetched for `names`, undefined: Redis did not answer. */
  apply(
    market: Market,
    message: BidRequest,
    request: Request,
    names: readonly string[],
    values: readonly (Buffer | null)[] | undefined,
  ): void;
  /** Learns the pages that nobody had to wait for, and sends what readers read about. Call now and then. */
  flush(nowMs: number): Promise<void>;
}

const dayNumber = (atMs: number): number => Math.floor((atMs - msOfDay(atMs)) / DAY_MS) + 1;

export function createKnowledge(store: Store): Knowledge {
  const interests = createInterests(store);
  const pages = new Map<string, Remembered>();
  /** Canonical name by the URL as it came. */
  const learning = new Map<string, string>();

  const known = (url: string, nowMs: number): PageRecord | undefined => {
    const one = pages.get(url);
    return one && one.untilMs > nowMs ? one.page : undefined;
  };

  function remember(url: string, value: Buffer | null, nowMs: number): PageRecord {
    if (pages.size >= REMEMBERED) pages.clear();
    const page = value ? decodePage(value.toString('utf8')) : NOTHING;
    pages.set(url, { page, untilMs: nowMs + (value ? KNOWN_MS : UNKNOWN_MS) });
    return page;
  }

  /** The key of a page not remembered; undefined for what is no page. */
  function keyOf(url: string, nowMs: number): string | undefined {
    const canonical = canonicalPage(url);
    if (canonical !== undefined) return keys.page(pageHash(canonical));
    remember(url, null, nowMs);
    return undefined;
  }

  /** The record to wait for; undefined where the page is known, or nobody asks and it is learnt later. */
  function pageWanted(market: Market, url: string, nowMs: number): string | undefined {
    if (url === '' || known(url, nowMs)) return undefined;
    const key = keyOf(url, nowMs);
    if (key === undefined || market.contextual.size > 0) return key;
    if (learning.size < MAX_LEARNING) learning.set(url, key);
    return undefined;
  }

  function observe(market: Market, request: Request, page: PageRecord): void {
    if (page.categories.length === 0 || request.userHash === '' || request.test) return;
    const placement = market.placements.get(request.imps[0]?.placementId ?? 0);
    const property = placement && market.properties.get(placement.propertyId);
    // Nothing is learnt about children, nor about readers who would not be known.
    if (request.forMinors || property?.forMinors !== false) return;
    interests.note(request.userHash, page.categories);
  }

  return {
    wanted(market, message, request) {
      const isPersonal = market.personal.size > 0 && request.userHash !== '' && !request.forMinors;
      const page = pageWanted(market, message.page, request.atMs);
      if (!isPersonal && page === undefined) return NO_NAMES;
      const names: string[] = [];
      if (isPersonal) names.push(keys.segments(request.userHash));
      if (page !== undefined) names.push(page);
      return names;
    },
    apply(market, message, request, names, values) {
      for (let i = 0; i < names.length; i++) {
        const value = values?.[i] ?? null;
        if (names[i]?.startsWith('page:{')) {
          if (values) remember(message.page, value, request.atMs);
        } else if (value) unpackMemberships(value, dayNumber(request.atMs), request.segments);
      }
      const page = message.page === '' ? undefined : known(message.page, request.atMs);
      if (!page || page === NOTHING) return;
      for (const category of page.categories) request.categories.push(category);
      for (const keyword of page.keywords) request.keywords.push(keyword);
      observe(market, request, page);
    },
    async flush(nowMs) {
      await interests.flush(nowMs);
      if (learning.size === 0) return;
      const batch = [...learning];
      learning.clear();
      const values = await Promise.all(batch.map(([, key]) => store.getBuffer(key)));
      for (const [i, [url]] of batch.entries()) remember(url, values[i] ?? null, nowMs);
    },
  };
}
