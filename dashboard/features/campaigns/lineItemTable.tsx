/** Line items of a campaign; in bulk mode bids and budgets are typed or pasted straight into the table. */
import { useNavigate } from '@tanstack/react-router';
import { Button, Input, Tooltip } from 'antd';
import type { KeyboardEvent } from 'react';
import { useFilters } from '../../lib/filters.ts';
import { fenMoney } from '../../lib/format.ts';
import { useStatusLabel } from '../../lib/labels.ts';
import type { Column } from '../../ui/column.ts';
import { fenColumn } from '../../ui/columns.tsx';
import { DataTable } from '../../ui/dataTable.tsx';
import { Money } from '../../ui/page.tsx';
import { Empty } from '../../ui/states.tsx';
import { color } from '../../ui/theme.ts';
import { type BulkEdits, type BulkField, knownText, useBulkEdits } from './bulkEdits.ts';
import { Used } from './campaigns.tsx';
import { type LineItem, useLineItems } from './data.ts';
import { StatusMark } from './statusActions.tsx';
import { useCampaignWords, usePricingLabel } from './words.ts';

export function LineItemTable({ campaignId }: { campaignId: string }) {
  const say = useCampaignWords();
  const navigate = useNavigate();
  const { filters, set } = useFilters();
  const on = filters.bulk === '1';
  const lineItems = useLineItems({ campaignId });
  const bulk = useBulkEdits(lineItems.data);
  return (
    <DataTable
      rows={lineItems.data}
      error={lineItems.error}
      retry={() => void lineItems.refetch()}
      columns={useColumns(on ? bulk : undefined)}
      rowKey={(row) => row.id}
      label={say('lineItemLabel')}
      {...(on
        ? { onShown: bulk.shown }
        : { onOpen: (row: LineItem) => void navigate({ to: `/line-items/${row.id}` }) })}
      search
      exportAs="line-items"
      filters={<BulkTools on={on} bulk={bulk} flip={() => set({ bulk: on ? undefined : '1' })} />}
      empty={<Empty title={say('noLineItems')} hint={say('noLineItemsHint')} />}
    />
  );
}

function BulkTools({ on, bulk, flip }: { on: boolean; bulk: BulkEdits; flip: () => void }) {
  const say = useCampaignWords();
  if (!on) return <Button onClick={flip}>{say('bulk')}</Button>;
  if (bulk.changed === 0) {
    return (
      <>
        <Button onClick={flip}>{say('bulkDone')}</Button>
        <span className="faint small hide-phone">{say('bulkHint')}</span>
      </>
    );
  }
  return (
    <>
      <Button type="primary" loading={bulk.busy} onClick={bulk.save}>
        {say('save', { n: bulk.changed })}
      </Button>
      <Button onClick={bulk.discard}>{say('discard')}</Button>
    </>
  );
}

function useColumns(bulk: BulkEdits | undefined): Column<LineItem>[] {
  const say = useCampaignWords();
  const status = useStatusLabel();
  const pricing = usePricingLabel();
  return [
    { key: 'name', title: say('name'), lead: true, width: '2fr', value: (row) => row.name },
    {
      key: 'status',
      title: say('status'),
      width: '110px',
      value: (row) => status(row.status),
      render: (row) => <StatusMark status={row.status} />,
    },
    { key: 'pricing', title: say('pricing'), width: '100px', value: (row) => pricing(row.pricing) },
    fenColumn('bid', say('bid'), (row) => row.bidFen, {
      width: '120px',
      render: (row) =>
        bulk ? <BulkCell row={row} field="bidFen" bulk={bulk} /> : fenMoney(row.bidFen),
    }),
    ...(['dailyBudgetMicroCny', 'totalBudgetMicroCny'] as const).map(
      (field): Column<LineItem> => ({
        key: FIELD_WORD[field],
        title: say(FIELD_WORD[field]),
        align: 'right',
        width: '140px',
        value: (row) => BigInt(row[field]),
        render: (row) =>
          bulk ? <BulkCell row={row} field={field} bulk={bulk} /> : <Money microCny={row[field]} />,
      }),
    ),
    {
      key: 'spent',
      title: say('spent'),
      align: 'right',
      value: (row) => BigInt(row.spentMicroCny),
      render: (row) => <Money microCny={row.spentMicroCny} />,
    },
    { key: 'used', title: say('used'), value: () => '', render: (row) => <Used row={row} /> },
  ];
}

/** A cell that is typed into: Enter moves down, Esc takes back, a pasted block fills rows and columns. */
function BulkCell({ row, field, bulk }: { row: LineItem; field: BulkField; bulk: BulkEdits }) {
  const say = useCampaignWords();
  const problem = bulk.problemOf(row, field);
  const text = bulk.textOf(row, field);
  return (
    <Tooltip title={problem} {...(problem ? { color: color.cinnabar } : {})}>
      <Input
        size="small"
        inputMode="decimal"
        className="bulk-cell"
        data-column={field}
        data-edited={text !== knownText(row, field) || undefined}
        status={problem ? 'error' : ''}
        value={text}
        disabled={row.status === 'ended' || row.status === 'archived'}
        aria-label={`${row.name} ${say(FIELD_WORD[field])}`}
        onChange={(event) => bulk.set(row, field, event.target.value)}
        onFocus={(event) => event.target.select()}
        onPaste={(event) => {
          const block = event.clipboardData.getData('text/plain');
          if (!/[\t\n]/.test(block)) return;
          event.preventDefault();
          bulk.paste(row, field, block);
        }}
        onKeyDown={(event) => {
          if (event.key === 'Escape') bulk.set(row, field, undefined);
          const step = { Enter: 1, ArrowDown: 1, ArrowUp: -1 }[event.key];
          if (step) focusBeside(event, step);
        }}
      />
    </Tooltip>
  );
}

const FIELD_WORD = {
  bidFen: 'bid',
  dailyBudgetMicroCny: 'daily',
  totalBudgetMicroCny: 'budget',
} as const;

/** The same column's cell in the next row or the one before. */
function focusBeside(event: KeyboardEvent<HTMLInputElement>, step: number): void {
  event.preventDefault();
  const line = event.currentTarget.closest('tr');
  const at = Number(line?.dataset.index) + step;
  const column = event.currentTarget.dataset.column;
  line?.parentElement
    ?.querySelector<HTMLElement>(`tr[data-index="${at}"] input[data-column="${column}"]`)
    ?.focus();
}
