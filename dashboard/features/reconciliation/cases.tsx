/** Differences and what is done about each: ask Alipay, suspend, close, or write off by two. */
import { App, Button } from 'antd';
import type { KeyboardEvent } from 'react';
import { api, read } from '../../lib/client.ts';
import { fenMoney, instant } from '../../lib/format.ts';
import { useChange } from '../../lib/queries.ts';
import type { Column } from '../../ui/column.ts';
import { fenColumn } from '../../ui/columns.tsx';
import { List } from '../../ui/list.tsx';
import { Facts, Mark } from '../../ui/page.tsx';
import { CaseClosing } from './caseClosing.tsx';
import { CASE_REFRESH, type Case, type useCases } from './data.ts';
import { useDiscrepancy, useItemKind, useReconciliationWords, useRemedy } from './words.ts';

const one = api.reconciliation.cases[':id'];

export function Cases({ query }: { query: ReturnType<typeof useCases> }) {
  const say = useReconciliationWords();
  const kind = useDiscrepancy();
  const todo = useRemedy();
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
    { key: 'remedy', title: say('remedy'), value: (row) => todo(row.remedy), hideOnPhone: true },
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

const ASKED = { supplemented: 'remedied', restated: 'partRemedied', none: 'notRemedied' } as const;

function CaseSheet({ row }: { row: Case }) {
  const say = useReconciliationWords();
  const item = useItemKind();
  const todo = useRemedy();
  const { message } = App.useApp();
  const param = { id: String(row.id) };
  const remedy = useChange({
    run: () => read(one.remedy.$post({ param })),
    refresh: CASE_REFRESH,
    done: ({ resolution }) =>
      void (resolution ? message.success : message.info)(say(ASKED[resolution ?? 'none'])),
  });
  const suspend = useChange({
    run: () => read(one.suspend.$post({ param })),
    refresh: CASE_REFRESH,
    say: say('suspendedDone'),
  });
  const asks = row.remedy === 'ask_alipay';
  const keys = (event: KeyboardEvent) => {
    if (event.target instanceof HTMLInputElement || event.target instanceof HTMLTextAreaElement)
      return;
    if (event.key === 'r' && asks) remedy.mutate(undefined);
    if (event.key === 's' && row.status === 'open') suspend.mutate(undefined);
  };
  const differs = row.differenceFen !== '0';
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: shortcuts for the buttons inside
    <div className="stack" onKeyDown={keys}>
      <Facts
        items={[
          [say('number'), `#${row.id}`],
          ...(row.partOf ? [[say('partOf'), `#${row.partOf}`] as const] : []),
          [say('day'), row.day],
          [say('outNo'), row.outNo],
          [say('difference'), fenMoney(row.differenceFen)],
          [say('status'), <CaseMark key="status" status={row.status} />],
          row.resolution ? [say('how'), say(row.resolution)] : [say('remedy'), todo(row.remedy)],
          [say('at'), instant(row.openedAt)],
          ...row.items.map(
            (one) => [`${item(one.kind)} #${one.id}`, fenMoney(one.amountFen)] as const,
          ),
        ]}
      />
      {row.status !== 'closed' && (
        <>
          <div className="row">
            {asks && (
              <Button
                type="primary"
                loading={remedy.isPending}
                onClick={() => remedy.mutate(undefined)}
              >
                {say('doRemedy')}
              </Button>
            )}
            {row.status === 'open' && differs && (
              <Button loading={suspend.isPending} onClick={() => suspend.mutate(undefined)}>
                {say('suspend')}
              </Button>
            )}
          </div>
          {(row.status === 'suspended' || !differs) && <CaseClosing row={row} />}
        </>
      )}
    </div>
  );
}
