/** Days on which a report and our charges differ, one beside the other. */
import { count } from '../../lib/format.ts';
import type { Column } from '../../ui/column.ts';
import { moneyColumn } from '../../ui/columns.tsx';
import { DataTable } from '../../ui/dataTable.tsx';
import { Mark } from '../../ui/page.tsx';
import { Empty } from '../../ui/states.tsx';
import { type Difference, gapOf, TONES } from './partnerData.ts';
import { usePartnerWords } from './partnerWords.ts';

export function Differences({
  rows,
  onOpen,
}: {
  rows: readonly Difference[];
  onOpen?: (row: Difference) => void;
}) {
  const say = usePartnerWords();
  const columns: Column<Difference>[] = [
    { key: 'day', title: say('day'), lead: true, width: '110px', value: (row) => row.day },
    moneyColumn('ours', say('ours'), (row) => row.ourMicroCny),
    moneyColumn('theirs', say('theirs'), (row) => row.theirMicroCny),
    {
      key: 'quantity',
      title: say('quantity'),
      align: 'right',
      value: (row) => row.theirQuantity - row.ourQuantity,
      render: (row) => `${count(row.ourQuantity)} / ${count(row.theirQuantity)}`,
    },
    moneyColumn('gap', say('gap'), gapOf, { width: '160px' }),
    {
      key: 'status',
      title: say('status'),
      width: '90px',
      value: (row) => say(row.status),
      render: (row) => <Mark tone={TONES[row.status]}>{say(row.status)}</Mark>,
    },
  ];
  return (
    <DataTable
      rows={rows}
      columns={columns}
      rowKey={(row) => row.day}
      label={say('label')}
      urlKey="rd_"
      maxHeight={420}
      {...(onOpen ? { onOpen } : {})}
      empty={<Empty title={say('allAgree')} />}
    />
  );
}
