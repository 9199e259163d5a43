/** One line item: what it does, whether it runs, and if not, why — answered before it is asked. */
import { useParams } from '@tanstack/react-router';
import { Button } from 'antd';
import { addDays } from '../../../db/terms/day.ts';
import { useCountyBook } from '../../lib/divisions.ts';
import { useFilters } from '../../lib/filters.ts';
import { fenMoney, percent, yuanForChart } from '../../lib/format.ts';
import { useDeviceLabel, useTierLabel } from '../../lib/labels.ts';
import { said, useLanguage } from '../../lib/words.ts';
import { CountyMoney } from '../../ui/countyMoney.tsx';
import { Facts, Figure, Figures, Mark, Money, Page, Panel } from '../../ui/page.tsx';
import { today } from '../../ui/period.tsx';
import { Loaded } from '../../ui/states.tsx';
import { useCreatives } from '../creatives/data.ts';
import { CreativePreview } from '../creatives/preview.tsx';
import { useSpend } from '../reports/data.ts';
import { type LineItem as LineItemRow, useDiagnosis, useLineItem } from './data.ts';
import { History } from './history.tsx';
import { LineItemDrawer } from './lineItemDrawer.tsx';
import { StatusActions, StatusMark } from './statusActions.tsx';
import { aimOf } from './target.ts';
import { useWhoText } from './whoStep.tsx';
import { useWizardWords } from './wizardWords.ts';
import { useCampaignWords, usePricingLabel } from './words.ts';
import './lineItem.css';

export function LineItem() {
  const { id } = useParams({ strict: false }) as { id: string };
  const query = useLineItem(id);
  return <Loaded query={query}>{(lineItem) => <Sheet lineItem={lineItem} />}</Loaded>;
}

function Sheet({ lineItem }: { lineItem: LineItemRow }) {
  const say = useCampaignWords();
  const pricing = usePricingLabel();
  const book = useCountyBook();
  const { filters, set } = useFilters();
  const editable = lineItem.status !== 'ended' && lineItem.status !== 'archived';
  const now = today();
  const counties = useSpend({
    from: addDays(now, -13),
    to: now,
    by: 'division',
    lineItemId: String(lineItem.id),
    limit: '4000',
  });
  const used = percent(
    yuanForChart(lineItem.spentMicroCny),
    yuanForChart(lineItem.totalBudgetMicroCny),
    1,
  );
  return (
    <Page
      back={{ to: `/campaigns/${lineItem.campaignId}`, label: lineItem.campaignName }}
      title={
        <>
          {lineItem.name} <StatusMark status={lineItem.status} />
        </>
      }
      actions={
        <>
          {editable && book.data && (
            <Button onClick={() => set({ edit: '1' })}>{say('edit')}</Button>
          )}
          <StatusActions kind="line-items" thing={lineItem} />
        </>
      }
    >
      {book.data && (
        <LineItemDrawer
          lineItem={lineItem}
          book={book.data}
          open={filters.edit === '1'}
          close={() => set({ edit: undefined })}
        />
      )}
      <Figures>
        <Figure
          label={say('spent')}
          value={<Money microCny={lineItem.spentMicroCny} />}
          note={used}
        />
        <Figure label={say('budget')} value={<Money microCny={lineItem.totalBudgetMicroCny} />} />
        <Figure label={say('daily')} value={<Money microCny={lineItem.dailyBudgetMicroCny} />} />
        <Figure
          label={`${say('bid')} · ${pricing(lineItem.pricing)}`}
          value={fenMoney(lineItem.bidFen)}
        />
      </Figures>
      <div className="grid-2">
        <Why id={String(lineItem.id)} />
        <Targeting lineItem={lineItem} />
      </div>
      <Panel title={say('byCounty')} hint={say('byDay')}>
        <Loaded query={counties}>
          {(report) =>
            book.data && (
              <CountyMoney
                book={book.data}
                label={say('byCounty')}
                rows={report.items.map((row) => ({
                  divisionCode: row.dimensions.division?.key ?? '',
                  amountMicroCny: row.spendMicroCny,
                  impressions: row.impressions,
                }))}
              />
            )
          }
        </Loaded>
      </Panel>
      <Shown lineItem={lineItem} />
      <Panel title={say('history')}>
        <History kind="line-items" id={String(lineItem.id)} />
      </Panel>
    </Page>
  );
}

