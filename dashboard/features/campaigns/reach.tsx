/** Beside the form: what is on sale within the choices made so far, and how the bid stands to its floors. */
import { useQuery } from '@tanstack/react-query';
import { useDeferredValue } from 'react';
import { dayStartMs } from '../../../db/terms/day.ts';
import { MICRO_CNY_PER_FEN } from '../../../db/terms/money.ts';
import { api, read } from '../../lib/client.ts';
import { count, fenMoney, money, shortCount } from '../../lib/format.ts';
import { useLanguage } from '../../lib/words.ts';
import { type CountyBook, unfold } from '../../ui/counties.ts';
import { Mark, Panel } from '../../ui/page.tsx';
import { type Placement, usePlacements } from '../placements/data.ts';
import type { Draft } from './draft.ts';
import { targetOf } from './target.ts';
import { useWizardWords } from './wizardWords.ts';
import './reach.css';

/** Placements whose outlet's jurisdiction meets the chosen counties and whose tier is wanted. */
function matching(placements: readonly Placement[], draft: Draft, book: CountyBook): Placement[] {
  const chosen = new Set(draft.counties);
  const meets = (code: string) => [...unfold([code], book)].some((county) => chosen.has(county));
  const byDivision = new Map<string, boolean>();
  return placements.filter((row) => {
    if (draft.tiers.length > 0 && !draft.tiers.includes(row.tier)) return false;
    const known = byDivision.get(row.divisionCode) ?? meets(row.divisionCode);
    byDivision.set(row.divisionCode, known);
    return known;
  });
}

const days = (draft: Draft) =>
  Math.max(1, (dayStartMs(draft.endsOn) - dayStartMs(draft.startsOn)) / 86_400_000 + 1);

export function Reach(props: { draft: Draft; book: CountyBook }) {
  const say = useWizardWords();
  const chosen = props.draft.counties.length > 0;
  return (
    <Panel title={say('reach')} hint={chosen && say('reachHint')}>
      {chosen ? <WithinReach {...props} /> : <p className="faint">{say('chooseFirst')}</p>}
    </Panel>
  );
}

function WithinReach({ draft, book }: { draft: Draft; book: CountyBook }) {
  const say = useWizardWords();
  const placements = usePlacements();
  const rows = matching(placements.data ?? [], draft, book);
  const floors = rows.map((row) => row.floorCpmFen).sort((a, b) => a - b);
  const bid = draft.bidFen ?? 0;
  const met =
    draft.pricing === 'CPM' ? floors.filter((floor) => floor <= bid).length : floors.length;
  const outlets = new Set(rows.map((row) => row.outletId)).size;
  const units =
    draft.totalFen && bid > 0 ? (draft.totalFen / bid) * (draft.pricing === 'CPM' ? 1000 : 1) : 0;
  return (
    <>
      <dl className="reach">
        <div>
          <dd>{count(outlets)}</dd>
          <dt>{say('outlets')}</dt>
        </div>
        <div>
          <dd>{count(rows.length)}</dd>
          <dt>{say('placements')}</dt>
        </div>
        <div>
          <dd>{rows.length > 0 ? `${Math.round((met / rows.length) * 100)}%` : '—'}</dd>
          <dt>{say('priced')}</dt>
        </div>
      </dl>
      {rows.length > 0 && <FloorBars floors={floors} bid={bid} />}
      <Forecast draft={draft} book={book} />
      <ul className="reach-notes">
        <li>{say('inCounties', { n: draft.counties.length })}</li>
        {floors.length > 0 && (
          <li>
            {say('floors', {
              low: fenMoney(floors[0] ?? 0),
              high: fenMoney(floors.at(-1) ?? 0),
              mid: fenMoney(floors[Math.floor(floors.length / 2)] ?? 0),
            })}
          </li>
        )}
        {draft.totalFen && (
          <li>
            {say('days', {
              days: days(draft),
              amount: money((BigInt(draft.totalFen) * MICRO_CNY_PER_FEN) / BigInt(days(draft))),
            })}
          </li>
        )}
        {units > 0 && (
          <li>
            {say('units', {
              n: count(units),
              unit: say(draft.pricing === 'CPM' ? 'impressions' : 'clicks'),
            })}
          </li>
        )}
      </ul>
      {placements.data && rows.length === 0 && <Mark tone="bad">{say('nothing')}</Mark>}
      {rows.length > 0 && met / rows.length < 0.4 && <Mark tone="warn">{say('low')}</Mark>}
    </>
  );
}

/** What the engine's own matching finds in yesterday's log for this target; asked again as the choices settle. */
function Forecast({ draft, book }: { draft: Draft; book: CountyBook }) {
  const say = useWizardWords();
  const language = useLanguage();
  const settled = useDeferredValue(draft);
  // The log that is matched against knows no reader's segments.
  const target = targetOf({ ...settled, anyOf: [], allOf: [], noneOf: [] }, book);
  const named = draft.anyOf.length + draft.allOf.length + draft.noneOf.length > 0;
  const query = useQuery({
    queryKey: ['forecast', target],
    enabled: settled.hours.length > 0,
    queryFn: () => read(api.forecast.$post({ json: { target } })),
    placeholderData: (old) => old,
    staleTime: 60_000,
  });
  if (!query.data || query.data.basis === 'none') return null;
  const { avails, reach } = query.data;
  return (
    <ul className="reach-notes" aria-live="polite">
      <li>
        {say('avails', {
          n: shortCount(avails.expected, language),
          low: shortCount(avails.low, language),
          high: shortCount(avails.high, language),
        })}
      </li>
      <li>{say('people', { n: shortCount(reach.expected, language) })}</li>
      {named && <li>{say('notCounted')}</li>}
    </ul>
  );
}

const BARS = 24;

/** Floors from low to high as bars; those that the bid meets are filled. */
function FloorBars({ floors, bid }: { floors: number[]; bid: number }) {
  const most = floors.at(-1) ?? 1;
  const width = Math.max(1, Math.ceil((most + 1) / BARS));
  const bins = Array.from({ length: BARS }, () => 0);
  for (const floor of floors) {
    const at = Math.min(BARS - 1, Math.floor(floor / width));
    bins[at] = (bins[at] ?? 0) + 1;
  }
  const tallest = Math.max(1, ...bins);
  return (
    <div className="floor-bars" aria-hidden="true">
      {bins.map((n, at) => (
        <span
          // biome-ignore lint/suspicious/noArrayIndexKey: bins of a histogram
          key={at}
          data-met={at * width <= bid || undefined}
          style={{ height: `${(n / tallest) * 100}%` }}
        />
      ))}
    </div>
  );
}
