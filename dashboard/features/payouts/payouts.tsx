/** Finance's desk for payouts: tick with the keyboard, approve together what another person asked for. */

import { Checkbox, Drawer, Select } from 'antd';
import { type KeyboardEvent, useMemo, useState } from 'react';
import { useFilters } from '../../lib/filters.ts';
import { fenMoney, instant } from '../../lib/format.ts';
import { deskOf, useMe } from '../../lib/me.ts';
import { optionsOf } from '../../ui/choice.ts';
import type { Column } from '../../ui/column.ts';
import { fenColumn } from '../../ui/columns.tsx';
import { DataTable } from '../../ui/dataTable.tsx';
import { Figure, Figures, Mark, Page, Panel } from '../../ui/page.tsx';
import { Empty, Loaded } from '../../ui/states.tsx';
import { ApproveChosen } from './approveChosen.tsx';
import { PAYOUT_TONES, type Payout, type PayoutStatus, usePayout, usePayouts } from './data.ts';
import { PayoutSheet } from './detail.tsx';
import { usePayoutStatus, usePayoutWords } from './words.ts';

const STATUSES: PayoutStatus[] = [
  'created',
  'approved',
  'sending',
  'unknown',
  'succeeded',
  'part_succeeded',
  'failed',
  'reconciled',
  'returned',
  'cancelled',
];

export function Payouts() {
  const say = usePayoutWords();
  const me = useMe();
  const { filters, set } = useFilters();
  const [ticked, setTicked] = useState<ReadonlySet<number>>(new Set());
  const list = usePayouts(STATUSES.find((status) => status === filters.status));
  const opened = filters.payout ? Number(filters.payout) : undefined;
  const approvable = useMemo(
    () =>
      new Set(
        list.data
          ?.filter((row) => row.status === 'created' && row.createdBy !== me.userId)
          .map((row) => row.id),
      ),
    [list.data, me.userId],
  );
  const chosen = (list.data ?? []).filter(({ id }) => ticked.has(id) && approvable.has(id));
  const toggle = (id: number) => {
    const next = new Set(ticked);
    next.has(id) ? next.delete(id) : next.add(id);
    setTicked(next);
  };
  return (
    <Page
      title={say('title')}
      hint={say('hint')}
      actions={
        deskOf(me) === 'finance' && (
          <ApproveChosen rows={chosen} done={() => setTicked(new Set())} />
        )
      }
    >
      {list.data && <Summary rows={list.data} />}
      <Panel flush>
        <PayoutTable
          rows={list.data}
          error={list.error}
          retry={() => void list.refetch()}
          {...{ ticked, toggle, approvable }}
          current={opened}
          open={(row) => set({ payout: String(row.id) })}
        />
      </Panel>
      <Drawer
        open={opened !== undefined}
        onClose={() => set({ payout: undefined })}
        size={760}
        title={`${say('tracePayout')} #${opened ?? ''}`}
      >
        {opened !== undefined && <Sheet id={opened} />}
      </Drawer>
    </Page>
  );
}

function Sheet({ id }: { id: number }) {
  const query = usePayout(id);
  return <Loaded query={query}>{(payout) => <PayoutSheet payout={payout} />}</Loaded>;
}

function Summary({ rows }: { rows: readonly Payout[] }) {
  const say = usePayoutWords();
  const of = (...statuses: PayoutStatus[]) => rows.filter((row) => statuses.includes(row.status));
  const sum = (list: readonly Payout[]) =>
    fenMoney(list.reduce((total, row) => total + BigInt(row.amountFen), 0n).toString());
  const asked = of('created');
  const flying = of('approved', 'sending', 'unknown');
  const done = of('succeeded', 'reconciled');
  const bad = of('failed', 'returned', 'part_succeeded');
  return (
    <Figures>
      <Figure
        label={say('toApprove')}
        value={sum(asked)}
        note={asked.length}
        tone={asked.length > 0 ? 'warn' : 'plain'}
      />
      <Figure label={say('inFlight')} value={sum(flying)} note={flying.length} />
      <Figure label={say('done')} value={sum(done)} note={done.length} />
      <Figure
        label={say('problem')}
        value={sum(bad)}
        note={bad.length}
        tone={bad.length > 0 ? 'bad' : 'plain'}
      />
    </Figures>
  );
}

