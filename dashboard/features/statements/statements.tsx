/** Every statement one may see: an outlet's own, or finance's whole book by period and state. */

import { useNavigate } from '@tanstack/react-router';
import { App, Button, DatePicker, Popconfirm } from 'antd';
import dayjs from 'dayjs';
import { addDays, monthOf } from '../../../db/terms/day.ts';
import { api, once, read } from '../../lib/client.ts';
import { useFilters } from '../../lib/filters.ts';
import { money, monthName } from '../../lib/format.ts';
import { deskOf, useMe } from '../../lib/me.ts';
import { useChange } from '../../lib/queries.ts';
import { useLanguage } from '../../lib/words.ts';
import { optionsOf } from '../../ui/choice.ts';
import type { Column } from '../../ui/column.ts';
import { moneyColumn } from '../../ui/columns.tsx';
import { ListScreen } from '../../ui/listScreen.tsx';
import { Figure, Figures, Money } from '../../ui/page.tsx';
import { today } from '../../ui/period.tsx';
import {
  REFRESH,
  STATEMENTS,
  type StatementRow,
  type StatementStatus,
  useStatements,
} from './data.ts';
import { StatementMark } from './statusMark.tsx';
import { useStatementStatus, useStatementWords } from './words.ts';

const STATUSES: StatementStatus[] = [
  'draft',
  'frozen',
  'disputed',
  'outlet_confirmed',
  'approved',
  'paying',
  'paid',
  'reconciled',
];

/** The month that is over: what finance works on. */
const lastMonth = () => monthOf(addDays(`${monthOf(today())}-01`, -1));

export function Statements() {
  const say = useStatementWords();
  const label = useStatementStatus();
  const { filters } = useFilters();
  const navigate = useNavigate();
  const finance = deskOf(useMe()) === 'finance';
  const list = useStatements({
    month: filters.month,
    status: STATUSES.find((status) => status === filters.status),
  });
  return (
    <ListScreen
      title={say('title')}
      hint={say(finance ? 'hintFinance' : 'hintOutlet')}
      label={say('label')}
      actions={
        finance && (
          <>
            <PayApproved rows={list.data ?? []} />
            <MonthActions month={filters.month ?? lastMonth()} />
          </>
        )
      }
      figures={list.data && <Summary rows={list.data} />}
      query={list}
      columns={useColumns(finance)}
      choices={[
        {
          param: 'status',
          label: say('status'),
          all: say('allStatuses'),
          options: optionsOf(STATUSES, label),
        },
      ]}
      tools={<MonthFilter />}
      none={{ title: say('none'), hint: say(finance ? 'noneFinance' : 'noneOutlet') }}
      exportAs="statements"
      initialSort="-month"
      search={finance}
      open={(row) => void navigate({ to: `/statements/${row.id}` })}
    />
  );
}

function MonthFilter() {
  const say = useStatementWords();
  const { filters, set } = useFilters();
  return (
    <DatePicker
      picker="month"
      aria-label={say('month')}
      placeholder={say('allMonths')}
      value={filters.month ? dayjs(`${filters.month}-01`) : null}
      onChange={(at) => set({ month: at?.format('YYYY-MM') })}
    />
  );
}

function Summary({ rows }: { rows: readonly StatementRow[] }) {
  const say = useStatementWords();
  const label = useStatementStatus();
  const live = rows.filter((row) => row.status !== 'superseded');
  const sum = (pick: (row: StatementRow) => string) =>
    live.reduce((total, row) => total + BigInt(pick(row)), 0n);
  const waiting = live.filter((row) => row.status === 'frozen').length;
  const approving = live.filter((row) => row.status === 'outlet_confirmed').length;
  return (
    <Figures>
      <Figure label={say('total')} value={<Money microCny={sum((row) => row.totalMicroCny)} />} />
      <Figure label={say('gross')} value={<Money microCny={sum((row) => row.grossMicroCny)} />} />
      <Figure label={label('frozen')} value={waiting} tone={waiting > 0 ? 'warn' : 'plain'} />
      <Figure label={label('outlet_confirmed')} value={approving} />
    </Figures>
  );
}

