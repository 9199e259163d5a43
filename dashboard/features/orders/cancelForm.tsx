/** Cancelling an order: its terms, what each day would cost under them now, and the buyer's word to the fee. */
import { useQuery } from '@tanstack/react-query';
import { Button, Checkbox, Form } from 'antd';
import { useState } from 'react';
import { type Answer, api, once, read } from '../../lib/client.ts';
import { money } from '../../lib/format.ts';
import type { Column } from '../../ui/column.ts';
import { moneyColumn } from '../../ui/columns.tsx';
import { DataTable } from '../../ui/dataTable.tsx';
import { FormDrawer } from '../../ui/formDrawer.tsx';
import { Facts, Figure, Figures, Money } from '../../ui/page.tsx';
import { Loaded } from '../../ui/states.tsx';
import { useChangeWords } from '../bookings/changeWords.ts';
import { BOOKINGS } from '../bookings/data.ts';
import { ORDERS, type OrderDetail } from './data.ts';

const one = api.orders[':id'];
type Quote = Answer<Awaited<ReturnType<typeof one.cancellation.$get>>>;
type QuotedDay = Quote['days'][number];

export function CancelOrder({ order }: { order: OrderDetail }) {
  const say = useChangeWords();
  const [open, setOpen] = useState(false);
  const param = { id: String(order.id) };
  const quote = useQuery({
    queryKey: [...ORDERS, order.id, 'cancellation', order.version],
    enabled: open,
    queryFn: () => read(one.cancellation.$get({ param })),
  });
  return (
    <>
      <Button onClick={() => setOpen(true)}>{say('cancelOrder')}</Button>
      <FormDrawer<{ agreed?: boolean }, unknown>
        open={open}
        close={() => setOpen(false)}
        title={`${say('cancelOrder')} · ${order.name}`}
        name={`order-cancel-${order.id}`}
        okText={say('cancelOrder')}
        size={640}
        initial={{}}
        run={(_, key) =>
          read(one.cancellation.$post({ param, json: { version: order.version } }, once(key)))
        }
        refresh={[ORDERS, BOOKINGS, ['wallet'], ['availability']]}
        say={say('cancelledNow')}
      >
        <Loaded query={quote}>{(data) => <Quoted order={order} quote={data} />}</Loaded>
      </FormDrawer>
    </>
  );
}

function Quoted({ order, quote }: { order: OrderDetail; quote: Quote }) {
  const say = useChangeWords();
  if (order.days.length === 0) return <p>{say('unbooked')}</p>;
  const due = new Set(['sold', 'proved', 'missed']);
  const kept = order.days.filter((day) => due.has(day.status)).length - quote.days.length;
  return (
    <div className="stack">
      <p className="faint small">{say('cancelHint')}</p>
      <Figures>
        <Figure
          label={say('feeSum')}
          value={<Money microCny={quote.feeMicroCny} />}
          tone={BigInt(quote.feeMicroCny) > 0n ? 'warn' : 'plain'}
        />
        <Figure label={say('refund')} value={<Money microCny={quote.refundMicroCny} />} />
        {kept > 0 && <Figure label={say('kept')} value={say('keptDays', { n: kept })} />}
      </Figures>
      <section>
        <h3 style={{ marginBottom: 8 }}>{say('terms')}</h3>
        <Facts
          items={quote.terms.map(({ noticeHours, feePpm }, at) => [
            noticeHours > 0
              ? say('termFrom', { h: noticeHours })
              : say('termLast', { h: quote.terms[at - 1]?.noticeHours ?? 24 }),
            feePpm > 0 ? say('termFee', { n: feePpm / 10_000 }) : say('termFree'),
          ])}
        />
        <p className="faint small">{say('termBegun')}</p>
      </section>
      <Days order={order} days={quote.days} />
      {BigInt(quote.feeMicroCny) > 0n && (
        <Form.Item
          name="agreed"
          valuePropName="checked"
          rules={[
            {
              validator: (_, agreed) =>
                agreed ? Promise.resolve() : Promise.reject(new Error(say('confirmWanted'))),
            },
          ]}
        >
          <Checkbox>{say('confirmCancel', { fee: money(quote.feeMicroCny) })}</Checkbox>
        </Form.Item>
      )}
    </div>
  );
}

function Days({ order, days }: { order: OrderDetail; days: readonly QuotedDay[] }) {
  const say = useChangeWords();
  const nameOf = (lineId: number) => {
    const line = order.lines.find((row) => row.id === lineId);
    return line ? `${line.outletName} · ${line.placementName}` : `#${lineId}`;
  };
  const columns: Column<QuotedDay>[] = [
    { key: 'day', title: say('day'), width: '110px', value: (row) => row.day },
    {
      key: 'placement',
      title: say('placement'),
      lead: true,
      width: '1.8fr',
      value: (row) => nameOf(row.lineId),
    },
    moneyColumn('price', say('price'), (row) => row.priceMicroCny),
    moneyColumn('fee', say('fee'), (row) => row.feeMicroCny),
  ];
  return (
    <DataTable
      rows={days}
      columns={columns}
      rowKey={(row) => `${row.lineId} ${row.day}`}
      label={say('cancelOrder')}
      urlKey="q_"
      maxHeight={260}
    />
  );
}
