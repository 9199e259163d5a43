/** A buyer's orders of fixed days: drafted, reserved, booked, run; and the proofs that wait for its judgement. */
import { Button } from 'antd';
import { useFilters } from '../../lib/filters.ts';
import { useMe } from '../../lib/me.ts';
import { List } from '../../ui/list.tsx';
import { Page } from '../../ui/page.tsx';
import { TabbedPanel } from '../../ui/tabbed.tsx';
import { ChangeTable } from '../bookings/changeTable.tsx';
import { useFulfilment, useOpenChanges } from '../bookings/data.ts';
import { DayTable } from '../bookings/dayTable.tsx';
import { Month } from '../bookings/month.tsx';
import { useOrderColumns } from './columns.tsx';
import { useOrders } from './data.ts';
import { OrderDesk } from './orderDesk.tsx';
import { OrderForm } from './orderForm.tsx';
import { OrderSheet } from './orderSheet.tsx';
import { useOrderWords } from './words.ts';

/** The buyer's own, or the platform's book of all. */
export function Orders() {
  return useMe().kind === 'platform' ? <OrderDesk /> : <BuyerOrders />;
}

function BuyerOrders() {
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
          { key: 'month', label: say('month'), body: () => <Month /> },
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
