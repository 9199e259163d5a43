/** An advertiser's money: what there is, what is promised, how it came and where it went. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Alert, Button } from 'antd';
import { useMemo, useState } from 'react';
import { api, read } from '../../lib/client.ts';
import { useFilters } from '../../lib/filters.ts';
import { fenMoney, instant } from '../../lib/format.ts';
import type { Column } from '../../ui/column.ts';
import { fenColumn } from '../../ui/columns.tsx';
import { DataTable } from '../../ui/dataTable.tsx';
import { Figure, Figures, Mark, Money, Page } from '../../ui/page.tsx';
import { Empty, Loaded } from '../../ui/states.tsx';
import { TabbedPanel } from '../../ui/tabbed.tsx';
import {
  type Journal,
  TOP_UP_TONES,
  type TopUp,
  useJournals,
  useTopUps,
  useWallet,
  WALLET,
} from './data.ts';
import { useMemoOf } from './memo.ts';
import { forgetTopUp, pendingTopUp, rememberTopUp } from './pending.ts';
import { TopUpModal } from './topUpModal.tsx';
import { useJournalKind, useTopUpStatus, useWalletWords } from './words.ts';

export function Wallet() {
  const say = useWalletWords();
  const { filters, set } = useFilters();
  const wallet = useWallet();
  return (
    <Page
      title={say('title')}
      hint={say('hint')}
      actions={
        <Button type="primary" onClick={() => set({ topUp: 'new' })}>
          {say('topUp')}
        </Button>
      }
    >
      <Returned />
      <Loaded query={wallet} lines={2}>
        {(data) => (
          <Figures>
            <Figure
              label={say('available')}
              value={<Money microCny={data.availableMicroCny} />}
              note={say('availableNote')}
              tone={BigInt(data.availableMicroCny) <= 0n ? 'bad' : 'plain'}
            />
            <Figure
              label={say('balance')}
              value={<Money microCny={data.balanceMicroCny} />}
              note={say('balanceNote')}
            />
            <Figure
              label={say('held')}
              value={<Money microCny={data.heldMicroCny} />}
              note={say('heldNote')}
            />
            {BigInt(data.creditLimitMicroCny) > 0n && (
              <Figure
                label={say('credit')}
                value={<Money microCny={data.creditLimitMicroCny} />}
                note={say('creditNote')}
              />
            )}
          </Figures>
        )}
      </Loaded>
      <TabbedPanel
        faces={[
          { key: 'journals', label: say('journals'), body: () => <Journals /> },
          { key: 'top-ups', label: say('topUps'), body: () => <TopUps /> },
        ]}
      />
      <TopUpModal open={filters.topUp === 'new'} close={() => set({ topUp: undefined })} />
    </Page>
  );
}

/** Back from Alipay: asks how the top-up went until it is credited or closed. */
function Returned() {
  const say = useWalletWords();
  const client = useQueryClient();
  const [id, setId] = useState(pendingTopUp);
  const one = api.wallet['top-ups'][':id'];
  const param = { id: String(id) };
  const state = useQuery({
    queryKey: [...WALLET, 'returned', id],
    enabled: id !== undefined,
    queryFn: async () => {
      const { outcome } = await read(one.query.$post({ param }));
      const topUp = await read(one.$get({ param }));
      if (outcome === 'credited') void client.invalidateQueries({ queryKey: WALLET });
      return { outcome, topUp };
    },
    refetchInterval: (query) => (query.state.data?.outcome === 'open' ? 3000 : false),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const dismiss = () => {
    forgetTopUp();
    setId(undefined);
  };
  if (id === undefined || !state.data || state.data.outcome === 'closed') return null;
  const credited = state.data.outcome === 'credited';
  const amount = fenMoney(state.data.topUp.amountFen);
  return (
    <Alert
      showIcon
      type={credited ? 'success' : 'info'}
      title={credited ? say('credited', { amount }) : `${say('waiting')} ${amount}`}
      description={credited ? undefined : say('waitingHint')}
      action={
        <Button size="small" onClick={dismiss}>
          {say('dismiss')}
        </Button>
      }
    />
  );
}

function TopUps() {
  const say = useWalletWords();
  const label = useTopUpStatus();
  const topUps = useTopUps();
  const columns: Column<TopUp>[] = [
    {
      key: 'created',
      title: say('created'),
      width: '160px',
      value: (row) => row.createdAt,
      render: (row) => <span className="number">{instant(row.createdAt)}</span>,
    },
    fenColumn('money', say('money'), (row) => row.amountFen, { lead: true }),
    {
      key: 'status',
      title: say('status'),
      value: (row) => label(row.status),
      render: (row) => <Mark tone={TOP_UP_TONES[row.status] ?? 'quiet'}>{label(row.status)}</Mark>,
    },
    {
      key: 'order',
      title: say('order'),
      width: '1.6fr',
      value: (r) => r.outTradeNo,
      hideOnPhone: true,
    },
    {
      key: 'trade',
      title: say('trade'),
      width: '1.4fr',
      value: (row) => row.tradeNo,
      hideOnPhone: true,
    },
    {
      key: 'continue',
      title: '',
      width: '110px',
      value: () => '',
      render: (row) =>
        row.status === 'created' &&
        row.payUrl && (
          <Button size="small" type="link" href={row.payUrl} onClick={() => rememberTopUp(row.id)}>
            {say('continue')}
          </Button>
        ),
    },
  ];
  return (
    <DataTable
      rows={topUps.data?.items}
      error={topUps.error}
      retry={() => void topUps.refetch()}
      columns={columns}
      rowKey={(row) => row.id}
      label={say('topUpLabel')}
      urlKey="t_"
      exportAs="top-ups"
      empty={<Empty title={say('noTopUps')} hint={say('noTopUpsHint')} />}
    />
  );
}

/** A wallet is a liability: what is credited to it comes in, what is debited goes out. */
const changeOf = (journal: Journal): bigint =>
  journal.lines
    .filter((line) => line.account.startsWith('wallet:'))
    .reduce((sum, line) => sum - BigInt(line.amountMicroCny), 0n);

function Journals() {
  const say = useWalletWords();
  const label = useJournalKind();
  const journals = useJournals();
  const memoOf = useMemoOf();
  const rows = useMemo(() => journals.data?.pages.flatMap((page) => page.items), [journals.data]);
  const columns: Column<Journal>[] = [
    {
      key: 'at',
      title: say('day'),
      width: '160px',
      value: (row) => row.recordedAt,
      render: (row) => <span className="number">{instant(row.recordedAt)}</span>,
    },
    { key: 'kind', title: say('kind'), lead: true, value: (row) => label(row.kind) },
    {
      key: 'memo',
      title: say('memo'),
      width: '1.6fr',
      value: memoOf,
      hideOnPhone: true,
    },
    {
      key: 'change',
      title: say('change'),
      align: 'right',
      value: changeOf,
      render: (row) => <Money microCny={changeOf(row)} signed />,
    },
  ];
  return (
    <DataTable
      rows={rows}
      error={journals.error}
      retry={() => void journals.refetch()}
      columns={columns}
      rowKey={(row) => row.key}
      label={say('journalLabel')}
      search
      exportAs="wallet"
      empty={<Empty title={say('noJournals')} hint={say('noTopUpsHint')} />}
      footer={
        journals.hasNextPage && (
          <p style={{ padding: 12, textAlign: 'center' }}>
            <Button
              loading={journals.isFetchingNextPage}
              onClick={() => void journals.fetchNextPage()}
            >
              {say('more')}
            </Button>
          </p>
        )
      }
    />
  );
}
