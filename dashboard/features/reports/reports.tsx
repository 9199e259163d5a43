/** Spend by any dimension over any days, with files for those who reckon elsewhere. The question is in the URL. */
import { Button, Segmented } from 'antd';
import { api } from '../../lib/client.ts';
import { useFilters } from '../../lib/filters.ts';
import { count, money, percent } from '../../lib/format.ts';
import { useDeviceLabel } from '../../lib/labels.ts';
import { defineWords, useLanguage } from '../../lib/words.ts';
import { type Column, DataTable } from '../../ui/dataTable.tsx';
import { Figure, Figures, Money, Page, Panel } from '../../ui/page.tsx';
import { PeriodPicker, usePeriod } from '../../ui/period.tsx';
import { Empty } from '../../ui/states.tsx';
import { nameOf, type SpendRow, useSpend } from './data.ts';

const useWords = defineWords(
  {
    title: '报表',
    hint: '金额来自计费记录，与账本一致；未到整点的部分单列',
    day: '日期',
    division: '县（市、区）',
    city: '城市',
    campaign: '推广计划',
    lineItem: '投放单元',
    creative: '创意',
    outlet: '媒体',
    device: '设备',
    by: '维度',
    label: '报表',
    impressions: '展现',
    viewables: '可见',
    viewRate: '可见率',
    clicks: '点击',
    ctr: '点击率',
    spend: '消耗',
    cpm: '千次成本',
    invalid: '已剔除异常',
    charged: '已入账',
    pending: '待结算',
    none: '所选日期没有数据',
    noneHint: '换个日期范围试试。',
  },
  {
    title: 'Reports',
    hint: 'Amounts come from the charges, as the ledger has them; the unsettled hour stands apart',
    day: 'Day',
    division: 'County',
    city: 'City',
    campaign: 'Campaign',
    lineItem: 'Line item',
    creative: 'Creative',
    outlet: 'Outlet',
    device: 'Device',
    by: 'By',
    label: 'Report',
    impressions: 'Impressions',
    viewables: 'Viewable',
    viewRate: 'View rate',
    clicks: 'Clicks',
    ctr: 'Click rate',
    spend: 'Spend',
    cpm: 'Per thousand',
    invalid: 'Invalid, removed',
    charged: 'Charged',
    pending: 'To settle',
    none: 'Nothing in these days',
    noneHint: 'Try other days.',
  },
);

const DIMENSIONS = [
  'day',
  'division',
  'city',
  'campaign',
  'lineItem',
  'creative',
  'outlet',
  'device',
] as const;

export function Reports() {
  const say = useWords();
  const { from, to } = usePeriod();
  const { filters, set } = useFilters();
  const by = DIMENSIONS.find((dimension) => dimension === filters.by) ?? 'day';
  const query = { from, to, by, divisionCode: filters.county, limit: '10000' };
  const report = useSpend(query);
  const totals = report.data?.totals;
  const file = (format: 'csv' | 'xlsx') =>
    api.reports.spend.file.$url({ query: { ...query, format } }).href;
  return (
    <Page title={say('title')} hint={say('hint')} actions={<PeriodPicker />}>
      {totals && (
        <Figures>
          <Figure label={say('spend')} value={<Money microCny={totals.spendMicroCny} />} />
          <Figure label={say('charged')} value={<Money microCny={totals.chargedMicroCny} />} />
          <Figure label={say('pending')} value={<Money microCny={totals.pendingMicroCny} />} />
          <Figure
            label={say('impressions')}
            value={count(totals.impressions)}
            note={`${say('invalid')} ${count(totals.invalid)}`}
          />
          <Figure
            label={say('clicks')}
            value={count(totals.clicks)}
            note={percent(totals.clicks, totals.impressions)}
          />
        </Figures>
      )}
      <Panel flush>
        <DataTable
          rows={report.data?.items}
          error={report.error}
          retry={() => void report.refetch()}
          columns={useColumns(by)}
          rowKey={(row) => row.dimensions[by]?.key ?? ''}
          label={say('label')}
          search
          filters={
            <>
              <span className="scroll-x">
                <Segmented
                  aria-label={say('by')}
                  value={by}
                  options={DIMENSIONS.map((value) => ({ value, label: say(value) }))}
                  onChange={(value) => set({ by: value })}
                />
              </span>
              <Button href={file('csv')}>CSV</Button>
              <Button href={file('xlsx')}>XLSX</Button>
            </>
          }
          empty={<Empty title={say('none')} hint={say('noneHint')} />}
        />
      </Panel>
    </Page>
  );
}

function useColumns(by: (typeof DIMENSIONS)[number]): Column<SpendRow>[] {
  const say = useWords();
  const language = useLanguage();
  const device = useDeviceLabel();
  const name = (row: SpendRow) => {
    const value = row.dimensions[by];
    return by === 'device' ? device(nameOf(value, language)) : nameOf(value, language);
  };
  const cpm = (row: SpendRow) =>
    row.impressions > 0 ? (BigInt(row.spendMicroCny) * 1000n) / BigInt(row.impressions) : 0n;
  const number = (key: 'impressions' | 'viewables' | 'clicks'): Column<SpendRow> => ({
    key,
    title: say(key),
    align: 'right',
    value: (row) => row[key],
    render: (row) => count(row[key]),
  });
  return [
    {
      key: 'name',
      title: say(by),
      lead: true,
      width: '2fr',
      value: name,
      render: (row) => <span title={row.dimensions[by]?.key}>{name(row)}</span>,
    },
    number('impressions'),
    {
      key: 'viewRate',
      title: say('viewRate'),
      align: 'right',
      value: (row) => (row.impressions > 0 ? row.viewables / row.impressions : 0),
      render: (row) => percent(row.viewables, row.impressions, 1),
    },
    number('clicks'),
    {
      key: 'ctr',
      title: say('ctr'),
      align: 'right',
      value: (row) => (row.impressions > 0 ? row.clicks / row.impressions : 0),
      render: (row) => percent(row.clicks, row.impressions),
    },
    {
      key: 'cpm',
      title: say('cpm'),
      align: 'right',
      value: cpm,
      render: (row) => money(cpm(row)),
      hideOnPhone: true,
    },
    {
      key: 'spend',
      title: say('spend'),
      align: 'right',
      value: (row) => BigInt(row.spendMicroCny),
      render: (row) => <Money microCny={row.spendMicroCny} strong />,
    },
  ];
}
