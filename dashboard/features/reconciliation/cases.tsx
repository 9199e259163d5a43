/** Differences and what is done about each: ask Alipay, suspend, close, or write off by two. */
import { App, Button, Form, Input, Select } from 'antd';
import type { KeyboardEvent } from 'react';
import { api, read } from '../../lib/client.ts';
import { fenMoney, instant } from '../../lib/format.ts';
import { useMe } from '../../lib/me.ts';
import { useChange } from '../../lib/queries.ts';
import type { Column } from '../../ui/column.ts';
import { fenColumn } from '../../ui/columns.tsx';
import { List } from '../../ui/list.tsx';
import { Facts, Mark } from '../../ui/page.tsx';
import { type Case, RECONCILIATION, type useCases } from './data.ts';
import { useDiscrepancy, useItemKind, useReconciliationWords } from './words.ts';

const one = api.reconciliation.cases[':id'];
const REFRESH = [RECONCILIATION, ['payouts'], ['statements'], ['wallet']];

export function Cases({ query }: { query: ReturnType<typeof useCases> }) {
  const say = useReconciliationWords();
  const kind = useDiscrepancy();
  const columns: Column<Case>[] = [
    { key: 'day', title: say('day'), width: '120px', value: (row) => row.day },
    {
      key: 'kinds',
      title: say('kinds'),
      lead: true,
      value: (row) => row.kinds.map(kind).join(' · '),
    },
    { key: 'outNo', title: say('outNo'), width: '1.6fr', value: (row) => row.outNo },
    fenColumn('difference', say('difference'), (row) => row.differenceFen, {
      render: (row) => <strong>{fenMoney(row.differenceFen)}</strong>,
    }),
    { key: 'remedy', title: say('remedy'), value: (row) => row.remedy, hideOnPhone: true },
    {
      key: 'status',
      title: say('status'),
      width: '120px',
      value: (row) => say(row.status),
      render: (row) => <CaseMark status={row.status} />,
    },
  ];
  return (
    <List
      label={say('caseLabel')}
      query={query}
      columns={columns}
      urlKey="c_"
      none={{ title: say('noCases'), hint: say('noCasesHint') }}
      exportAs="cases"
      param="case"
      sheet={{
        size: 560,
        title: (row) => row && `${row.kinds.map(kind).join(' · ')} ${fenMoney(row.differenceFen)}`,
        body: (row) => <CaseSheet row={row} />,
      }}
    />
  );
}

function CaseMark({ status }: { status: Case['status'] }) {
  const say = useReconciliationWords();
  return (
    <Mark tone={{ open: 'bad', suspended: 'warn', closed: 'quiet' }[status] as 'bad'}>
      {say(status)}
    </Mark>
  );
}

function CaseSheet({ row }: { row: Case }) {
  const say = useReconciliationWords();
  const item = useItemKind();
  const { message } = App.useApp();
  const param = { id: String(row.id) };
  const remedy = useChange({
    run: () => read(one.remedy.$post({ param })),
    refresh: REFRESH,
    done: () => void message.success(say('remedied')),
  });
  const suspend = useChange({
    run: () => read(one.suspend.$post({ param })),
    refresh: REFRESH,
    say: say('suspendedDone'),
  });
  const keys = (event: KeyboardEvent) => {
    if (event.target instanceof HTMLInputElement || event.target instanceof HTMLTextAreaElement)
      return;
    if (event.key === 'r') remedy.mutate(undefined);
    if (event.key === 's' && row.status === 'open') suspend.mutate(undefined);
  };
  const differs = row.differenceFen !== '0';
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: shortcuts for the buttons inside
    <div className="stack" onKeyDown={keys}>
      <Facts
        items={[
          [say('day'), row.day],
          [say('outNo'), row.outNo],
          [say('difference'), fenMoney(row.differenceFen)],
          [say('status'), <CaseMark key="status" status={row.status} />],
          [say('remedy'), row.remedy],
          [say('at'), instant(row.openedAt)],
          ...row.items.map(
            (one) => [`${item(one.kind)} #${one.id}`, fenMoney(one.amountFen)] as const,
          ),
        ]}
      />
      {row.status !== 'closed' && (
        <>
          <div className="row">
            <Button
              type="primary"
              loading={remedy.isPending}
              onClick={() => remedy.mutate(undefined)}
            >
              {say('doRemedy')}
            </Button>
            {row.status === 'open' && differs && (
              <Button loading={suspend.isPending} onClick={() => suspend.mutate(undefined)}>
                {say('suspend')}
              </Button>
            )}
          </div>
          {(row.status === 'suspended' || !differs) && <Closing row={row} />}
        </>
      )}
    </div>
  );
}

type Outcome = 'supplemented' | 'reversed' | 'refunded' | 'written_off';

function Closing({ row }: { row: Case }) {
  const say = useReconciliationWords();
  const me = useMe();
  const [form] = Form.useForm<{ outcome: Outcome; note: string }>();
  const param = { id: String(row.id) };
  const close = useChange<{ outcome: Outcome; note: string }, unknown>({
    run: ({ outcome, note }) =>
      outcome === 'written_off'
        ? read(one['write-off'].$post({ param, json: { note } }))
        : read(one.resolve.$post({ param, json: { resolution: outcome, note } })),
    refresh: REFRESH,
    say: say('resolved'),
  });
  const approve = useChange({
    run: () => read(one['write-off'].approve.$post({ param })),
    refresh: REFRESH,
    say: say('writtenOff'),
  });
  if (row.proposedBy) {
    return row.proposedBy === me.userId ? (
      <Mark tone="warn">{say('ownProposal')}</Mark>
    ) : (
      <Button danger loading={approve.isPending} onClick={() => approve.mutate(undefined)}>
        {say('approveWriteOff')}
      </Button>
    );
  }
  // Whoever suspended it may only propose to write it off: the rest is another's to say.
  const own = row.suspendedBy === me.userId;
  const outcomes: Outcome[] = own
    ? ['written_off']
    : ['supplemented', 'reversed', 'refunded', 'written_off'];
  return (
    <Form
      form={form}
      name="close-case"
      layout="vertical"
      initialValues={{ outcome: outcomes[0] as Outcome }}
      onFinish={(values) => close.mutate(values)}
    >
      <Form.Item name="outcome" label={say('how')}>
        <Select options={outcomes.map((value) => ({ value, label: say(value) }))} />
      </Form.Item>
      <Form.Item
        name="note"
        label={say('note')}
        rules={[{ required: true, whitespace: true, message: say('noteWanted') }]}
      >
        <Input.TextArea rows={3} maxLength={500} />
      </Form.Item>
      <Button htmlType="submit" loading={close.isPending}>
        {say('resolve')}
      </Button>
    </Form>
  );
}
