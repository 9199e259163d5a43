/**
 * Whose a row is, for whoever works for several: an agency's lists tell its advertisers apart, a press group's its outlets, by
 * a column and a choice. Nothing for anybody else, and nothing in a list whose rows are nobody's.
 */
import { useAdvertiserActing, useOutletActing } from '../lib/acting.ts';
import { useAdvertisers, useOutlets } from '../lib/parties.ts';
import { defineWords } from '../lib/words.ts';
import type { Choice } from './choice.ts';
import type { Column } from './column.ts';

const useWords = defineWords(
  {
    advertiserId: '广告主',
    outletId: '媒体',
    all_advertiserId: '全部广告主',
    all_outletId: '全部媒体',
  },
  {
    advertiserId: 'Advertiser',
    outletId: 'Outlet',
    all_advertiserId: 'All advertisers',
    all_outletId: 'All outlets',
  },
);

type Side = 'advertiserId' | 'outletId';

export interface Whose<Row> {
  columns: readonly Column<Row>[];
  choices: readonly Choice<Row>[];
}

const NOBODYS = { columns: [], choices: [] };

export function useWhose<Row>(rows: readonly Row[] | undefined): Whose<Row> {
  const say = useWords();
  const advertisers = useAdvertiserActing().ids;
  const outlets = useOutletActing().ids;
  const side: Side = outlets.length > 1 ? 'outletId' : 'advertiserId';
  const ids = side === 'outletId' ? outlets : advertisers;
  const several = ids.length > 1;
  const known = {
    advertiserId: useAdvertisers(several && side === 'advertiserId').data,
    outletId: useOutlets(several && side === 'outletId').data,
  };
  const idOf = (row: Row) => (row as Partial<Record<Side, number | null>>)[side];
  if (!several || rows === undefined || !rows.some((row) => idOf(row) != null)) return NOBODYS;
  const nameOf = (id: number) => known[side]?.find((one) => one.id === id)?.name ?? `#${id}`;
  // A row may be another's that ours has a part in, and then says whose.
  const namedIn = (row: Row) =>
    side === 'outletId' ? (row as { outletName?: string }).outletName : undefined;
  const of = (row: Row) => String(idOf(row) ?? '');
  return {
    columns: [
      {
        key: side,
        title: say(side),
        width: '1.2fr',
        value: (row) => (idOf(row) == null ? '—' : (namedIn(row) ?? nameOf(Number(idOf(row))))),
      },
    ],
    choices: [
      {
        param: side,
        label: say(side),
        all: say(`all_${side}`),
        options: ids.map((id) => ({ value: String(id), label: nameOf(id) })),
        of,
        width: 200,
      },
    ],
  };
}
