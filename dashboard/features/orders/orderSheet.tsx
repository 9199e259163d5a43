/** One order: its lines and each outlet's answer, the next step, and what cancelling would cost before it is done. */
import { Button } from 'antd';
import { api, once, read } from '../../lib/client.ts';
import { instant, money } from '../../lib/format.ts';
import { useChange } from '../../lib/queries.ts';
import { Asked } from '../../ui/asked.tsx';
import type { Column } from '../../ui/column.ts';
import { actsColumn, daysColumn, moneyColumn } from '../../ui/columns.tsx';
import { DataTable } from '../../ui/dataTable.tsx';
import { Figure, Figures, Mark, Money, type Tone } from '../../ui/page.tsx';
import { Loaded } from '../../ui/states.tsx';
import { AskChange } from '../bookings/changeForm.tsx';
import { shownOf } from '../bookings/data.ts';
import { ReleaseShort } from '../bookings/releaseShort.tsx';
import { CancelOrder } from './cancelForm.tsx';
import { ORDER_TONES, ORDERS, type OrderDetail, useOrder } from './data.ts';
import { useOrderWords, useUnitLabel } from './words.ts';

const one = api.orders[':id'];
type Line = OrderDetail['lines'][number];
const LINE_TONES: Record<Line['status'], Tone> = {
  open: 'warn',
  accepted: 'good',
  declined: 'bad',
  short: 'warn',
  fulfilled: 'good',
  cancelled: 'quiet',
};

export function OrderSheet({ id }: { id: string }) {
  const order = useOrder(id);
  return <Loaded query={order}>{(data) => <Body order={data} />}</Loaded>;
}

function Body({ order }: { order: OrderDetail }) {
  const say = useOrderWords();
  return (
    <div className="stack">
      <Figures>
        <Figure
          label={say('status')}
          value={<Mark tone={ORDER_TONES[order.status]}>{say(order.status)}</Mark>}
          note={
            order.status === 'reserved' && order.expiresAt
              ? say('holdsUntil', { at: instant(order.expiresAt) })
              : ''
          }
        />
        <Figure
          label={say('total')}
          value={<Money microCny={order.totalMicroCny} />}
          note={order.discountPpm > 0 ? say('off', { n: order.discountPpm / 10_000 }) : ''}
        />
        <Figure label={say('charged')} value={<Money microCny={order.chargedMicroCny} />} />
      </Figures>
      <Steps order={order} />
      <Lines order={order} />
    </div>
  );
}

function Steps({ order }: { order: OrderDetail }) {
  const say = useOrderWords();
  const call = { param: { id: String(order.id) }, json: { version: order.version } };
  const refresh = [ORDERS, ['wallet'], ['notices'], ['availability']];
  const reserve = useChange({
    run: (_: undefined, key) => read(one.reservation.$post(call, once(key))),
    refresh,
    say: say('reservedNow'),
  });
  const confirm = useChange({
    run: (_: undefined, key) => read(one.confirmation.$post(call, once(key))),
    refresh,
    say: say('bookedNow'),
  });
  const open = order.lines.filter((line) => line.status === 'open').length;
  return (
    <div className="row">
      {order.status === 'draft' && (
        <Button
          type="primary"
          loading={reserve.isPending}
          onClick={() => reserve.mutate(undefined)}
        >
          {say('reserve')}
        </Button>
      )}
      {order.status === 'pending' && <Mark tone="warn">{say('pendingHint')}</Mark>}
      {order.status === 'reserved' && open > 0 && (
        <Mark tone="warn">{say('waitsFor', { n: open })}</Mark>
      )}
      {order.status === 'reserved' && open === 0 && (
        <Asked
          label={say('confirm')}
          no={say('cancel')}
          ask={say('confirmAsk', { amount: money(order.totalMicroCny) })}
          type="primary"
          loading={confirm.isPending}
          run={() => confirm.mutateAsync(undefined)}
        />
      )}
      {order.status !== 'completed' && order.status !== 'cancelled' && (
        <CancelOrder order={order} />
      )}
    </div>
  );
}

const Act = ({ line }: { line: Line }) =>
  line.status === 'short' ? <ReleaseShort line={line} /> : <AskChange line={line} />;

export function Lines({ order }: { order: OrderDetail }) {
  const say = useOrderWords();
  const unit = useUnitLabel();
  const running = order.status === 'booked' || order.status === 'in_flight';
  const columns: Column<Line>[] = [
    {
      key: 'placement',
      title: say('placement'),
      lead: true,
      width: 'minmax(170px, 1.8fr)',
      value: (row) => `${row.outletName} · ${row.placementName}`,
    },
    daysColumn(say('dates'), (row) => row, { width: '150px' }),
    { key: 'unit', title: say('unit'), width: '70px', value: (row) => unit(row.unit) },
    moneyColumn('price', say('price'), (row) => row.priceMicroCny, { width: '100px' }),
    {
      key: 'shown',
      title: say('shown'),
      align: 'right',
      width: '125px',
      value: (row) => shownOf(row),
    },
    {
      key: 'status',
      title: say('status'),
      width: '100px',
      value: (row) => say(row.status),
      render: (row) => (
        <span title={row.note ?? undefined}>
          <Mark tone={LINE_TONES[row.status]}>{say(row.status)}</Mark>
        </span>
      ),
    },
    ...(running ? [actsColumn<Line>((row) => <Act line={row} />, { width: '110px' })] : []),
  ];
  return (
    <DataTable
      rows={order.lines}
      columns={columns}
      rowKey={(row) => row.id}
      label={say('lines')}
      urlKey="l_"
      exportAs={`order-${order.id}`}
    />
  );
}
