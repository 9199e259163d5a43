/** How advertisers stand with readers over a period: reports against impressions, and what was upheld. */
import { Segmented } from 'antd';
import { useFilters } from '../../lib/filters.ts';
import { count } from '../../lib/format.ts';
import type { Column } from '../../ui/column.ts';
import { List } from '../../ui/list.tsx';
import { type Standing, useStanding } from './data.ts';
import { useFeedbackWords } from './words.ts';

const PERIODS = ['7', '30', '90'];

export function StandingTable() {
  const say = useFeedbackWords();
  const { filters, set } = useFilters();
  const days = PERIODS.find((one) => one === filters.days) ?? '30';
  return (
    <List
      label={say('standingLabel')}
      query={useStanding(days)}
      columns={useColumns()}
      rowKey={(row) => row.advertiserId}
      tools={
        <Segmented
          aria-label={say('days')}
          value={days}
          options={PERIODS.map((value) => ({ value, label: say('lastDays', { n: value }) }))}
          onChange={(value) => set({ days: value })}
        />
      }
      none={{ title: say('noStanding'), hint: say('noStandingHint') }}
      exportAs="standing"
      urlKey="s_"
    />
  );
}

function useColumns(): Column<Standing>[] {
  const say = useFeedbackWords();
  const figure = (key: 'upheld' | 'reports' | 'notInterested' | 'impressions', title: string) => ({
    key,
    title,
    align: 'right' as const,
    value: (row: Standing) => row[key],
    render: (row: Standing) => count(row[key]),
  });
  return [
    {
      key: 'advertiser',
      title: say('advertiser'),
      lead: true,
      width: '2fr',
      value: (row) => row.advertiserName,
    },
    figure('upheld', say('upheldCases')),
    figure('reports', say('reports')),
    figure('notInterested', say('notInterested')),
    figure('impressions', say('impressions')),
    {
      key: 'perMillion',
      title: say('perMillion'),
      align: 'right',
      width: '150px',
      value: (row) => row.reportsPerMillion,
      render: (row) => row.reportsPerMillion?.toFixed(2) ?? '—',
    },
  ];
}
