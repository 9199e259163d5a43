/** Line items of a campaign; in bulk mode bids and daily budgets are typed straight into the table. */
import { useNavigate } from '@tanstack/react-router';
import { App, Button, Input } from 'antd';
import { useState } from 'react';
import { fenToYuan, MICRO_CNY_PER_FEN } from '../../../db/terms/money.ts';
import { api, read } from '../../lib/client.ts';
import { fenMoney } from '../../lib/format.ts';
import { useChange } from '../../lib/queries.ts';
import { type Column, DataTable } from '../../ui/dataTable.tsx';
import { Money } from '../../ui/page.tsx';
import { Empty } from '../../ui/states.tsx';
import { fenOf } from '../../ui/yuanInput.tsx';
import { Used } from './campaigns.tsx';
import { LINE_ITEMS, type LineItem, useLineItems } from './data.ts';
import { StatusMark } from './statusActions.tsx';
import { useCampaignWords, usePricingLabel } from './words.ts';

export function LineItemTable({ campaignId }: { campaignId: string }) {
  const say = useCampaignWords();
  const navigate = useNavigate();
  const [bulk, setBulk] = useState(false);
  const lineItems = useLineItems({ campaignId });
  return (
    <DataTable
      rows={lineItems.data}
      error={lineItems.error}
      retry={() => void lineItems.refetch()}
      columns={useColumns(bulk)}
      rowKey={(row) => row.id}
      label={say('lineItemLabel')}
      {...(bulk
        ? {}
        : { onOpen: (row: LineItem) => void navigate({ to: `/line-items/${row.id}` }) })}
      search
      exportAs="line-items"
      filters={
        <>
          <Button type={bulk ? 'primary' : 'default'} onClick={() => setBulk(!bulk)}>
            {say(bulk ? 'bulkDone' : 'bulk')}
          </Button>
          {bulk && <span className="faint small hide-phone">{say('bulkHint')}</span>}
        </>
      }
      empty={<Empty title={say('noLineItems')} hint={say('noLineItemsHint')} />}
    />
  );
}

function useColumns(bulk: boolean): Column<LineItem>[] {
  const say = useCampaignWords();
  const pricing = usePricingLabel();
  return [
    { key: 'name', title: say('name'), lead: true, width: '2fr', value: (row) => row.name },
    {
      key: 'status',
      title: say('status'),
      width: '110px',
      value: (row) => row.status,
      render: (row) => <StatusMark status={row.status} />,
    },
    { key: 'pricing', title: say('pricing'), width: '100px', value: (row) => pricing(row.pricing) },
    {
      key: 'bid',
      title: say('bid'),
      align: 'right',
      width: '120px',
      value: (row) => row.bidFen,
      render: (row) =>
        bulk ? <BulkCell row={row} field="bidFen" fen={row.bidFen} /> : fenMoney(row.bidFen),
    },
    {
      key: 'daily',
      title: say('daily'),
      align: 'right',
      width: '140px',
      value: (row) => BigInt(row.dailyBudgetMicroCny),
      render: (row) =>
        bulk ? (
          <BulkCell
            row={row}
            field="dailyBudgetMicroCny"
            fen={Number(BigInt(row.dailyBudgetMicroCny) / MICRO_CNY_PER_FEN)}
          />
        ) : (
          <Money microCny={row.dailyBudgetMicroCny} />
        ),
    },
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

/** Shows what was typed at once; takes it back if the server refuses. */
function BulkCell(props: { row: LineItem; field: 'bidFen' | 'dailyBudgetMicroCny'; fen: number }) {
  const say = useCampaignWords();
  const { message } = App.useApp();
  const { row, field } = props;
  const known = fenToYuan(props.fen);
  const [text, setText] = useState<string>();
  const save = useChange({
    run: (fen: number) => {
      const json =
        field === 'bidFen'
          ? { version: row.version, bidFen: fen }
          : {
              version: row.version,
              dailyBudgetMicroCny: (BigInt(fen) * MICRO_CNY_PER_FEN).toString(),
            };
      return read(api['line-items'][':id'].$patch({ param: { id: String(row.id) }, json }));
    },
    refresh: [LINE_ITEMS],
    done: () => setText(undefined),
    failed: () => {
      setText(undefined);
      return false;
    },
  });
  const commit = () => {
    if (text === undefined || text === known || save.isPending) return;
    const fen = fenOf(text);
    if (fen === null || fen <= 0) {
      void message.error(say('wrongAmount'));
      setText(undefined);
    } else save.mutate(fen);
  };
  return (
    <Input
      size="small"
      inputMode="decimal"
      style={{ textAlign: 'end' }}
      value={text ?? known}
      disabled={row.status === 'ended' || row.status === 'archived'}
      aria-label={`${row.name} ${say(field === 'bidFen' ? 'bid' : 'daily')}`}
      onChange={(event) => setText(event.target.value)}
      onBlur={commit}
      onPressEnter={commit}
      onKeyDown={(event) => {
        if (event.key === 'Escape') setText(undefined);
      }}
    />
  );
}
