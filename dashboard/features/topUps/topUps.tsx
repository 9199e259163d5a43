/** Every top-up of every advertiser for finance: its state at Alipay, its journals, refunds to the payer. */

import { useQuery } from '@tanstack/react-query';
import { Button, Form, Input } from 'antd';
import { useState } from 'react';
import { type Answer, api, once, read } from '../../lib/client.ts';
import { fenMoney, instant } from '../../lib/format.ts';
import { everyPage, PAGE_LIMIT } from '../../lib/pages.ts';
import { useAdvertisers } from '../../lib/parties.ts';
import { useChange } from '../../lib/queries.ts';
import { optionsOf } from '../../ui/choice.ts';
import type { Column } from '../../ui/column.ts';
import { fenColumn, instantColumn, markColumn } from '../../ui/columns.tsx';
import { FormDrawer } from '../../ui/formDrawer.tsx';
import { JournalView } from '../../ui/journal.tsx';
import { ListScreen } from '../../ui/listScreen.tsx';
import { Facts, Figure, Figures } from '../../ui/page.tsx';
import { Loaded } from '../../ui/states.tsx';
import { YuanInput } from '../../ui/yuanInput.tsx';
import { TOP_UP_TONES } from '../wallet/data.ts';
import { useTopUpStatus } from '../wallet/words.ts';
import { useTopUpWords } from './words.ts';

const one = api.wallet['top-ups'][':id'];
type Detail = Answer<Awaited<ReturnType<typeof one.$get>>>;
type Row = Answer<Awaited<ReturnType<(typeof api.wallet)['top-ups']['$get']>>>['items'][number];
const TOP_UPS = ['top-ups'];
const STATUSES = ['created', 'credited', 'closed', 'part_refunded', 'refunded'] as const;

export function TopUps() {
  const say = useTopUpWords();
  const label = useTopUpStatus();
  const list = useQuery({
    queryKey: TOP_UPS,
    queryFn: () =>
      everyPage((cursor) =>
        read(api.wallet['top-ups'].$get({ query: { limit: PAGE_LIMIT, cursor } })),
      ),
  });
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
          label: say('status'),
          all: say('all'),
          options: optionsOf(STATUSES, label),
          of: (row) => row.status,
        },
      ]}
      none={{ title: say('none'), hint: say('noneHint') }}
      exportAs="top-ups"
      param="topUp"
      sheet={{ size: 620, title: () => say('one'), byId: (id) => <Sheet id={id} /> }}
    />
  );
}

function Summary({ rows }: { rows: readonly Row[] }) {
  const say = useTopUpWords();
  const sum = (some: readonly Row[]) => some.reduce((all, row) => all + BigInt(row.amountFen), 0n);
  const credited = rows.filter((row) => row.creditedAt !== null);
  const waiting = rows.filter((row) => row.status === 'created');
  const refunded = credited.reduce((all, row) => all + BigInt(row.refundedFen), 0n);
  return (
    <Figures>
      <Figure
        label={say('credited')}
        value={fenMoney(sum(credited).toString())}
        note={say('n', { n: credited.length })}
      />
      <Figure label={say('refunded')} value={fenMoney(refunded.toString())} />
      <Figure
        label={say('waiting')}
        value={fenMoney(sum(waiting).toString())}
        note={say('n', { n: waiting.length })}
      />
    </Figures>
  );
}

