/** A buyer's orders of fixed days: drafted, reserved, booked, run; and the proofs that wait for its judgement. */
import { Button, Drawer, Tabs } from 'antd';
import { useFilters } from '../../lib/filters.ts';
import { instant } from '../../lib/format.ts';
import { type Column, DataTable } from '../../ui/dataTable.tsx';
import { Mark, Money, Page, Panel } from '../../ui/page.tsx';
import { Empty } from '../../ui/states.tsx';
import { ChangeTable } from '../bookings/changeTable.tsx';
import { useFulfilment } from '../bookings/data.ts';
import { DayTable } from '../bookings/dayTable.tsx';
import { ORDER_TONES, type Order, useOrders } from './data.ts';
import { OrderForm } from './orderForm.tsx';
import { OrderSheet } from './orderSheet.tsx';
import { useOrderWords } from './words.ts';

const TABS = ['orders', 'proofs', 'missed', 'changes'] as const;

export function Orders() {
  const say = useOrderWords();
  const { filters, set } = useFilters();
  const proofs = useFulfilment('proved').data?.length ?? 0;
  const missed = useFulfilment('missed').data?.length ?? 0;
  const counts = { orders: 0, proofs, missed, changes: 0 };
  const tab = TABS.find((one) => one === filters.tab) ?? 'orders';
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
      <Panel flush>
        <Tabs
          style={{ padding: '0 18px' }}
          activeKey={tab}
          onChange={(key) => set({ tab: key === 'orders' ? undefined : key })}
          items={TABS.map((key) => ({
            key,
            label: counts[key] > 0 ? `${say(key)} ${counts[key]}` : say(key),
          }))}
        />
        {tab === 'orders' && <OrderTable />}
        {tab === 'proofs' && <DayTable status="proved" side="buyer" />}
        {tab === 'missed' && <DayTable status="missed" side="buyer" />}
        {tab === 'changes' && <ChangeTable side="buyer" />}
      </Panel>
      <OrderForm open={filters.order === 'new'} close={() => set({ order: undefined })} />
    </Page>
  );
}

function OrderTable() {
  const say = useOrderWords();
  const { filters, set } = useFilters();
  const list = useOrders();
  const opened = list.data?.find((row) => String(row.id) === filters.order);
  const columns: Column<Order>[] = [
    { key: 'name', title: say('name'), lead: true, width: '1.8fr', value: (row) => row.name },
    {
      key: 'advertiser',
      title: say('advertiser'),
      width: '1.5fr',
      value: (row) => row.advertiserName,
    },
    {
      key: 'total',
      title: say('total'),
      align: 'right',
      value: (row) => BigInt(row.totalMicroCny),
      render: (row) => <Money microCny={row.totalMicroCny} />,
    },
    {
      key: 'status',
      title: say('status'),
      width: '120px',
      value: (row) => say(row.status),
      render: (row) => <Mark tone={ORDER_TONES[row.status]}>{say(row.status)}</Mark>,
    },
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
    {
      key: 'created',
      title: say('created'),
      width: '150px',
      value: (row) => row.createdAt,
      render: (row) => <span className="number">{instant(row.createdAt)}</span>,
      hideOnPhone: true,
    },
  ];
  return (
    <>
      <DataTable
        rows={list.data}
        error={list.error}
        retry={() => void list.refetch()}
        columns={columns}
        rowKey={(row) => row.id}
        label={say('title')}
        current={opened?.id}
        onOpen={(row) => set({ order: String(row.id) })}
        search
        exportAs="orders"
        empty={
          <Empty
            title={say('none')}
            hint={say('noneHint')}
            action={<Button onClick={() => set({ order: 'new' })}>{say('new')}</Button>}
          />
        }
      />
      <Drawer
        open={opened !== undefined}
        onClose={() => set({ order: undefined })}
        size={760}
        title={opened?.name}
      >
        {opened && <OrderSheet id={String(opened.id)} />}
      </Drawer>
    </>
  );
}
