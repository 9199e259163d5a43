/** An outlet's morning look: what it earned, by day and by placement, and what waits for its confirmation. */
import { Link } from '@tanstack/react-router';
import { Alert, Button } from 'antd';
import { useMemo } from 'react';
import { useActingFilter } from '../../lib/acting.ts';
import { count, money, monthName, percent, yuanForChart } from '../../lib/format.ts';
import { defineWords, useLanguage } from '../../lib/words.ts';
import type { Column } from '../../ui/column.ts';
import { DailyMoney } from '../../ui/dailyMoney.tsx';
import { DataTable } from '../../ui/dataTable.tsx';
import { Figure, Figures, Money, Page, Panel } from '../../ui/page.tsx';
import { PeriodPicker, usePeriod } from '../../ui/period.tsx';
import { Empty, Loaded } from '../../ui/states.tsx';
import { type IncomeReport, nameOf, useIncome, useSpend } from '../reports/data.ts';
import { useStatements } from '../statements/data.ts';
import { OutletSteps } from './firstSteps.tsx';

const useWords = defineWords(
  {
    title: '收入概览',
    income: '分成收入',
    incomeNote: '按已结算计费，含税前金额',
    gross: '广告消耗',
    share: '分成比例 {{rate}}',
    impressions: '展现',
    viewable: '可见率 {{rate}}',
    ecpm: '千次收益',
    ecpmNote: '不含按天预订的收入',
    today: '今日实时消耗',
    todayNote: '整点结算后计入收入',
    byDay: '每日收入',
    chart: '{{from}} 至 {{to}} 每日收入',
    byPlacement: '广告位收入',
    placement: '广告位',
    quantity: '计费量',
    placements: '管理广告位',
    none: '这几天还没有收入',
    noneHint: '确认广告位在售并已接入代码，首次展现后约一小时可见收入。',
    check: '接入自检',
    confirm: '{{month}} 结算单待你确认，应得 {{amount}}',
    open: '去核对',
  },
  {
    title: 'Income',
    income: 'Earned',
    incomeNote: 'From settled charges, before tax',
    gross: 'Ad spend',
    share: 'Share {{rate}}',
    impressions: 'Impressions',
    viewable: '{{rate}} viewable',
    ecpm: 'Per thousand',
    ecpmNote: 'Booked days left out',
    today: 'Running today',
    todayNote: 'Becomes income at the full hour',
    byDay: 'Income by day',
    chart: 'Income by day, {{from}} to {{to}}',
    byPlacement: 'By placement',
    placement: 'Placement',
    quantity: 'Units',
    placements: 'Manage placements',
    none: 'No income in these days',
    noneHint: 'See that placements are on sale and tagged; the first income shows within an hour.',
    check: 'Self-check',
    confirm: 'The statement of {{month}} waits for you: {{amount}}',
    open: 'Check it',
  },
);

export function Income() {
  const say = useWords();
  const { from, to } = usePeriod(14);
  const whose = useActingFilter();
  const byDay = useIncome({ from, to, by: 'day', ...whose });
  const byPlacement = useIncome({ from, to, by: 'placement', ...whose });
  return (
    <Page title={say('title')} actions={<PeriodPicker days={14} />}>
      <Waiting />
      {byDay.data && BigInt(byDay.data.totals.grossMicroCny) === 0n && <OutletSteps />}
      <Loaded query={byDay} lines={3}>
        {(report) => <Head report={report} from={from} to={to} />}
      </Loaded>
      <Panel title={say('byDay')}>
        <Loaded query={byDay}>{(report) => <Days report={report} {...{ from, to }} />}</Loaded>
      </Panel>
      <Panel
        title={say('byPlacement')}
        extra={<Link to="/placements">{say('placements')}</Link>}
        flush
      >
        <Placements query={byPlacement} />
      </Panel>
    </Page>
  );
}

