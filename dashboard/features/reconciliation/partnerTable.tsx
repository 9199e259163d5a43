/** Days on which a partner's report and our charges differ, and the way to settle each. */
import { useFilters } from '../../lib/filters.ts';
import type { Column } from '../../ui/column.ts';
import { markColumn } from '../../ui/columns.tsx';
import { List } from '../../ui/list.tsx';
import { Money } from '../../ui/page.tsx';
import { type Difference, gapOf, TONES, useDifferences, usePartnerName } from './partnerData.ts';
import { PartnerSheet } from './partnerSheet.tsx';
import { usePartnerWords } from './partnerWords.ts';
import { ReportForms, ReportWays } from './reportWays.tsx';

export function PartnerTable() {
  const say = usePartnerWords();
  const nameOf = usePartnerName();
  const { set } = useFilters();
  const create = { label: say('add'), run: () => set({ report: 'new' }), above: true };
  return (
    <>
      <List
        label={say('label')}
        query={useDifferences()}
        columns={useColumns(nameOf)}
        urlKey="p_"
        create={create}
        tools={<ReportWays />}
        none={{ title: say('none'), hint: say('noneHint') }}
        exportAs="partner-differences"
        param="difference"
        sheet={{
          size: 560,
          title: (row) => row && `${nameOf(row.side, row.partnerId)} ${row.day}`,
          body: (row) => <PartnerSheet row={row} />,
        }}
      />
      <ReportForms />
    </>
  );
}

function useColumns(nameOf: ReturnType<typeof usePartnerName>): Column<Difference>[] {
  const say = usePartnerWords();
  const amount = (key: string, value: (row: Difference) => bigint): Column<Difference> => ({
    key,
    title: say(key as 'ours' | 'theirs' | 'gap'),
    align: 'right',
    width: '150px',
    value,
    render: (row) => <Money microCny={value(row)} signed={key === 'gap'} />,
  });
  return [
    { key: 'day', title: say('day'), width: '120px', value: (row) => row.day },
    {
      key: 'partner',
      title: say('partner'),
      lead: true,
      width: '1.6fr',
      value: (row) => nameOf(row.side, row.partnerId),
    },
    { key: 'side', title: say('side'), width: '90px', value: (row) => say(row.side) },
    amount('ours', (row) => BigInt(row.ourMicroCny)),
    amount('theirs', (row) => BigInt(row.theirMicroCny)),
    amount('gap', gapOf),
    markColumn(
      say('status'),
      (row) => say(row.status),
      (row) => TONES[row.status],
    ),
  ];
}
