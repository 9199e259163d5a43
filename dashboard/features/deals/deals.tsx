/** Private deals between a buyer and an outlet, for either side: what is agreed, what waits for whose word. */

import { useFilters } from '../../lib/filters.ts';
import { count } from '../../lib/format.ts';
import { useMe } from '../../lib/me.ts';
import { optionsOf } from '../../ui/choice.ts';
import type { Column } from '../../ui/column.ts';
import { daysColumn, fenColumn, nameColumn } from '../../ui/columns.tsx';
import { ListScreen } from '../../ui/listScreen.tsx';
import { Mark } from '../../ui/page.tsx';
import { awaits, buyerOf, DEAL_KINDS, DEAL_TONES, type Deal, sideOf, useDeals } from './data.ts';
import { DealForm } from './dealForm.tsx';
import { DealSheet } from './dealSheet.tsx';
import { useDealWords } from './words.ts';

export function Deals() {
  const say = useDealWords();
  const { filters, set } = useFilters();
  return (
    <ListScreen
      title={say('title')}
      hint={say('hint')}
      label={say('title')}
      query={useDeals()}
      columns={useColumns()}
      create={{ label: say('new'), run: () => set({ deal: 'new' }) }}
      choices={[
        {
          param: 'kind',
          label: say('kind'),
          all: say('all'),
          options: optionsOf(DEAL_KINDS, say),
          of: (row) => row.kind,
        },
      ]}
      none={{ title: say('none'), hint: say('noneHint') }}
      exportAs="deals"
      param="deal"
      sheet={{ title: (row) => row?.name, byId: (id) => <DealSheet id={id} /> }}
    >
      <DealForm open={filters.deal === 'new'} close={() => set({ deal: undefined })} />
    </ListScreen>
  );
}

function useColumns(): Column<Deal>[] {
  const say = useDealWords();
  const me = useMe();
  const outlet: Column<Deal> = {
    key: 'outlet',
    title: say('outlet'),
    width: '150px',
    value: (row) => row.outletName,
  };
  const buyer: Column<Deal> = { key: 'buyer', title: say('buyer'), width: '165px', value: buyerOf };
  return [
    nameColumn(say('name'), (row) => row.name, { width: 'minmax(110px, 1.4fr)' }),
    { key: 'kind', title: say('kind'), width: '116px', value: (row) => say(row.kind) },
    // Nobody reads their own name in every row.
    ...(me.kind === 'outlet' ? [] : [outlet]),
    ...(me.kind === 'outlet' || me.kind === 'platform' ? [buyer] : []),
    fenColumn('price', say('price'), (row) => row.priceCpmFen, { width: '165px' }),
    {
      key: 'delivered',
      title: say('shown'),
      width: '125px',
      align: 'right',
      value: (row) => row.deliveredImpressions,
      render: (row) =>
        count(row.deliveredImpressions) +
        (row.impressions === null ? '' : ` / ${count(row.impressions)}`),
      hideOnPhone: true,
    },
    daysColumn(say('dates'), (row) => row),
    {
      key: 'status',
      title: say('status'),
      width: '140px',
      value: (row) => say(row.status),
      render: (row) => (
        <Mark tone={DEAL_TONES[row.status]}>
          {say(awaits(row, sideOf(me, row)) ? 'yourTurn' : row.status)}
        </Mark>
      ),
    },
  ];
}
