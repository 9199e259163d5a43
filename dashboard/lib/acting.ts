/**
 * For which of its outlets or advertisers an organisation acts just now: a press group has several, an agency too. Owns the
 * choice, kept in this browser for each organisation; an id that is not (or no longer) the person's own is never returned.
 */
import { useSyncExternalStore } from 'react';
import { useMe } from './me.ts';

const listeners = new Set<() => void>();
const keyOf = (organizationId: string) => `hongze.acting.${organizationId}`;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export interface Acting {
  /** 0 where the person acts for none, as the platform's people do. */
  id: number;
  ids: readonly number[];
  choose: (id: number) => void;
}

function useActing(ids: readonly number[], organizationId: string): Acting {
  const key = keyOf(organizationId);
  const kept = Number(useSyncExternalStore(subscribe, () => localStorage.getItem(key)));
  return {
    id: ids.includes(kept) ? kept : (ids[0] ?? 0),
    ids,
    choose: (id) => {
      localStorage.setItem(key, String(id));
      for (const listener of listeners) listener();
    },
  };
}

/** The outlet that new properties, sheets and invoice titles are for. */
export function useOutletActing(): Acting {
  const me = useMe();
  return useActing(me.outletIds, me.organizationId);
}

/** The advertiser whose wallet is spent and whose campaigns are made. */
export function useAdvertiserActing(): Acting {
  const me = useMe();
  return useActing(me.advertiserIds, me.organizationId);
}

export const useOutletId = (): number => useOutletActing().id;
export const useAdvertiserId = (): number => useAdvertiserActing().id;

/** For whoever works for several: the one whose figures an overview is about. Nothing for anybody else. */
export function useActingFilter(): { advertiserId?: string; outletId?: string } {
  const outlets = useOutletActing();
  const advertisers = useAdvertiserActing();
  if (outlets.ids.length > 1) return { outletId: String(outlets.id) };
  return advertisers.ids.length > 1 ? { advertiserId: String(advertisers.id) } : {};
}
