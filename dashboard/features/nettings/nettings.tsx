/** Clearing with the deployments of other provinces: a month a row, what each owes the other, and how far both have come. */
import { useFilters } from '../../lib/filters.ts';
import type { Column } from '../../ui/column.ts';
import { markColumn, moneyColumn, nameColumn } from '../../ui/columns.tsx';
import { ListScreen } from '../../ui/listScreen.tsx';
import { NETTING_TONES, type Netting, useDeployments, useNettings } from './data.ts';
import { NettingForm } from './nettingForm.tsx';
import { NettingSheet } from './nettingSheet.tsx';
import { useNettingWords } from './words.ts';

export function Nettings() {
  const say = useNettingWords();
  const { filters, set } = useFilters();
  const { nameOf } = useDeployments();
  return (
    <ListScreen<Netting>
      title={say('title')}
      hint={say('hint')}
      label={say('label')}
      query={useNettings()}
      columns={useColumns(nameOf)}
      create={{ label: say('create'), run: () => set({ netting: 'new' }) }}
      none={{ title: say('none'), hint: say('noneHint') }}
      exportAs="nettings"
      param="netting"
      sheet={{
        size: 600,
        title: (row) => row && `${nameOf(row)} · ${row.month}`,
        body: (row) => <NettingSheet row={row} />,
      }}
    >
      <NettingForm open={filters.netting === 'new'} close={() => set({ netting: undefined })} />
    </ListScreen>
  );
}

function useColumns(nameOf: (row: Netting) => string): Column<Netting>[] {
  const say = useNettingWords();
  return [
    nameColumn(say('partner'), nameOf),
    { key: 'month', title: say('month'), width: '110px', value: (row) => row.month },
    moneyColumn('owed', say('owed'), (row) => row.owedMicroCny),
    moneyColumn('due', say('due'), (row) => row.dueMicroCny),
    moneyColumn('setOff', say('setOff'), (row) => row.setOffMicroCny ?? '0'),
    markColumn(
      say('status'),
      (row) => say(row.status),
      (row) => NETTING_TONES[row.status],
    ),
  ];
}
