/** A buyer's orders of fixed days: drafted, reserved, booked, run; and the proofs that wait for its judgement. */
import { Button } from 'antd';
import { useFilters } from '../../lib/filters.ts';
import { instant } from '../../lib/format.ts';
import { instantColumn, markColumn, moneyColumn, nameColumn } from '../../ui/columns.tsx';
import type { Column } from '../../ui/dataTable.tsx';
import { List } from '../../ui/list.tsx';
import { Page } from '../../ui/page.tsx';
import { TabbedPanel } from '../../ui/tabbed.tsx';
import { ChangeTable } from '../bookings/changeTable.tsx';
import { useFulfilment, useOpenChanges } from '../bookings/data.ts';
import { DayTable } from '../bookings/dayTable.tsx';
import { ORDER_TONES, type Order, useOrders } from './data.ts';
import { OrderForm } from './orderForm.tsx';
import { OrderSheet } from './orderSheet.tsx';
import { useOrderWords } from './words.ts';

export function Orders() {
  const say = useOrderWords();
  const { filters, set } = useFilters();
  const proofs = useFulfilment('proved').data?.length ?? 0;
  const missed = useFulfilment('missed').data?.length ?? 0;
  const changes = useOpenChanges().data?.length ?? 0;
  return (
    <Page
      title={say('title')}
      hint={say('hint')}
      actions={
        <Button type="primary" onClick={() => set({ order: 'new' })}>
          {say('new')}
        </Button>
      }
    >
      <TabbedPanel
        faces={[
          { key: 'orders', label: say('orders'), body: () => <OrderList /> },
          {
            key: 'proofs',
            label: say('proofs'),
            count: proofs,
            body: () => <DayTable status="proved" side="buyer" />,
          },
          {
            key: 'missed',
            label: say('missed'),
            count: missed,
            body: () => <DayTable status="missed" side="buyer" />,
          },
          {
            key: 'changes',
            label: say('changes'),
            count: changes,
            body: () => <ChangeTable side="buyer" />,
          },
        ]}
      />
      <OrderForm open={filters.order === 'new'} close={() => set({ order: undefined })} />
    </Page>
  );
}

function OrderList() {
  const say = useOrderWords();
  const { set } = useFilters();
  return (
    <List
      label={say('title')}
      query={useOrders()}
      columns={useOrderColumns()}
      none={{ title: say('none'), hint: say('noneHint') }}
      create={{ label: say('new'), run: () => set({ order: 'new' }) }}
      exportAs="orders"
      param="order"
      sheet={{ size: 760, title: (row) => row?.name, byId: (id) => <OrderSheet id={id} /> }}
    />
  );
}

export function useOrderColumns(): Column<Order>[] {
  const say = useOrderWords();
  return [
    nameColumn(say('name'), (row) => row.name),
    {
      key: 'advertiser',
      title: say('advertiser'),
      width: '1.5fr',
      value: (row) => row.advertiserName,
    },
    moneyColumn('total', say('total'), (row) => row.totalMicroCny),
    markColumn(
      say('status'),
      (row) => say(row.status),
      (row) => ORDER_TONES[row.status],
    ),
    {
      key: 'until',
      title: say('until'),
      width: '150px',
      value: (row) => row.expiresAt,
      render: (row) =>
        row.status === 'reserved' && row.expiresAt ? (
          <span className="number">{instant(row.expiresAt)}</span>
        ) : (
          '—'
        ),
    },
    instantColumn('created', say('created'), (row) => row.createdAt, { hideOnPhone: true }),
  ];
}
