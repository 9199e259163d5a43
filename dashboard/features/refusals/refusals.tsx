/** What the house refused, and why: calls to the exchange, and acts and notices of payment. */
import { useInfiniteQuery } from '@tanstack/react-query';
import { Button, Drawer, Segmented } from 'antd';
import { useMemo, useState } from 'react';
import { api, read } from '../../lib/client.ts';
import { useFilters } from '../../lib/filters.ts';
import { instant } from '../../lib/format.ts';
import { defineWords, type Language, useLanguage } from '../../lib/words.ts';
import type { Column } from '../../ui/column.ts';
import { DataTable } from '../../ui/dataTable.tsx';
import { Facts, Page, Panel } from '../../ui/page.tsx';
import { Empty } from '../../ui/states.tsx';
import { actionText, subjectText } from '../audit/actions.ts';
import { useReasonWords } from './words.ts';

const useWords = defineWords(
  {
    title: '拒绝记录',
    hint: '被拒绝的竞价请求、监测回调与支付操作；拒绝的同时没有任何数据或资金变动',
    exchange: '交易所',
    payments: '支付',
    kind: '来源',
    at: '时间',
    reason: '原因',
    about: '对象',
    who: '来自',
    label: '拒绝记录列表',
    more: '加载更早的记录',
    detail: '详情',
    none: '—',
    empty: '没有拒绝记录',
    emptyHint: '所有请求与支付操作都被接受；一旦拒绝，原因与来源会记在这里。',
  },
  {
    title: 'Refusals',
    hint: 'Bid requests, tracker calls and acts of payment that were refused; nothing moved with any of them',
    exchange: 'Exchange',
    payments: 'Payments',
    kind: 'Source',
    at: 'Time',
    reason: 'Reason',
    about: 'About',
    who: 'From',
    label: 'List of refusals',
    more: 'Load earlier records',
    detail: 'Detail',
    none: '—',
    empty: 'Nothing was refused',
    emptyHint:
      'Every request and act of payment was taken; a refusal is listed here with its reason.',
  },
);

interface Refusal {
  id: number;
  at: string;
  reason: string;
  about: string;
  who: string;
  detail: Record<string, unknown>;
}

type Kind = 'exchange' | 'payments';

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

async function fetchExchange(cursor: string | undefined) {
  const page = await read(api['rejected-events'].$get({ query: { limit: '100', cursor } }));
  const items = page.items.map(({ id, at, reason, detail }): Refusal => {
    const about = text(detail.tagid) || text(detail.eventKey) || text(detail.path);
    return { id, at, reason, about, who: text(detail.ip), detail };
  });
  return { items, nextCursor: page.nextCursor };
}

async function fetchPayments(cursor: string | undefined, language: Language) {
  const page = await read(api.payments.refusals.$get({ query: { limit: '100', cursor } }));
  const items = page.items.map(
    ({ id, at, what, reason, zh, en, subject, byUser, byName, detail }): Refusal => ({
      id,
      at,
      reason: language === 'zh' ? zh : en,
      about: subject ? subjectText(subject, language) : actionText(what, language),
      who: byName ?? byUser ?? text(detail.ip),
      detail: { what, reason, ...detail },
    }),
  );
  return { items, nextCursor: page.nextCursor };
}

export function Refusals() {
  const say = useWords();
  const reasonWord = useReasonWords();
  const language = useLanguage();
  const { filters, set } = useFilters();
  const kind: Kind = filters.kind === 'payments' ? 'payments' : 'exchange';
  const [open, setOpen] = useState<Refusal>();
  const list = useInfiniteQuery({
    queryKey: ['refusals', kind, language],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam }) =>
      kind === 'exchange' ? fetchExchange(pageParam) : fetchPayments(pageParam, language),
    getNextPageParam: (page) => page.nextCursor ?? undefined,
  });
  const rows = useMemo(() => list.data?.pages.flatMap((page) => page.items), [list.data]);
  const columns: Column<Refusal>[] = [
    {
      key: 'at',
      title: say('at'),
      value: (row) => row.at,
      render: (row) => <span className="number">{instant(row.at, true)}</span>,
      width: '170px',
    },
    {
      key: 'reason',
      title: say('reason'),
      lead: true,
      value: (row) => reasonWord(row.reason),
      width: '1.4fr',
    },
    { key: 'about', title: say('about'), value: (row) => row.about || say('none') },
    { key: 'who', title: say('who'), value: (row) => row.who || say('none'), hideOnPhone: true },
  ];
  return (
    <Page title={say('title')} hint={say('hint')}>
      <Panel flush>
        <DataTable
          rows={rows}
          error={list.error}
          retry={() => void list.refetch()}
          label={say('label')}
          columns={columns}
          rowKey={(row) => row.id}
          onOpen={setOpen}
          exportAs="refusals"
          maxHeight={640}
          empty={<Empty title={say('empty')} hint={say('emptyHint')} />}
          filters={
            <Segmented<Kind>
              aria-label={say('kind')}
              value={kind}
              onChange={(value) => set({ kind: value })}
              options={[
                { value: 'exchange', label: say('exchange') },
                { value: 'payments', label: say('payments') },
              ]}
            />
          }
          footer={
            list.hasNextPage && (
              <p style={{ padding: 12, textAlign: 'center' }}>
                <Button loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
                  {say('more')}
                </Button>
              </p>
            )
          }
        />
      </Panel>
      <Drawer
        open={open !== undefined}
        onClose={() => setOpen(undefined)}
        title={open && reasonWord(open.reason)}
        size={520}
      >
        {open && (
          <Facts
            items={[
              [say('at'), instant(open.at, true)],
              [say('about'), open.about || say('none')],
              [say('who'), open.who || say('none')],
              [
                say('detail'),
                <pre
                  key="detail"
                  className="small"
                  style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere', margin: 0 }}
                >
                  {JSON.stringify(open.detail, null, 2)}
                </pre>,
              ],
            ]}
          />
        )}
      </Drawer>
    </Page>
  );
}
