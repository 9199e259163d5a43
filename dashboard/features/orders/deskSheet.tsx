/** An order as the platform judges it: who asks for how much off and why, and the word to it. */
import { Button, Form, Input } from 'antd';
import { useState } from 'react';
import { api, once, read } from '../../lib/client.ts';
import { instant, money, percent } from '../../lib/format.ts';
import { useMe } from '../../lib/me.ts';
import { useChange } from '../../lib/queries.ts';
import { Asked } from '../../ui/asked.tsx';
import { FormDrawer } from '../../ui/formDrawer.tsx';
import { Facts, Figure, Figures, Mark, Money } from '../../ui/page.tsx';
import { Loaded } from '../../ui/states.tsx';
import { givenAway, ORDER_TONES, ORDERS, type OrderDetail, useOrder } from './data.ts';
import { useDeskWords } from './deskWords.ts';
import { Lines } from './orderSheet.tsx';
import { useOrderWords } from './words.ts';

const one = api.orders[':id'];
const REFRESH = [ORDERS, ['notices']];

export function DeskSheet({ id }: { id: string }) {
  return <Loaded query={useOrder(id)}>{(order) => <Body order={order} />}</Loaded>;
}

function Body({ order }: { order: OrderDetail }) {
  const say = useDeskWords();
  const word = useOrderWords();
  return (
    <div className="stack">
      <Figures>
        <Figure
          label={word('status')}
          value={<Mark tone={ORDER_TONES[order.status]}>{word(order.status)}</Mark>}
        />
        <Figure label={word('total')} value={<Money microCny={order.totalMicroCny} />} />
        <Figure
          label={say('discount')}
          value={percent(order.discountPpm, 1_000_000, 1)}
          note={say('giving', { amount: money(givenAway(order)) })}
        />
      </Figures>
      <Facts
        items={[
          [say('why'), order.discountReason ?? '—'],
          [say('approvedAt'), order.discountApprovedAt ? instant(order.discountApprovedAt) : '—'],
          [word('created'), instant(order.createdAt)],
        ]}
      />
      {order.status === 'pending' && <Answer order={order} />}
      <Lines order={order} />
    </div>
  );
}

function Answer({ order }: { order: OrderDetail }) {
  const say = useDeskWords();
  const me = useMe();
  const [declining, setDeclining] = useState(false);
  const param = { id: String(order.id) };
  const approve = useChange({
    run: (_: undefined, key) =>
      read(
        one.approval.$post({ param, json: { version: order.version, approve: true } }, once(key)),
      ),
    refresh: REFRESH,
    say: say('approved'),
  });
  if (order.createdBy === me.userId) return <Mark tone="warn">{say('own')}</Mark>;
  return (
    <div className="row">
      <Asked
        label={say('approve')}
        no={say('cancel')}
        ask={say('approveAsk')}
        hint={say('giving', { amount: money(givenAway(order)) })}
        type="primary"
        loading={approve.isPending}
        run={() => approve.mutateAsync(undefined)}
      />
      <Button onClick={() => setDeclining(true)}>{say('decline')}</Button>
      <FormDrawer<{ note: string }, unknown>
        open={declining}
        close={() => setDeclining(false)}
        title={say('decline')}
        name={`order-decline-${order.id}`}
        okText={say('decline')}
        initial={{}}
        run={({ note }, key) => {
          const json = { version: order.version, approve: false, note };
          return read(one.approval.$post({ param, json }, once(key)));
        }}
        refresh={REFRESH}
        say={say('declined')}
      >
        <Form.Item
          name="note"
          label={say('note')}
          rules={[{ required: true, whitespace: true, message: say('noteWanted') }]}
        >
          <Input.TextArea maxLength={300} showCount autoSize={{ minRows: 3 }} />
        </Form.Item>
      </FormDrawer>
    </div>
  );
}
