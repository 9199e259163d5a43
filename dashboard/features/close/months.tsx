/** Every accounting month: its state, who closed it, and the certificate that was signed. */
import { Button } from 'antd';
import { download } from '../../lib/csv.ts';
import { useFilters } from '../../lib/filters.ts';
import { instant, monthName } from '../../lib/format.ts';
import { useLanguage } from '../../lib/words.ts';
import type { Column } from '../../ui/column.ts';
import { DataTable } from '../../ui/dataTable.tsx';
import { Mark, Panel, type Tone } from '../../ui/page.tsx';
import { Empty } from '../../ui/states.tsx';
import { type Period, usePeriods } from './data.ts';
import { useCloseWords } from './words.ts';

const TONES: Record<Period['status'], Tone> = { open: 'quiet', closing: 'busy', closed: 'good' };

export function Months() {
  const say = useCloseWords();
  const language = useLanguage();
  const { filters, set } = useFilters();
  const periods = usePeriods();
  const columns: Column<Period>[] = [
    {
      key: 'month',
      title: say('month'),
      lead: true,
      value: (row) => row.month,
      render: (row) => monthName(row.month, language),
    },
    {
      key: 'status',
      title: say('state'),
      value: (row) => say(row.status),
      render: (row) => <Mark tone={TONES[row.status]}>{say(row.status)}</Mark>,
    },
    {
      key: 'at',
      title: say('at'),
      value: (row) => row.closedAt,
      render: (row) =>
        row.closedAt ? <span className="number">{instant(row.closedAt)}</span> : '—',
    },
    {
      key: 'certificate',
      title: '',
      width: '140px',
      value: () => '',
      render: (row) =>
        row.certificate && (
          <Button
            size="small"
            onClick={(event) => {
              event.stopPropagation();
              const text = JSON.stringify(row.certificate, null, 2);
              download(`close-${row.month}.json`, text, 'application/json');
            }}
          >
            {say('download')}
          </Button>
        ),
    },
  ];
  return (
    <Panel title={say('history')} flush>
      <DataTable
        rows={periods.data?.items}
        error={periods.error}
        retry={() => void periods.refetch()}
        columns={columns}
        rowKey={(row) => row.month}
        label={say('history')}
        current={filters.month}
        onOpen={(row) => set({ month: row.month })}
        urlKey="m_"
        empty={<Empty title={say('noHistory')} />}
      />
    </Panel>
  );
}
