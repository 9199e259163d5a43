/** Finance's desk for payouts: tick with the keyboard, approve together what another person asked for. */
import { App, Button, Checkbox, Drawer, Popconfirm, Select } from 'antd';
import { type KeyboardEvent, useMemo, useState } from 'react';
import { api, read } from '../../lib/client.ts';
import { useFilters } from '../../lib/filters.ts';
import { fenMoney, instant } from '../../lib/format.ts';
import { deskOf, useMe } from '../../lib/me.ts';
import { Problem, problemText } from '../../lib/problem.ts';
import { useChange } from '../../lib/queries.ts';
import { useLanguage } from '../../lib/words.ts';
import { type Column, DataTable } from '../../ui/dataTable.tsx';
import { Figure, Figures, Key, Mark, Page, Panel } from '../../ui/page.tsx';
import { useSecondFactor } from '../../ui/secondFactor.tsx';
import { Empty, Loaded } from '../../ui/states.tsx';
import {
  AFTER_PAYOUT,
  PAYOUT_TONES,
  type Payout,
  type PayoutStatus,
  usePayout,
  usePayouts,
} from './data.ts';
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
        title={`${say('title')} #${opened ?? ''}`}
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

/**
 * Approves what is ticked: a batch is one decision and takes one code, whatever else is one each. A code that is not given
 * ends it; what was approved until then stays so.
 */
function ApproveChosen({ rows, done }: { rows: Payout[]; done: () => void }) {
  const say = usePayoutWords();
  const language = useLanguage();
  const { message } = App.useApp();
  const withCode = useSecondFactor();
  const approve = useChange({
    run: async (chosen: Payout[]) => {
      const failures: unknown[] = [];
      let approved = 0;
      for (const [batchId, payouts] of decisionsOf(chosen)) {
        const answer = await withCode((json) => decide(batchId, payouts, json)).catch(
          (error: unknown) => [error],
        );
        if (answer === undefined) break;
        failures.push(...answer);
        approved += payouts.length - answer.length;
      }
      return { approved, failed: chosen.length - approved, failures };
    },
    refresh: AFTER_PAYOUT,
    done: ({ approved, failed, failures }) => {
      done();
      const text = say('approvedMany', { done: approved, failed });
      if (failures.length === 0) void message.success(text);
      else void message.warning(`${text}：${problemText(failures[0], language)}`, 8);
    },
  });
  return (
    <Popconfirm
      title={say('approveMany', { n: rows.length })}
      okText={say('approve')}
      cancelText={say('cancel')}
      disabled={rows.length === 0}
      onConfirm={() => approve.mutateAsync(rows)}
    >
      <Button
        type="primary"
        id="approve-chosen"
        disabled={rows.length === 0}
        loading={approve.isPending}
      >
        {say('approveMany', { n: rows.length })} <Key>A</Key>
      </Button>
    </Popconfirm>
  );
}

/** Says what was refused: of a batch its single payouts, of one alone nothing, for it throws. */
async function decide(
  batchId: number | undefined,
  payouts: readonly Payout[],
  json: { code?: string },
): Promise<unknown[]> {
  if (batchId !== undefined) {
    const param = { id: String(batchId) };
    const { refused } = await read(api['payout-batches'][':id'].approve.$post({ param, json }));
    return refused.map(({ code, ...detail }) => new Problem(409, code as 'conflict', detail));
  }
  const param = { id: String(payouts[0]?.id) };
  await read(api.payouts[':id'].approve.$post({ param, json }));
  return [];
}

/** Payouts of one batch together, each of the others alone. */
function decisionsOf(rows: readonly Payout[]): [batchId: number | undefined, rows: Payout[]][] {
  const batches = new Map<number, Payout[]>();
  const alone: [undefined, Payout[]][] = [];
  for (const row of rows) {
    if (row.batchId === null) alone.push([undefined, [row]]);
    else batches.set(row.batchId, [...(batches.get(row.batchId) ?? []), row]);
  }
  return [...batches, ...alone];
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
      options={STATUSES.map((value) => ({ value, label: label(value) }))}
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
    {
      key: 'amount',
      title: say('amount'),
      align: 'right',
      value: (row) => BigInt(row.amountFen),
      render: (row) => <strong>{fenMoney(row.amountFen)}</strong>,
    },
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