/** Statements that nobody can pay until this outlet has looked at them. */
function Waiting() {
  const say = useWords();
  const language = useLanguage();
  const statements = useStatements({ status: 'frozen' });
  return statements.data?.map((row) => (
    <Alert
      key={row.id}
      type="warning"
      showIcon
      title={say('confirm', {
        month: monthName(row.month, language),
        amount: money(row.totalMicroCny),
      })}
      action={
        <Link to={`/statements/${row.id}`}>
          <Button size="small" type="primary" tabIndex={-1}>
            {say('open')}
          </Button>
        </Link>
      }
    />
  ));
}

function Head(props: { report: IncomeReport; from: string; to: string }) {
  const say = useWords();
  const { totals } = props.report;
  const spend = useSpend({ from: props.from, to: props.to, by: '', ...useActingFilter() }, 60_000);
  const ran = spend.data?.totals;
  const income = BigInt(totals.incomeMicroCny);
  // Booked days are paid by the day: neither their money nor their impressions say what a thousand bring.
  const auctioned = BigInt((ran?.impressions ?? 0) - (ran?.bookedImpressions ?? 0));
  const ecpm = auctioned > 0n ? (BigInt(totals.auctionedMicroCny) * 1000n) / auctioned : 0n;
  const rate = percent(yuanForChart(income), yuanForChart(totals.grossMicroCny), 1);
  return (
    <Figures>
      <Figure label={say('income')} value={<Money microCny={income} />} note={say('incomeNote')} />
      <Figure
        label={say('gross')}
        value={<Money microCny={totals.grossMicroCny} />}
        note={say('share', { rate })}
      />
      <Figure
        label={say('impressions')}
        value={count(ran?.impressions ?? 0)}
        note={say('viewable', { rate: percent(ran?.viewables ?? 0, ran?.impressions ?? 0, 1) })}
      />
      <Figure
        label={say('ecpm')}
        value={ecpm === 0n ? '—' : <Money microCny={ecpm} />}
        note={say('ecpmNote')}
      />
      <Figure
        label={say('today')}
        value={<Money microCny={ran?.pendingMicroCny ?? '0'} />}
        note={say('todayNote')}
      />
    </Figures>
  );
}

function Days(props: { report: IncomeReport; from: string; to: string }) {
  const say = useWords();
  const { report, from, to } = props;
  const amounts = useMemo(
    () =>
      report.items.map((row) => ({
        day: row.dimensions.day?.key,
        amountMicroCny: row.incomeMicroCny,
      })),
    [report],
  );
  if (report.items.length === 0) {
    return <Empty title={say('none')} hint={say('noneHint')} />;
  }
  const label = say('chart', { from, to });
  return <DailyMoney amounts={amounts} name={say('income')} from={from} to={to} label={label} />;
}

type Row = IncomeReport['items'][number];

function Placements({ query }: { query: ReturnType<typeof useIncome> }) {
  const say = useWords();
  const language = useLanguage();
  const name = (row: Row) => nameOf(row.dimensions.placement, language);
  const columns: Column<Row>[] = [
    { key: 'placement', title: say('placement'), lead: true, width: '2fr', value: name },
    {
      key: 'quantity',
      title: say('quantity'),
      align: 'right',
      value: (row) => row.quantity,
      render: (row) => count(row.quantity),
    },
    {
      key: 'gross',
      title: say('gross'),
      align: 'right',
      value: (row) => BigInt(row.grossMicroCny),
      render: (row) => <Money microCny={row.grossMicroCny} />,
    },
    {
      key: 'income',
      title: say('income'),
      align: 'right',
      value: (row) => BigInt(row.incomeMicroCny),
      render: (row) => <Money microCny={row.incomeMicroCny} strong />,
    },
  ];
  return (
    <DataTable
      rows={query.data?.items}
      error={query.error}
      retry={() => void query.refetch()}
      columns={columns}
      rowKey={(row) => row.dimensions.placement?.key ?? ''}
      label={say('byPlacement')}
      initialSort="-income"
      exportAs="income"
      maxHeight={420}
      empty={<Empty title={say('none')} hint={say('noneHint')} />}
    />
  );
}
