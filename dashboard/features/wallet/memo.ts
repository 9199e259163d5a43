/** What a journal of the wallet was for, in the words of its reader: which line item, and which hour of delivery. */
import { useCallback, useMemo } from 'react';
import { hourStartMs } from '../../../db/terms/day.ts';
import { instant } from '../../lib/format.ts';
import { useLineItems } from '../campaigns/data.ts';
import type { Journal } from './data.ts';

/** `charge:{hour}:{line item}:{revision}`: the hour's number, as billing names its journals. */
const CHARGE_KEY = /^charge:(\d+):\d+:\d+$/;
const LINE_ITEM = /^lineItem:(\d+)$/;

export function useMemoOf(): (journal: Journal) => string {
  const { data: items } = useLineItems();
  const names = useMemo(() => new Map(items?.map(({ id, name }) => [String(id), name])), [items]);
  return useCallback(
    (journal) => {
      const name = names.get(LINE_ITEM.exec(journal.subject ?? '')?.[1] ?? '');
      if (!name) return journal.memo ?? journal.subject ?? '';
      const hour = CHARGE_KEY.exec(journal.key)?.[1];
      return hour ? `${name} · ${instant(hourStartMs(Number(hour)))}` : name;
    },
    [names],
  );
}
