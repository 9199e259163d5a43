/** Closing a month: what must hold, what does not yet, and the two people it takes. */
import { useQuery } from '@tanstack/react-query';
import { Button, DatePicker, Popconfirm } from 'antd';
import dayjs from 'dayjs';
import { addDays, monthOf } from '../../../db/terms/day.ts';
import { type Answer, api, once, read } from '../../lib/client.ts';
import { useFilters } from '../../lib/filters.ts';
import { monthName } from '../../lib/format.ts';
import { useMe } from '../../lib/me.ts';
import { useChange } from '../../lib/queries.ts';
import { defineWords, said, useLanguage } from '../../lib/words.ts';
import { Mark, Page, Panel } from '../../ui/page.tsx';
import { today } from '../../ui/period.tsx';
import { Loaded } from '../../ui/states.tsx';

const useWords = defineWords(
  {
    title: '关账',
    hint: '逐项满足后方可关账；开始与关闭须由两人完成，关闭后永不可改',
    month: '账期',
    gate: '关账清单',
    passed: '已满足',
    failed: '未满足',
    progress: '{{done}} / {{all}} 项已满足',
    begin: '开始关账',
    beginAsk: '开始后该月不再接受新的记账。继续？',
    cancelClose: '退回',
    close: '关闭账期',
    closeAsk: '关闭后不可撤销，并签发证书。继续？',
    own: '你开始的关账，需另一位同事关闭',
    open: '未关账',
    closing: '关账中',
    closed: '已关账',
    done: '已更新',
    certificate: '证书',
    cancel: '取消',
  },
  {
    title: 'Close',
    hint: 'Every point must hold; beginning and closing take two people, and closed is for ever',
    month: 'Period',
    gate: 'Checklist',
    passed: 'Holds',
    failed: 'Does not hold',
    progress: '{{done}} of {{all}} hold',
    begin: 'Begin closing',
    beginAsk: 'Nothing is posted into the month any more. Go on?',
    cancelClose: 'Reopen',
    close: 'Close for ever',
    closeAsk: 'It cannot be undone; a certificate is signed. Go on?',
    own: 'You began it: another person must close it',
    open: 'Open',
    closing: 'Closing',
    closed: 'Closed',
    done: 'Updated',
    certificate: 'Certificate',
    cancel: 'Cancel',
  },
);

const one = api.ledger.periods[':month'];
type Gate = Answer<Awaited<ReturnType<typeof one.gate.$get>>>;
const PERIODS = ['periods'];

export function Close() {
  const say = useWords();
  const { filters, set } = useFilters();
  const month = filters.month ?? monthOf(addDays(`${monthOf(today())}-01`, -1));
  const gate = useQuery({
    queryKey: [...PERIODS, month, 'gate'],
    queryFn: () => read(one.gate.$get({ param: { month } })),
  });
  return (
    <Page
      title={say('title')}
      hint={say('hint')}
      actions={
        <>
          <DatePicker
            picker="month"
            allowClear={false}
            aria-label={say('month')}
            value={dayjs(`${month}-01`)}
            maxDate={dayjs(today())}
            onChange={(at) => set({ month: at?.format('YYYY-MM') })}
          />
          <Steps month={month} />
        </>
      }
    >
      <Loaded query={gate} lines={8}>
        {(list) => <Checklist month={month} gate={list} />}
      </Loaded>
    </Page>
  );
}

function Checklist({ month, gate }: { month: string; gate: Gate }) {
  const say = useWords();
  const language = useLanguage();
  const done = gate.items.filter((item) => item.ok).length;
  return (
    <Panel
      title={`${monthName(month, language)} ${say('gate')}`}
      hint={say('progress', { done, all: gate.items.length })}
    >
      <ul className="stack" style={{ gap: 12 }}>
        {gate.items.map((item) => (
          <li key={item.name} className="row row-between">
            <span>{said(item, language)}</span>
            <Mark tone={item.ok ? 'good' : 'bad'}>{say(item.ok ? 'passed' : 'failed')}</Mark>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function Steps({ month }: { month: string }) {
  const say = useWords();
  const me = useMe();
  const periods = useQuery({
    queryKey: PERIODS,
    queryFn: () => read(api.ledger.periods.$get()),
  });
  const period = periods.data?.items.find((row) => row.month === month);
  const param = { month };
  const change = (run: (key: string) => Promise<unknown>) => ({
    run: (_: undefined, key: string) => run(key),
    refresh: [PERIODS],
    say: say('done'),
  });
  const begin = useChange(change((key) => read(one['begin-close'].$post({ param }, once(key)))));
  const reopen = useChange(change((key) => read(one['cancel-close'].$post({ param }, once(key)))));
  const close = useChange(change((key) => read(one.close.$post({ param, json: {} }, once(key)))));
  if (period?.status === 'closed') return <Mark tone="good">{say('closed')}</Mark>;
  if (period?.status !== 'closing') {
    return (
      <Asked title={say('begin')} hint={say('beginAsk')} run={() => begin.mutateAsync(undefined)} />
    );
  }
  return (
    <>
      <Button loading={reopen.isPending} onClick={() => reopen.mutate(undefined)}>
        {say('cancelClose')}
      </Button>
      {period.closingBy === me.userId ? (
        <Mark tone="warn">{say('own')}</Mark>
      ) : (
        <Asked
          title={say('close')}
          hint={say('closeAsk')}
          run={() => close.mutateAsync(undefined)}
        />
      )}
    </>
  );
}

function Asked(props: { title: string; hint: string; run: () => Promise<unknown> }) {
  const say = useWords();
  return (
    <Popconfirm
      title={props.title}
      description={props.hint}
      okText={props.title}
      cancelText={say('cancel')}
      onConfirm={props.run}
    >
      <Button type="primary">{props.title}</Button>
    </Popconfirm>
  );
}
