/** Finance's workbench: bills by day, their lines against the ledger, and the differences to settle. */
import { useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { App, Button, DatePicker } from 'antd';
import dayjs from 'dayjs';
import { addDays } from '../../../db/terms/day.ts';
import { api, read } from '../../lib/client.ts';
import { useFilters } from '../../lib/filters.ts';
import { count, fenMoney, timeOfDay } from '../../lib/format.ts';
import { useChange } from '../../lib/queries.ts';
import type { Column } from '../../ui/column.ts';
import { fenColumn } from '../../ui/columns.tsx';
import { DataTable } from '../../ui/dataTable.tsx';
import { Figure, Figures, Mark, Page } from '../../ui/page.tsx';
import { today } from '../../ui/period.tsx';
import { Empty } from '../../ui/states.tsx';
import { TabbedPanel } from '../../ui/tabbed.tsx';
import { Cases } from './cases.tsx';
import {
  type Bill,
  type BillLine,
  RECONCILIATION,
  useBillLines,
  useBills,
  useCases,
} from './data.ts';
import { PartnerTable } from './partnerTable.tsx';
import { usePartnerWords } from './partnerWords.ts';
import { ReportList } from './reportList.tsx';
import { useBillKind, useItemKind, useReconciliationWords } from './words.ts';

export function Reconciliation() {
  const say = useReconciliationWords();
  const partner = usePartnerWords();
  const { filters } = useFilters();
  const bills = useBills();
  const cases = useCases();
  const bill = bills.data?.items.find((row) => row.day === filters.day) ?? bills.data?.items[0];
  const day = filters.day ?? bill?.day;
  const open = cases.data?.filter((row) => row.status !== 'closed').length ?? 0;
  return (
    <Page title={say('title')} hint={say('hint')} actions={<FetchBill day={day} />}>
      {bill && <BillFigures bill={bill} />}
      <TabbedPanel
        faces={[
          {
            key: 'lines',
            label: say('lines'),
            body: () => <Lines day={day} none={bills.data?.items.length === 0} />,
          },
          { key: 'cases', label: say('cases'), count: open, body: () => <Cases query={cases} /> },
          { key: 'partners', label: partner('tab'), body: () => <PartnerTable /> },
          { key: 'reports', label: partner('reports'), body: () => <ReportList /> },
        ]}
      />
    </Page>
  );
}

function FetchBill({ day }: { day: string | undefined }) {
  const say = useReconciliationWords();
  const { set } = useFilters();
  const { message } = App.useApp();
  const client = useQueryClient();
  const yesterday = addDays(today(), -1);
  const at = day ?? yesterday;
  const match = useChange({
    run: () => read(api.reconciliation.bills[':day'].match.$post({ param: { day: at } })),
    refresh: [RECONCILIATION, ['payouts'], ['statements']],
    done: async () => {
      await client.refetchQueries({ queryKey: RECONCILIATION });
      void message.success(say('matched'));
    },
  });
  return (
    <>
      <DatePicker
        allowClear={false}
        aria-label={say('day')}
        value={dayjs(at)}
        maxDate={dayjs(today())}
        onChange={(next) => set({ day: next?.format('YYYY-MM-DD') })}
      />
      <Button type="primary" loading={match.isPending} onClick={() => match.mutate(undefined)}>
        {say('fetch')}
      </Button>
    </>
  );
}

function BillFigures({ bill }: { bill: Bill }) {
  const say = useReconciliationWords();
  return (
    <Figures>
      <Figure
        label={say('day')}
        value={bill.day}
        note={
          <Mark
            tone={bill.status === 'matched' ? 'good' : bill.status === 'refused' ? 'bad' : 'busy'}
          >
            {bill.status === 'refused' ? `${say('refused')} ${bill.reason ?? ''}` : say('matched')}
          </Mark>
        }
      />
      <Figure label={say('income')} value={fenMoney(bill.incomeFen)} />
      <Figure label={say('expense')} value={fenMoney(bill.expenseFen)} />
      <Figure
        label={say('closing')}
        value={bill.closingFen === null ? '—' : fenMoney(bill.closingFen)}
        note={say('rows', { n: count(bill.rowCount) })}
      />
    </Figures>
  );
}

function Lines({ day, none }: { day: string | undefined; none: boolean }) {
  const say = useReconciliationWords();
  const kind = useBillKind();
  const item = useItemKind();
  const lines = useBillLines(day);
  const columns: Column<BillLine>[] = [
    {
      key: 'at',
      title: say('at'),
      width: '90px',
      value: (row) => row.at,
      render: (row) => <span className="number">{timeOfDay(row.at)}</span>,
    },
    { key: 'kind', title: say('kind'), width: '110px', value: (row) => kind(row.kind) },
    { key: 'outNo', title: say('outNo'), lead: true, width: '1.5fr', value: (row) => row.outNo },
    {
      key: 'serial',
      title: say('serial'),
      width: '1.3fr',
      value: (r) => r.serial,
      hideOnPhone: true,
    },
    {
      key: 'counterparty',
      title: say('counterparty'),
      value: (r) => r.counterparty,
      hideOnPhone: true,
    },
    fenColumn('amount', say('amount'), (row) => row.amountFen),
    {
      key: 'item',
      title: say('item'),
      width: '150px',
      value: (row) => (row.itemKind ? `${item(row.itemKind)} ${row.itemId}` : say('unmatched')),
      render: (row) => <Match line={row} />,
    },
  ];
  return (
    <DataTable
      rows={none ? [] : lines.data?.items}
      error={lines.error}
      retry={() => void lines.refetch()}
      columns={columns}
      rowKey={(row) => `${row.id} ${row.itemKind} ${row.itemId}`}
      label={say('lineLabel')}
      search
      exportAs={`bill-${day}`}
      empty={<Empty title={say('noBills')} hint={say('noBillsHint')} />}
    />
  );
}

/** What the line was matched with; a payout's opens the payout. */
function Match({ line }: { line: BillLine }) {
  const say = useReconciliationWords();
  const item = useItemKind();
  if (!line.itemKind) return <Mark tone="warn">{say('unmatched')}</Mark>;
  const name = `${item(line.itemKind)} #${line.itemId}`;
  return (
    <Mark tone="good">
      {line.itemKind.startsWith('payout') ? (
        <Link to="/payouts" search={{ q: line.counterparty } as never}>
          {name}
        </Link>
      ) : (
        name
      )}
    </Mark>
  );
}
