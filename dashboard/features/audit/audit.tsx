/** Who did what, when, and what it was before; and whether the log's hash chain still holds. */
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Button, Drawer, Input } from 'antd';
import { useMemo, useState } from 'react';
import { type Answer, api, read } from '../../lib/client.ts';
import { useFilters } from '../../lib/filters.ts';
import { instant } from '../../lib/format.ts';
import { defineWords, useLanguage } from '../../lib/words.ts';
import type { Column } from '../../ui/column.ts';
import { DataTable } from '../../ui/dataTable.tsx';
import { Facts, Mark, Page, Panel } from '../../ui/page.tsx';
import { actionText, subjectText } from './actions.ts';

const useWords = defineWords(
  {
    title: '审计日志',
    hint: '每一次改动都在同一事务中留痕，并串成哈希链，事后无法悄悄改写',
    at: '时间',
    who: '操作人',
    organization: '机构',
    action: '动作',
    subject: '对象',
    label: '审计记录',
    actionFilter: '动作，如 payout.approve',
    subjectFilter: '对象，如 payout:12',
    more: '加载更早的记录',
    chain: '哈希链',
    holds: '完整，共 {{n}} 条',
    broken: '自第 {{n}} 条起断裂',
    checking: '校验中',
    before: '改动前',
    after: '改动后',
    request: '请求编号',
    export: '导出全部 CSV',
    none: '—',
  },
  {
    title: 'Audit log',
    hint: 'Every change leaves its trace in its own transaction, chained by hashes: nothing is rewritten quietly',
    at: 'Time',
    who: 'Who',
    organization: 'Organisation',
    action: 'Action',
    subject: 'Subject',
    label: 'Audit records',
    actionFilter: 'Action, e.g. payout.approve',
    subjectFilter: 'Subject, e.g. payout:12',
    more: 'Load earlier records',
    chain: 'Hash chain',
    holds: 'Intact, {{n}} {{n|record|records}}',
    broken: 'Broken from record {{n}}',
    checking: 'Checking',
    before: 'Before',
    after: 'After',
    request: 'Request',
    export: 'Export all as CSV',
    none: '—',
  },
);

type Row = Answer<Awaited<ReturnType<typeof api.audit.$get>>>['items'][number];

/** A person by name; a program by what it calls itself. */
const whoOf = (row: Row): string => row.userName ?? row.userId;

export function Audit() {
  const say = useWords();
  const language = useLanguage();
  const { filters, set } = useFilters();
  const [open, setOpen] = useState<Row>();
  const query = { action: filters.action, subject: filters.subject };
  const log = useInfiniteQuery({
    queryKey: ['audit', query],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam }) =>
      read(api.audit.$get({ query: { ...query, limit: '100', cursor: pageParam } })),
    getNextPageParam: (page) => page.nextCursor ?? undefined,
  });
  const rows = useMemo(() => log.data?.pages.flatMap((page) => page.items), [log.data]);
  return (
    <Page
      title={say('title')}
      hint={say('hint')}
      actions={
        <>
          <Chain />
          <Button href={api.audit.export.$url().href}>{say('export')}</Button>
        </>
      }
    >
      <Panel flush>
        <AuditTable
          rows={rows}
          error={log.error}
          retry={() => void log.refetch()}
          open={setOpen}
          filters={
            <>
              <Input
                allowClear
                style={{ width: 230 }}
                placeholder={say('actionFilter')}
                aria-label={say('action')}
                defaultValue={filters.action}
                onChange={(e) => set({ action: e.target.value || undefined })}
              />
              <Input
                allowClear
                style={{ width: 190 }}
                placeholder={say('subjectFilter')}
                aria-label={say('subject')}
                defaultValue={filters.subject}
                onChange={(e) => set({ subject: e.target.value || undefined })}
              />
            </>
          }
          footer={
            log.hasNextPage && (
              <p style={{ padding: 12, textAlign: 'center' }}>
                <Button loading={log.isFetchingNextPage} onClick={() => void log.fetchNextPage()}>
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
        title={open && actionText(open.action, language)}
        size={520}
      >
        {open && <Detail row={open} />}
      </Drawer>
    </Page>
  );
}

function AuditTable(props: {
  rows: Row[] | undefined;
  error: unknown;
  retry: () => void;
  open: (row: Row) => void;
  filters: React.ReactNode;
  footer: React.ReactNode;
}) {
  const say = useWords();
  const language = useLanguage();
  const columns: Column<Row>[] = [
    {
      key: 'at',
      title: say('at'),
      value: (row) => row.at,
      render: (row) => <span className="number">{instant(row.at, true)}</span>,
      width: '170px',
    },
    {
      key: 'action',
      title: say('action'),
      lead: true,
      width: '1.2fr',
      value: (row) => actionText(row.action, language),
      render: (row) => <span title={row.action}>{actionText(row.action, language)}</span>,
    },
    {
      key: 'subject',
      title: say('subject'),
      value: (row) => subjectText(row.subject, language),
      render: (row) => <span title={row.subject}>{subjectText(row.subject, language)}</span>,
    },
    { key: 'who', title: say('who'), value: (row) => whoOf(row), width: '1.2fr' },
  ];
  return (
    <DataTable
      rows={props.rows}
      error={props.error}
      retry={props.retry}
      filters={props.filters}
      footer={props.footer}
      label={say('label')}
      columns={columns}
      rowKey={(row) => row.chainNo ?? row.at}
      onOpen={props.open}
      exportAs="audit"
      maxHeight={640}
    />
  );
}

function Detail({ row }: { row: Row }) {
  const say = useWords();
  const shown = (value: unknown) => (
    <pre className="small" style={{ whiteSpace: 'pre-wrap', margin: 0 }}>
      {value === null || value === undefined ? say('none') : JSON.stringify(value, null, 2)}
    </pre>
  );
  return (
    <Facts
      items={[
        [say('at'), instant(row.at, true)],
        [say('subject'), row.subject],
        [say('action'), row.action],
        [say('who'), row.userName ? `${row.userName} · ${row.userId}` : row.userId],
        [say('organization'), row.organizationId ?? say('none')],
        [say('request'), row.requestId ?? say('none')],
        [say('before'), shown(row.before)],
        [say('after'), shown(row.after)],
      ]}
    />
  );
}

function Chain() {
  const say = useWords();
  const chain = useQuery({
    queryKey: ['audit', 'chain'],
    queryFn: () => read(api.audit.chain.$get()),
  });
  if (!chain.data) return <Mark tone="quiet">{say('checking')}</Mark>;
  const { entries, brokenAt } = chain.data;
  return brokenAt === null ? (
    <Mark tone="good">
      {say('chain')} {say('holds', { n: entries })}
    </Mark>
  ) : (
    <Mark tone="bad">
      {say('chain')} {say('broken', { n: brokenAt })}
    </Mark>
  );
}
