/** Days on which a partner's report and our charges differ, and the way to settle each. */
import { Button, Drawer } from 'antd';
import { useFilters } from '../../lib/filters.ts';
import { type Column, DataTable } from '../../ui/dataTable.tsx';
import { Mark, Money } from '../../ui/page.tsx';
import { Empty } from '../../ui/states.tsx';
import { type Difference, gapOf, TONES, useDifferences, usePartnerName } from './partnerData.ts';
import { PartnerReport } from './partnerReport.tsx';
import { PartnerSheet } from './partnerSheet.tsx';
import { usePartnerWords } from './partnerWords.ts';

export function PartnerTable() {
  const say = usePartnerWords();
  const nameOf = usePartnerName();
  const { filters, set } = useFilters();
  const list = useDifferences();
  const opened = list.data?.find((row) => String(row.id) === filters.difference);
  const add = <Button onClick={() => set({ report: 'new' })}>{say('add')}</Button>;
  return (
    <>
      <DataTable
        rows={list.data}
        error={list.error}
        retry={() => void list.refetch()}
        columns={useColumns(nameOf)}
        rowKey={(row) => row.id}
        label={say('label')}
        current={opened?.id}
        onOpen={(row) => set({ difference: String(row.id) })}
        urlKey="p_"
        search
        exportAs="partner-differences"
        filters={add}
        empty={<Empty title={say('none')} hint={say('noneHint')} />}
      />
      <Drawer
        open={opened !== undefined}
        onClose={() => set({ difference: undefined })}
        size={560}
        title={opened && `${nameOf(opened.side, opened.partnerId)} ${opened.day}`}
      >
        {opened && <PartnerSheet key={opened.id} row={opened} />}
      </Drawer>
      <PartnerReport open={filters.report === 'new'} close={() => set({ report: undefined })} />
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
    {
      key: 'status',
      title: say('status'),
      width: '110px',
      value: (row) => say(row.status),
      render: (row) => <Mark tone={TONES[row.status]}>{say(row.status)}</Mark>,
    },
  ];
}
