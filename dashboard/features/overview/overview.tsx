/** An advertiser's morning look: what is left, what was spent where, and what runs as it should. */
import { Link, useNavigate } from '@tanstack/react-router';
import { Button } from 'antd';
import { useMemo } from 'react';
import { useActingFilter } from '../../lib/acting.ts';
import { useCountyBook } from '../../lib/divisions.ts';
import { count, money, percent } from '../../lib/format.ts';
import { CountyMoney } from '../../ui/countyMoney.tsx';
import { DailyMoney } from '../../ui/dailyMoney.tsx';
import { Figure, Figures, Money, Page, Panel } from '../../ui/page.tsx';
import { PeriodPicker, usePeriod } from '../../ui/period.tsx';
import { Empty, Loaded } from '../../ui/states.tsx';
import { type SpendReport, useSpend } from '../reports/data.ts';
import { useWallet } from '../wallet/data.ts';
import { AdvertiserSteps } from './firstSteps.tsx';
import { Pacing } from './pacing.tsx';
import { useOverviewWords } from './words.ts';

const REFRESH_MS = 60_000;

export function Overview() {
  const say = useOverviewWords();
  const { from, to } = usePeriod();
  const navigate = useNavigate();
  const book = useCountyBook();
  const whose = useActingFilter();
  const byDay = useSpend({ from, to, by: 'day', ...whose }, REFRESH_MS);
  const byCounty = useSpend({ from, to, by: 'division', limit: '4000', ...whose }, REFRESH_MS);
  return (
    <Page
      title={say('title')}
      actions={
        <>
          <PeriodPicker />
          <Button type="primary" onClick={() => void navigate({ to: '/campaigns/new' })}>
            {say('newCampaign')}
          </Button>
        </>
      }
    >
      {byDay.data?.totals.impressions === 0 && <AdvertiserSteps />}
      <Loaded query={byDay} lines={3}>
        {(report) => <Head report={report} />}
      </Loaded>
      <div className="grid-2">
        <Panel title={say('byDay')}>
          <Loaded query={byDay}>
            {(report) => <SpendByDay report={report} {...{ from, to }} />}
          </Loaded>
        </Panel>
        <Panel title={say('pacing')} hint={say('pacingHint')} flush>
          <Pacing />
        </Panel>
      </div>
      <Panel title={say('byCounty')} hint={say('byCountyHint')}>
        <Loaded query={byCounty} lines={8}>
          {(report) =>
            book.data && (
              <CountyMoney
                book={book.data}
                label={say('byCounty')}
                top={14}
                rows={report.items.map((row) => ({
                  divisionCode: row.dimensions.division?.key ?? '',
                  amountMicroCny: row.spendMicroCny,
                  impressions: row.impressions,
                }))}
                onOpen={(code) =>
                  void navigate({ to: '/reports', search: { from, to, county: code } as never })
                }
              />
            )
          }
        </Loaded>
      </Panel>
    </Page>
  );
}

function Head({ report }: { report: SpendReport }) {
  const say = useOverviewWords();
  const wallet = useWallet();
  const { totals } = report;
  const days = daysLeft(wallet.data?.availableMicroCny, report);
  const empty = BigInt(wallet.data?.availableMicroCny ?? 1) <= 0n;
  const lasts = days === undefined || days > 60 ? say('daysMany') : say('days', { n: days });
  const left = empty ? say('nothingLeft') : lasts;
  const cpm =
    totals.impressions > 0
      ? (BigInt(totals.spendMicroCny) * 1000n) / BigInt(totals.impressions)
      : 0n;
  return (
    <Figures>
      <Figure
        label={say('balance')}
        value={wallet.data ? <Money microCny={wallet.data.availableMicroCny} /> : '—'}
        tone={empty || (days !== undefined && days < 2) ? 'warn' : 'plain'}
        note={
          <Link to="/wallet" search={{ topUp: 'new' } as never}>
            {left} · {say('topUp')}
          </Link>
        }
      />
      <Figure
        label={say('spend')}
        value={<Money microCny={totals.spendMicroCny} />}
        note={
          BigInt(totals.pendingMicroCny) > 0n
            ? say('pending', { amount: money(totals.pendingMicroCny) })
            : say('settled')
        }
      />
      <Figure
        label={say('impressions')}
        value={count(totals.impressions)}
        note={say('viewable', { rate: percent(totals.viewables, totals.impressions, 1) })}
      />
      <Figure
        label={say('clicks')}
        value={count(totals.clicks)}
        note={say('ctr', { rate: percent(totals.clicks, totals.impressions) })}
      />
      <Figure label={say('cpm')} value={cpm === 0n ? '—' : <Money microCny={cpm} />} />
    </Figures>
  );
}

/** Balance over the mean spend of the days that had any. */
function daysLeft(available: string | undefined, report: SpendReport): number | undefined {
  const spent = BigInt(report.totals.spendMicroCny);
  const days = BigInt(report.items.length);
  if (available === undefined || spent <= 0n || days === 0n) return undefined;
  return Number((BigInt(available) * days) / spent);
}

function SpendByDay(props: { report: SpendReport; from: string; to: string }) {
  const say = useOverviewWords();
  const { report, from, to } = props;
  const amounts = useMemo(
    () =>
      report.items.map((row) => ({
        day: row.dimensions.day?.key,
        amountMicroCny: row.spendMicroCny,
      })),
    [report],
  );
  if (report.items.length === 0) return <Empty title={say('noneYet')} hint={say('noneHint')} />;
  const label = say('chart', { from, to });
  return (
    <DailyMoney
      amounts={amounts}
      name={say('spend')}
      from={from}
      to={to}
      label={label}
      height={268}
    />
  );
}
