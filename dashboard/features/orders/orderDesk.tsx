/** The platform's book of orders: whose discount waits for a word, and what became of every other order. */
import { money, percent } from '../../lib/format.ts';
import type { Column } from '../../ui/column.ts';
import { ListScreen } from '../../ui/listScreen.tsx';
import { Figure, Figures, Money } from '../../ui/page.tsx';
import { useOrderColumns } from './columns.tsx';
import { givenAway, ORDER_TONES, type Order, useOrders } from './data.ts';
import { DeskSheet } from './deskSheet.tsx';
import { useDeskWords } from './deskWords.ts';
import { useOrderWords } from './words.ts';

export function OrderDesk() {
  const say = useDeskWords();
  const order = useOrderWords();
  const list = useOrders();
  return (
    <ListScreen
      title={say('title')}
      hint={say('hint')}
      label={say('title')}
      figures={list.data && <Summary rows={list.data} />}
      query={list}
      columns={useColumns()}
      choices={[
        {
          param: 'status',
          label: order('status'),
          all: say('all'),
          options: (Object.keys(ORDER_TONES) as Order['status'][]).map((value) => ({
            value,
            label: order(value),
          })),
          of: (row) => row.status,
        },
      ]}
      none={{ title: say('none'), hint: say('noneHint') }}
      exportAs="orders"
      param="order"
      sheet={{ size: 760, title: (row) => row?.name, byId: (id) => <DeskSheet id={id} /> }}
    />
  );
}

function Summary({ rows }: { rows: readonly Order[] }) {
  const say = useDeskWords();
  const waiting = rows.filter((row) => row.status === 'pending');
  const running = rows.filter((row) => row.status === 'booked' || row.status === 'in_flight');
  const sum = (some: readonly Order[], of: (row: Order) => bigint) =>
    some.reduce((all, row) => all + of(row), 0n);
  return (
    <Figures>
      <Figure
        label={say('waiting')}
        value={waiting.length}
        tone={waiting.length > 0 ? 'warn' : 'plain'}
        note={say('giving', { amount: money(sum(waiting, givenAway)) })}
      />
      <Figure
        label={say('running')}
        value={<Money microCny={sum(running, (row) => BigInt(row.totalMicroCny))} />}
        note={say('n', { n: running.length })}
      />
      <Figure
        label={say('given')}
        value={<Money microCny={sum(running, givenAway)} />}
        note={say('givenNote')}
      />
    </Figures>
  );
}

function useColumns(): Column<Order>[] {
  const say = useDeskWords();
  const word = useOrderWords();
  const [name, total, status, ...rest] = useOrderColumns();
  const advertiser: Column<Order> = {
    key: 'advertiser',
    title: word('advertiser'),
    width: '1.5fr',
    value: (row) => row.advertiserName,
  };
  const discount: Column<Order> = {
    key: 'discount',
    title: say('discount'),
    align: 'right',
    width: '90px',
    value: (row) => row.discountPpm,
    render: (row) => (row.discountPpm > 0 ? percent(row.discountPpm, 1_000_000, 1) : '—'),
  };
  return [name, advertiser, total, discount, status, ...rest].flatMap((one) => one ?? []);
}