/** Asks for the payout of everything on the list that is approved, as one batch: approved later with one code. */
function PayApproved({ rows }: { rows: readonly StatementRow[] }) {
  const say = useStatementWords();
  const approved = rows.filter(
    (row) => row.status === 'approved' && BigInt(row.totalMicroCny) > 0n,
  );
  const request = useChange({
    run: () => {
      const name = `${today()} × ${approved.length}`;
      const statementIds = approved.map((row) => row.id);
      return read(api['payout-batches'].$post({ json: { name, statementIds } }));
    },
    refresh: REFRESH,
    say: say('payoutRequested'),
  });
  if (approved.length === 0) return null;
  const sum = approved.reduce((all, row) => all + BigInt(row.totalMicroCny), 0n);
  return (
    <Popconfirm
      title={`${say('requestPayout')} ${money(sum)}`}
      okText={say('requestPayout')}
      cancelText={say('cancel')}
      onConfirm={() => request.mutateAsync(undefined)}
    >
      <Button loading={request.isPending}>
        {say('requestPayout')} × {approved.length}
      </Button>
    </Popconfirm>
  );
}

function MonthActions({ month }: { month: string }) {
  const say = useStatementWords();
  const language = useLanguage();
  const { message } = App.useApp();
  const draft = useChange({
    run: (_: undefined, key) => read(api.statements.drafts.$post({ json: { month } }, once(key))),
    refresh: [STATEMENTS],
    done: ({ drafts }) => void message.success(say('drafted', { n: drafts })),
  });
  const freeze = useChange({
    run: (_: undefined, key) => read(api.statements.freeze.$post({ json: { month } }, once(key))),
    refresh: [STATEMENTS],
    say: say('frozen'),
  });
  return (
    <>
      <Button loading={draft.isPending} onClick={() => draft.mutate(undefined)}>
        {say('draft', { month: monthName(month, language) })}
      </Button>
      <Popconfirm
        title={say('freezeMonth')}
        description={say('freezeAsk')}
        okText={say('freezeMonth')}
        cancelText={say('cancel')}
        onConfirm={() => freeze.mutateAsync(undefined)}
      >
        <Button type="primary" loading={freeze.isPending}>
          {say('freezeMonth')}
        </Button>
      </Popconfirm>
    </>
  );
}

function useColumns(withOutlet: boolean): Column<StatementRow>[] {
  const say = useStatementWords();
  const language = useLanguage();
  const label = useStatementStatus();
  const outlet: Column<StatementRow> = {
    key: 'outlet',
    title: say('outlet'),
    lead: true,
    width: '2fr',
    value: (row) => row.outletName,
  };
  return [
    ...(withOutlet ? [outlet] : []),
    {
      key: 'month',
      title: say('month'),
      lead: !withOutlet,
      value: (row) => row.month,
      render: (row) => (
        <>
          {monthName(row.month, language)}
          {row.revision > 0 && (
            <span className="faint"> {say('revision', { n: row.revision + 1 })}</span>
          )}
        </>
      ),
    },
    {
      key: 'status',
      title: say('status'),
      value: (row) => label(row.status),
      render: (row) => <StatementMark status={row.status} />,
    },
    moneyColumn('gross', say('gross'), (row) => row.grossMicroCny),
    moneyColumn('share', say('share'), (row) => row.shareMicroCny),
    moneyColumn('adjustment', say('adjustment'), (row) => row.adjustmentMicroCny, {
      hideOnPhone: true,
    }),
    moneyColumn('total', say('total'), (row) => row.totalMicroCny, {
      render: (row) => <Money microCny={row.totalMicroCny} strong />,
    }),
    { key: 'invoice', title: say('invoice'), value: (row) => row.invoiceNo, hideOnPhone: true },
  ];
}