function useColumns(): Column<Row>[] {
  const say = useTopUpWords();
  const label = useTopUpStatus();
  const advertisers = useAdvertisers();
  const nameOf = (id: number) => advertisers.data?.find((one) => one.id === id)?.name ?? `#${id}`;
  return [
    instantColumn('at', say('at'), (row) => row.createdAt),
    {
      key: 'advertiser',
      title: say('advertiser'),
      lead: true,
      width: 'minmax(160px, 1.4fr)',
      value: (row) => nameOf(row.advertiserId),
    },
    fenColumn('amount', say('amount'), (row) => row.amountFen),
    markColumn(
      say('status'),
      (row) => label(row.status),
      (row) => TOP_UP_TONES[row.status] ?? 'quiet',
    ),
    {
      key: 'order',
      title: say('order'),
      width: 'minmax(190px, 1.4fr)',
      value: (row) => row.outTradeNo,
      hideOnPhone: true,
    },
    {
      key: 'trade',
      title: say('trade'),
      width: 'minmax(190px, 1.4fr)',
      value: (row) => row.tradeNo,
      hideOnPhone: true,
    },
  ];
}

function Sheet({ id }: { id: string }) {
  const query = useQuery({
    queryKey: [...TOP_UPS, id],
    queryFn: () => read(one.$get({ param: { id } })),
  });
  return <Loaded query={query}>{(topUp) => <Body topUp={topUp} />}</Loaded>;
}

function Body({ topUp }: { topUp: Detail }) {
  const say = useTopUpWords();
  const label = useTopUpStatus();
  const [refunding, setRefunding] = useState(false);
  const ask = useChange({
    run: () => read(one.query.$post({ param: { id: String(topUp.id) } })),
    refresh: [TOP_UPS],
    say: say('asked'),
  });
  const left = BigInt(topUp.amountFen) - BigInt(topUp.refundedFen);
  const refundable = (topUp.status === 'credited' || topUp.status === 'part_refunded') && left > 0n;
  return (
    <div className="stack">
      <Facts
        items={[
          [say('amount'), fenMoney(topUp.amountFen)],
          [say('status'), label(topUp.status)],
          [say('at'), instant(topUp.createdAt)],
          [say('paidAt'), topUp.paidAt ? instant(topUp.paidAt) : '—'],
          [say('refunded'), fenMoney(topUp.refundedFen)],
          [say('trade'), topUp.tradeNo ?? '—'],
        ]}
      />
      <div className="row">
        {topUp.status === 'created' && (
          <Button loading={ask.isPending} onClick={() => ask.mutate(undefined)}>
            {say('ask')}
          </Button>
        )}
        {refundable && <Button onClick={() => setRefunding(true)}>{say('refund')}</Button>}
      </div>
      {topUp.refunds.map((refund) => (
        <p key={refund.id} className="row row-between">
          <span>
            {say('refund')} {fenMoney(refund.amountFen)} · {refund.reason}
          </span>
          <span className="faint small">{refund.status}</span>
        </p>
      ))}
      {topUp.journals.map((journal) => (
        <JournalView key={journal.key} journal={journal} />
      ))}
      <Refund
        topUp={topUp}
        left={Number(left)}
        open={refunding}
        close={() => setRefunding(false)}
      />
    </div>
  );
}

function Refund(props: { topUp: Detail; left: number; open: boolean; close: () => void }) {
  const say = useTopUpWords();
  const { topUp, left } = props;
  return (
    <FormDrawer<{ amountFen: number; reason: string }, unknown>
      open={props.open}
      close={props.close}
      title={say('refund')}
      name={`refund-${topUp.id}`}
      okText={say('refund')}
      initial={{ amountFen: left }}
      run={(json, key) =>
        read(one.refunds.$post({ param: { id: String(topUp.id) }, json }, once(key)))
      }
      refresh={[TOP_UPS]}
      say={say('refundSent')}
    >
      <Form.Item
        name="amountFen"
        label={say('amount')}
        extra={say('refundLeft', { amount: fenMoney(left) })}
        rules={[{ required: true, type: 'number', min: 1, max: left, message: say('refundWrong') }]}
      >
        <YuanInput />
      </Form.Item>
      <Form.Item
        name="reason"
        label={say('reason')}
        rules={[{ required: true, whitespace: true, message: say('reasonWanted') }]}
      >
        <Input.TextArea maxLength={200} showCount autoSize={{ minRows: 2 }} />
      </Form.Item>
    </FormDrawer>
  );
}