function PayoutTable(props: {
  rows: Payout[] | undefined;
  error: unknown;
  retry: () => void;
  ticked: ReadonlySet<number>;
  toggle: (id: number) => void;
  approvable: ReadonlySet<number>;
  current: number | undefined;
  open: (row: Payout) => void;
}) {
  const say = usePayoutWords();
  const columns = useColumns(props.ticked, props.toggle, props.approvable);
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    if (event.key === 'a' && !event.ctrlKey && !event.metaKey && notTyping(event.target)) {
      document.getElementById('approve-chosen')?.click();
    }
    const row = (event.target as HTMLElement).closest<HTMLElement>('tr[data-index]');
    const id = Number(row?.querySelector('[data-payout]')?.getAttribute('data-payout'));
    if (event.key === ' ' && event.target === row && props.approvable.has(id)) {
      event.preventDefault();
      props.toggle(id);
    }
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: shortcuts of the table inside
    <div onKeyDown={onKeyDown}>
      <DataTable
        rows={props.rows}
        error={props.error}
        retry={props.retry}
        label={say('label')}
        columns={columns}
        rowKey={(row) => row.id}
        current={props.current}
        onOpen={props.open}
        search
        filters={
          <>
            <StatusFilter />
            <span className="faint small hide-phone">{say('steps')}</span>
          </>
        }
        exportAs="payouts"
        empty={<Empty title={say('none')} hint={say('noneHint')} />}
      />
    </div>
  );
}

const notTyping = (target: EventTarget): boolean =>
  !(target instanceof HTMLInputElement && target.type !== 'checkbox');

function StatusFilter() {
  const say = usePayoutWords();
  const label = usePayoutStatus();
  const { filters, set } = useFilters();
  return (
    <Select
      allowClear
      style={{ width: 130 }}
      aria-label={say('status')}
      placeholder={say('allStatuses')}
      value={filters.status ?? null}
      options={optionsOf(STATUSES, label)}
      onChange={(status) => set({ status: status ?? undefined })}
    />
  );
}

function useColumns(
  ticked: ReadonlySet<number>,
  toggle: (id: number) => void,
  approvable: ReadonlySet<number>,
): Column<Payout>[] {
  const say = usePayoutWords();
  const label = usePayoutStatus();
  return [
    {
      key: 'tick',
      title: '',
      width: '44px',
      value: () => '',
      render: (row) => (
        // biome-ignore lint/a11y/noStaticElementInteractions: keeps the box's click from opening its row
        // biome-ignore lint/a11y/useKeyWithClickEvents: the box itself takes the keys
        <span data-payout={row.id} onClick={(event) => event.stopPropagation()}>
          <Checkbox
            checked={ticked.has(row.id)}
            disabled={!approvable.has(row.id)}
            aria-label={`${say('approve')} ${row.outletName}`}
            onChange={() => toggle(row.id)}
          />
        </span>
      ),
    },
    { key: 'outlet', title: say('outlet'), lead: true, width: '1.6fr', value: (r) => r.outletName },
    {
      key: 'payee',
      title: say('payee'),
      width: '1.4fr',
      value: (r) => r.payeeName,
      hideOnPhone: true,
    },
    fenColumn('amount', say('amount'), (row) => row.amountFen, {
      render: (row) => <strong>{fenMoney(row.amountFen)}</strong>,
    }),
    {
      key: 'status',
      title: say('status'),
      value: (row) => label(row.status),
      render: (row) => <Mark tone={PAYOUT_TONES[row.status] ?? 'quiet'}>{label(row.status)}</Mark>,
    },
    {
      key: 'created',
      title: say('created'),
      width: '150px',
      value: (row) => row.createdAt,
      render: (row) => <span className="number">{instant(row.createdAt)}</span>,
    },
    {
      key: 'statement',
      title: say('statement'),
      align: 'right',
      width: '90px',
      value: (row) => row.statementId,
      hideOnPhone: true,
    },
  ];
}