function Why({ id }: { id: string }) {
  const say = useCampaignWords();
  const language = useLanguage();
  const query = useDiagnosis(id);
  return (
    <Panel title={say('why')}>
      <Loaded query={query} lines={3}>
        {({ findings }) => {
          const blocking = findings.filter((one) => one.severity === 'blocks').length;
          return (
            <div className="stack" style={{ gap: 12 }}>
              <Mark tone={blocking > 0 ? 'bad' : 'good'}>
                {blocking > 0 ? say('whyBad', { n: blocking }) : say('whyGood')}
              </Mark>
              <ul className="why">
                {findings.map((one) => (
                  <li key={one.code} data-severity={one.severity}>
                    <strong>{said(one, language)}</strong>
                    <p className="faint">
                      {say('fix')}: {said(one.fix, language)}
                    </p>
                  </li>
                ))}
              </ul>
            </div>
          );
        }}
      </Loaded>
    </Panel>
  );
}

function Targeting({ lineItem }: { lineItem: LineItemRow }) {
  const say = useCampaignWords();
  const device = useDeviceLabel();
  const tier = useTierLabel();
  const language = useLanguage();
  const book = useCountyBook();
  const wizard = useWizardWords();
  const who = useWhoText();
  if (!book.data) return null;
  const aim = aimOf(lineItem.target, book.data);
  const { counties, byCode } = book.data;
  const where = () => {
    if (!aim || aim.counties.length === counties.length) return say('everywhere');
    const names = aim.counties.slice(0, 6).map((code) => {
      const county = byCode.get(code);
      return language === 'zh' ? county?.nameZh : county?.nameEn;
    });
    const more = aim.counties.length > 6 ? ` … ${say('counties', { n: aim.counties.length })}` : '';
    return `${names.join(language === 'zh' ? '、' : ', ')}${more}`;
  };
  const caps = lineItem.frequencyCaps
    .map((cap) => say('cap', { n: cap.count, window: say(cap.window) }))
    .join(' · ');
  return (
    <Panel title={say('target')}>
      {aim ? (
        <Facts
          items={[
            [say('where'), where()],
            [wizard('who'), who(aim) || wizard('everyone')],
            [
              say('when'),
              aim.hours.length === 168 ? say('always') : say('hours', { n: aim.hours.length }),
            ],
            [
              say('device'),
              aim.devices.length === 0 ? say('allDevices') : aim.devices.map(device).join(' · '),
            ],
            ...(aim.tiers.length > 0
              ? ([[say('tier'), aim.tiers.map(tier).join(' · ')]] as const)
              : []),
            [say('pacing'), say(lineItem.pacing)],
            [say('caps'), caps || say('noCaps')],
            [say('dates'), `${lineItem.startsOn} – ${lineItem.endsOn}`],
          ]}
        />
      ) : (
        <pre className="small">{JSON.stringify(lineItem.target, null, 1)}</pre>
      )}
    </Panel>
  );
}

function Shown({ lineItem }: { lineItem: LineItemRow }) {
  const say = useCampaignWords();
  const creatives = useCreatives();
  const own = creatives.data?.filter((one) => lineItem.creativeIds.includes(one.id)) ?? [];
  return (
    <Panel title={say('creatives')}>
      <div className="line-item-creatives">
        {own.map((one) => (
          <figure key={one.id}>
            <CreativePreview
              format={one.format}
              content={one.content}
              size={one.w && one.h ? { w: one.w, h: one.h } : undefined}
            />
            <figcaption>{one.name}</figcaption>
          </figure>
        ))}
      </div>
    </Panel>
  );
}
