/** Spend by any dimension over any days, with files for those who reckon elsewhere. The question is in the URL. */

import { Button, Segmented } from 'antd';
import { api } from '../../lib/client.ts';
import { useFilters } from '../../lib/filters.ts';
import { count, money, percent } from '../../lib/format.ts';
import { useDeviceLabel } from '../../lib/labels.ts';
import { useLanguage } from '../../lib/words.ts';
import { optionsOf } from '../../ui/choice.ts';
import type { Column } from '../../ui/column.ts';
import { DataTable } from '../../ui/dataTable.tsx';
import { Figure, Figures, Money, Page } from '../../ui/page.tsx';
import { PeriodPicker, usePeriod } from '../../ui/period.tsx';
import { Empty } from '../../ui/states.tsx';
import { TabbedPanel, useFace } from '../../ui/tabbed.tsx';
import { nameOf, type SpendRow, useSpend } from './data.ts';
import { type DIMENSIONS, useDimensions } from './exportData.ts';
import { useExportWords } from './exportWords.ts';
import { FileForm } from './fileForm.tsx';
import { FileTable } from './fileTable.tsx';
import { ScheduleTable } from './scheduleTable.tsx';
import { useReportWords } from './words.ts';

export function Reports() {
  const say = useReportWords();
  const files = useExportWords();
  const { filters, set } = useFilters();
  const face = useFace(FACES);
  return (
    <Page title={say('title')} hint={say('hint')} actions={<Actions face={face} />}>
      {face === 'table' && <Totals />}
      <TabbedPanel
        faces={[
          { key: 'table', label: files('table'), body: () => <SpendTable /> },
          { key: 'exports', label: files('exports'), body: () => <FileTable /> },
          { key: 'schedules', label: files('schedules'), body: () => <ScheduleTable /> },
        ]}
      />
      <FileForm open={filters.file === 'new'} close={() => set({ file: undefined })} />
    </Page>
  );
}

const FACES = ['table', 'exports', 'schedules'] as const;

function Actions({ face }: { face: (typeof FACES)[number] }) {
  const files = useExportWords();
  const { set } = useFilters();
  if (face === 'schedules') {
    return (
      <Button type="primary" onClick={() => set({ schedule: 'new' })}>
        {files('newSchedule')}
      </Button>
    );
  }
  return (
    <>
      {face === 'table' && <PeriodPicker />}
      <Button
        type={face === 'exports' ? 'primary' : 'default'}
        onClick={() => set({ tab: 'exports', file: 'new' })}
      >
        {files('newExport')}
      </Button>
    </>
  );
}

/** What the URL asks for. */
function useAsked() {
  const { from, to } = usePeriod();
  const { filters } = useFilters();
  const by = useDimensions().find((dimension) => dimension === filters.by) ?? 'day';
  // Sums by deal know no counties.
  const divisionCode = by === 'deal' ? undefined : filters.county;
  return { from, to, by, divisionCode, limit: '10000' };
}

function Totals() {
  const say = useReportWords();
  const totals = useSpend(useAsked()).data?.totals;
  if (!totals) return null;
  return (
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
  );
}

function SpendTable() {
  const say = useReportWords();
  const { set } = useFilters();
  const query = useAsked();
  const { by } = query;
  const report = useSpend(query);
  const file = (format: 'csv' | 'xlsx') =>
    api.reports.spend.file.$url({ query: { ...query, format } }).href;
  return (
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
              options={optionsOf(useDimensions(), say)}
              onChange={(value) => set({ by: value })}
            />
          </span>
          <Button href={file('csv')}>CSV</Button>
          <Button href={file('xlsx')}>XLSX</Button>
        </>
      }
      empty={<Empty title={say('none')} hint={say('noneHint')} />}
    />
  );
}

function useColumns(by: (typeof DIMENSIONS)[number]): Column<SpendRow>[] {
  const say = useReportWords();
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
