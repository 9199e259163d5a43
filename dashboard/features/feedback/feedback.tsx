/** What readers say of ads, for the review desk and for the advertiser it is said of: the queue and the standing. */
import { Drawer, Select, Tabs } from 'antd';
import { useFilters } from '../../lib/filters.ts';
import { count, instant } from '../../lib/format.ts';
import { type Column, DataTable } from '../../ui/dataTable.tsx';
import { Mark, Page, Panel } from '../../ui/page.tsx';
import { Empty } from '../../ui/states.tsx';
import { CaseSheet } from './caseSheet.tsx';
import {
  CASE_STATUSES,
  CASE_TONES,
  type CaseStatus,
  type FeedbackCase,
  useFeedbackCases,
} from './data.ts';
import { StandingTable } from './standing.tsx';
import { useFeedbackReason, useFeedbackWords } from './words.ts';

export function Feedback() {
  const say = useFeedbackWords();
  const { filters, set } = useFilters();
  const tab = filters.tab === 'standing' ? 'standing' : 'cases';
  return (
    <Page title={say('title')} hint={say('hint')}>
      <Tabs
        activeKey={tab}
        onChange={(key) => set({ tab: key === 'cases' ? undefined : key, case: undefined })}
        items={[
          { key: 'cases', label: say('cases'), children: <Cases /> },
          { key: 'standing', label: say('standing'), children: <StandingTable /> },
        ]}
        destroyOnHidden
      />
    </Page>
  );
}

function Cases() {
  const say = useFeedbackWords();
  const { filters, set } = useFilters();
  const status = CASE_STATUSES.find((one) => one === filters.status);
  const list = useFeedbackCases(status);
  return (
    <>
      <Panel flush>
        <DataTable
          rows={list.data}
          error={list.error}
          retry={() => void list.refetch()}
          columns={useColumns()}
          rowKey={(row) => row.id}
          label={say('caseLabel')}
          current={Number(filters.case)}
          onOpen={(row) => set({ case: String(row.id) })}
          search
          exportAs="feedback"
          filters={
            <Select<CaseStatus | null>
              allowClear
              style={{ width: 130 }}
              aria-label={say('status')}
              placeholder={say('all')}
              value={status ?? null}
              options={CASE_STATUSES.map((value) => ({ value, label: say(value) }))}
              onChange={(value) => set({ status: value ?? undefined })}
            />
          }
          empty={<Empty title={say('none')} hint={say('noneHint')} />}
        />
      </Panel>
      <Drawer
        open={filters.case !== undefined}
        onClose={() => set({ case: undefined })}
        size={600}
        title={say('title')}
      >
        {filters.case && <CaseSheet key={filters.case} id={filters.case} />}
      </Drawer>
    </>
  );
}

function useColumns(): Column<FeedbackCase>[] {
  const say = useFeedbackWords();
  const reason = useFeedbackReason();
  return [
    {
      key: 'reason',
      title: say('reason'),
      lead: true,
      value: (row) => reason(row.reason),
    },
    {
      key: 'creative',
      title: say('creative'),
      width: '1.6fr',
      value: (row) => row.creativeName ?? `#${row.creativeId}`,
    },
    {
      key: 'advertiser',
      title: say('advertiser'),
      width: '1.4fr',
      value: (row) => row.advertiserName ?? `#${row.advertiserId}`,
    },
    { key: 'kind', title: say('kind'), value: (row) => say(row.kind), hideOnPhone: true },
    {
      key: 'sayings',
      title: say('sayings'),
      align: 'right',
      value: (row) => row.sayings,
      render: (row) => count(row.sayings),
    },
    { key: 'urgency', title: say('urgency'), align: 'right', value: (row) => row.urgency },
    {
      key: 'lastAt',
      title: say('lastAt'),
      width: '160px',
      value: (row) => row.lastAt,
      render: (row) => <span className="number">{instant(row.lastAt)}</span>,
      hideOnPhone: true,
    },
    {
      key: 'status',
      title: say('status'),
      width: '110px',
      value: (row) => say(row.status),
      render: (row) => <Mark tone={CASE_TONES[row.status]}>{say(row.status)}</Mark>,
    },
  ];
}
